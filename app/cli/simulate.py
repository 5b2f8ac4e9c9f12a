"""python -m app simulate"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from app.cli.shared import OptionError
from app.services.model_registry.registry import labels_of
from app.settings import Settings
from app.simulation.conditions import RETRAIN_EVERY, Condition, conditions
from app.simulation.material import read_gold, set_up
from app.simulation.visits import Tally
from core.cli.whole_numbers import whole_number
from core.evaluation.metrics import UNDEFINED, ratio


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="annotated file, used as gold")
    parser.add_argument("--model", type=Path, help="model folder (default: the bundled one)")
    parser.add_argument(
        "--sentences",
        type=whole_number(1),
        default=5,
        metavar="N",
        help="records per document (default: %(default)s)",
    )
    parser.add_argument(
        "--condition",
        action="append",
        help=f"one of {_listed(conditions())} (default: all of them); may be given repeatedly",
    )
    parser.add_argument(
        "--retrain-every",
        type=int,
        default=RETRAIN_EVERY,
        metavar="N",
        help="documents after which conditions retrain that do; their names hold the number "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--limit",
        type=whole_number(1),
        metavar="N",
        help="maximum number of documents, so that 60 of 5 records are the first 300 (default: "
        "all)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the figures as one JSON object; `ratio` is "
        "gestures over those of the first condition",
    )


def run(options: argparse.Namespace) -> int:
    chosen = _chosen(options.condition, options.retrain_every)
    model = options.model or Settings.from_environment().model
    labels = labels_of(model)
    gold = read_gold(options.data, options.sentences, options.limit)
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, condition) in enumerate(chosen.items()):
            app = set_up(Path(folder) / str(number), gold, model, labels)
            tallies[name] = condition(app, partial(_progress, name))
    if options.json:
        first = next(iter(tallies.values())).gestures
        figures = {
            name: {**asdict(tally), "ratio": ratio(tally.gestures, first)}
            for name, tally in tallies.items()
        }
        print(json.dumps(figures, indent=2))
    else:
        print(table(tallies))
    return 0


def _chosen(names: Sequence[str] | None, retrain_every: int) -> dict[str, Condition]:
    if retrain_every < 1:
        raise OptionError(f"--retrain-every must be at least 1, got {retrain_every}")
    known = conditions(retrain_every)
    for name in names or ():
        if name not in known:
            raise OptionError(f"--condition must be one of {_listed(known)}, got {name!r}")
    return {name: known[name] for name in names or known}


def _listed(names: Iterable[str]) -> str:
    """In quotes, since some hold a comma."""
    return ", ".join(map(repr, names))


def _progress(name: str, tally: Tally) -> None:
    line = f"\r{name}: {tally.documents} documents, {tally.gestures} gestures"
    print(line, end="", file=sys.stderr, flush=True)


def table(tallies: dict[str, Tally]) -> str:
    """The conditions, beside the first one."""
    first = next(iter(tallies.values()))
    lines = [
        "| condition | documents | entities | gestures | an entity | of the first |",
        "|---|---|---|---|---|---|",
    ]
    for name, tally in tallies.items():
        lines.append(
            f"| {name} | {tally.documents} | {tally.entities} | {tally.gestures} "
            f"| {_number(tally.an_entity)} | {_number(ratio(tally.gestures, first.gestures))} |"
        )
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.2f}"
