"""python -m app compare"""

from __future__ import annotations

import argparse

from app.cli.shared import add_project, project_id, row_number, seed
from app.services.model_registry.comparison import compare
from app.services.model_registry.registry import ModelRegistry
from app.services.model_registry.significance import Difference, in_words
from app.services.operations.startup import open_database
from app.services.suggestions.predictor import version_predictor
from app.settings import Settings
from core.evaluation.metrics import UNDEFINED, percent


def configure(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("a", type=row_number, metavar="A", help="a model version's number")
    parser.add_argument("b", type=row_number, metavar="B", help="another model version's number")
    parser.add_argument("--seed", type=seed, default=0, help="of the bootstrap (default: 0)")


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    registry = ModelRegistry(sessions)
    a, b = (version_predictor(registry.get(number)) for number in (options.a, options.b))
    found = compare(sessions, project_id(sessions, options.project), a, b, options.seed)
    print(f"{'holdout split':16} {'F1 of A':>8} {'F1 of B':>8} {'B - A':>7} {'95 %':>16} {'p':>7}")
    _row("all", found.overall)
    for label, difference in found.per_label.items():
        _row(label, difference)
    print(in_words(found.overall, f"version {options.a}", f"version {options.b}"))
    return 0


def _row(name: str, found: Difference) -> None:
    difference, interval, p = UNDEFINED, UNDEFINED, UNDEFINED
    if (estimate := found.estimate) is not None:
        difference, p = f"{100 * estimate.difference:+.2f}", f"{estimate.p:.4f}"
        interval = f"{100 * estimate.low:+.1f} to {100 * estimate.high:+.1f}"
    print(
        f"{name:16} {percent(found.f1_a):>8} {percent(found.f1_b):>8} "
        f"{difference:>7} {interval:>16} {p:>7}"
    )
