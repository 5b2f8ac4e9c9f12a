"""python -m app agreement --project NAME [--person NAME …] [--gamma] [--seed N]"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from app.cli.shared import add_project, project_id, seed
from app.services.operations.startup import open_database
from app.services.team import agreement
from app.services.team.agreement import Annotated, Summary
from app.services.team.agreement_coefficients import Figure
from app.services.team.agreement_gamma import gamma
from app.settings import Settings

_HEAD = ("documents", "entities", "F1", "F1 boundaries", "Cohen", "Fleiss", "alpha")


def configure(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "--person",
        action="append",
        default=[],
        metavar="NAME",
        help="only these people (default: all)",
    )
    parser.add_argument(
        "--gamma",
        action="store_true",
        help="also compute gamma (slow; needs requirements-agreement.txt)",
    )
    parser.add_argument("--seed", type=seed, default=0, help="of the intervals (default: 0)")


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    project = project_id(sessions, options.project)
    annotated = agreement.collect(sessions, project)
    if options.person:
        _require_known(annotated, options.person)
        annotated = agreement.among(annotated, options.person)
    found = agreement.measure(annotated, options.seed)
    if not found.people:
        print("no two people have submitted the same document independently")
        return 0
    print("\t".join(("", *_HEAD)))
    for summary in (found.overall, *found.labels):
        print("\t".join(_row(summary)))
    for pair in found.pairs:
        figures = (pair.exact, pair.boundaries, pair.cohen)
        counts = (str(pair.documents), str(pair.entities))
        print("\t".join((f"{pair.first} – {pair.second}", *counts, *map(_told, figures))))
    if options.gamma:
        print(f"gamma\t{_told(Figure(gamma(annotated, options.seed)))}")
    return 0


def _require_known(annotated: Sequence[Annotated], people: Sequence[str]) -> None:
    """Raises `LookupError` for names of whom nothing can be compared."""
    known = {person for document in annotated for person in document.responses}
    if unknown := sorted(set(people) - known):
        raise LookupError(
            f"{', '.join(map(repr, unknown))} submitted no document that somebody else submitted, "
            f"too; expected some of: {', '.join(sorted(known)) or 'nobody yet'}"
        )


def _row(summary: Summary) -> list[str]:
    figures = (summary.exact, summary.boundaries, summary.cohen, summary.fleiss, summary.alpha)
    return [
        summary.label or "all",
        str(summary.documents),
        str(summary.entities),
        *map(_told, figures),
    ]


def _told(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:z.3f}"
    return f"{figure.value:z.3f} [{figure.low:z.3f}, {figure.high:z.3f}]"
