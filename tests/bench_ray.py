"""How fast a corpus is annotated on Ray: `python -m tests.bench_ray`, where Ray is installed.

The example of docs/programs.md with so many actors, each of which Ray gives one thread. What the
clock says hangs on the machine's other programs; what a core's own time says does not. At the end a
billion sentences are planned on paper.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import chdir
from itertools import islice
from pathlib import Path
from typing import Any

import ray

import core
from tests.load.machine import MachineMeter, Meter
from tests.test_examples import RAY_EXAMPLES, ROOT
from tests.workers.material import texts
from tests.workers.measuring import HEAD, Rate
from tests.workers.planning import Assumed, as_text, plan

BILLION = 1_000_000_000

SENTENCES = 5
"""Of each document, as `python -m tests.workers` has them."""


def main(arguments: list[str] | None = None) -> int:
    given = _options().parse_args(arguments)
    sys.modules["spanneal"] = core
    os.environ["PYTHONPATH"] = str(ROOT)
    print(f"{given.shards} shards of {given.documents} documents of {SENTENCES} sentences")
    print(HEAD)
    slowest = float("inf")
    for count in given.actors:
        with tempfile.TemporaryDirectory(prefix="ray-") as folder, chdir(folder):
            _write(given.shards, given.documents)
            ray.init(num_cpus=count, include_dashboard=False)
            try:
                rate, busy = _measure(count)
            finally:
                ray.shutdown()
        print(f"{rate.as_text()}  ({busy:.2f} cores at work for all programs)", flush=True)
        slowest = min(slowest, rate.a_core)
    assumed, counts = Assumed(), (1, 8, 64)
    print(as_text(BILLION, slowest, assumed, plan(BILLION, slowest, assumed, counts)))
    return 0


def _write(shards: int, documents: int) -> None:
    lines = iter(texts(shards * documents, SENTENCES))
    Path("corpus").mkdir()
    for number in range(shards):
        rows = (json.dumps({"text": text}) + "\n" for text in islice(lines, documents))
        Path(f"corpus/{number:04}.jsonl").write_text("".join(rows))


def _measure(actors: int) -> tuple[Rate, float]:
    """From when as many shards are done as there are actors, and so all have loaded the model."""
    rows = _rows()
    for _ in range(actors):
        next(rows)
    meter, machine, began = Meter(_actors(), children=False), MachineMeter(), time.monotonic()
    documents = 0
    for row in rows:
        documents += row["texts"]
        seconds, cores, busy = time.monotonic() - began, meter.cost().cores, machine.busy()
    return Rate(actors, documents, documents * SENTENCES, seconds, cores), busy


def _rows() -> Iterator[dict[str, Any]]:
    """What the example prints in its last statement."""
    ((location, source),) = RAY_EXAMPLES
    example = ast.parse(source)
    del example.body[-1]
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, location, "exec"), names)
    return iter(names["annotated"].iter_rows())


def _actors() -> list[int]:
    """Ray names its processes after what they run."""
    return [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.read_bytes().startswith(b"ray::") and b"IDLE" not in path.read_bytes()
    ]


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_ray", description=__doc__)
    parser.add_argument("--actors", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--shards", type=int, default=24)
    parser.add_argument("--documents", type=int, default=40, help="of each shard")
    return parser


if __name__ == "__main__":
    sys.exit(main())
