"""How fast workers pre-annotate together, on PostgreSQL: `python -m tests.workers`.

Each is a process with one thread and a connection of its own, as on a machine of its own. Beside
what the clock says stands what they do in a core's own time, which does not hang on the machine's
other programs. At the end a million sentences are planned on paper; no GPU is measured here.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from app.settings import ROOT
from tests.databases import Server
from tests.workers import network
from tests.workers.material import texts
from tests.workers.measuring import HEAD, Rate, measure
from tests.workers.planning import Assumed, as_text, plan

MILLION = 1_000_000


def main(arguments: list[str] | None = None) -> int:
    given = _options().parse_args(arguments)
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores to run on, load average before: {os.getloadavg()[0]:.1f}")
    print(f"{given.documents} documents of {given.sentences} sentences, {given.model.name}\n{HEAD}")
    most = max(given.workers)
    with network.hosts(most) if given.namespaces else nullcontext([()] * most) as hosts:
        server = Server(durable=True, address=network.HERE if given.namespaces else "")
        rates = []
        for count in given.workers:
            rates.append(_rate(server, hosts[:count], given))
            print(rates[-1].as_text(), flush=True)
    print(f"load average after: {os.getloadavg()[0]:.1f}\n")
    assumed = Assumed(given.cores, given.cpu_price, given.gpu_rate, given.gpu_price)
    slowest = min(rate.a_core for rate in rates)
    print(as_text(MILLION, slowest, assumed, plan(MILLION, slowest, assumed)))
    return 0


def _rate(server: Server, hosts: Sequence[Sequence[str]], given: argparse.Namespace) -> Rate:
    url = server.url(server.create())
    if given.namespaces:
        url = url.replace("@/", f"@{network.HERE}/").partition("?")[0]
    with tempfile.TemporaryDirectory(prefix="workers-") as folder:
        documents = texts(given.documents, given.sentences)
        return measure(Path(folder), url, given.model, documents, hosts)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.workers", description=__doc__)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--sentences", type=int, default=5, help="of each document")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--model", type=Path, default=ROOT / "assets" / "models" / "default")
    parser.add_argument(
        "--namespaces", action="store_true", help="each worker in its own network; needs root"
    )
    assumed = Assumed()
    parser.add_argument("--cores", type=int, default=assumed.cores, help="of a CPU machine")
    parser.add_argument("--cpu-price", type=float, default=assumed.cpu_price, help="$ an hour")
    parser.add_argument(
        "--gpu-rate", type=float, default=assumed.gpu_rate, help="sentences a second of a GPU"
    )
    parser.add_argument("--gpu-price", type=float, default=assumed.gpu_price, help="$ an hour")
    return parser


if __name__ == "__main__":
    sys.exit(main())
