"""What others did to a document, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.annotation.audit_log import SERVER
from storage.models import Operation
from storage.repository import operations

_DID = {"open": "reopened it", "skipped": "skipped it", "submitted": "submitted it"}


@dataclass(frozen=True, slots=True)
class News:
    """What others changed in a document since the page last knew it."""

    version: int
    text: str
    spans: tuple[str, ...]
    """The ids of the spans that changed."""


def news(rows: Sequence[Operation], person: str) -> News | None:
    """None where the person did all of it with a button of this very page."""
    rows = [row for row in rows if row.person != person or not row.client.startswith(SERVER)]
    if not rows:
        return None
    changed = {key for row in rows for key in operations.targets(row) if not key.startswith(":")}
    return News(
        max(row.version or 0 for row in rows), summarize(rows, person), tuple(sorted(changed))
    )


def summarize(rows: Sequence[Operation], person: str) -> str:
    """ "Anna changed 2 entities and the comment"."""
    people = list(dict.fromkeys(row.person for row in rows))
    return "; ".join(
        f"{_named(name, person)} {_did([row for row in rows if row.person == name])}"
        for name in people
    )


def _named(name: str, person: str) -> str:
    return "You, in another tab," if name == person else name


def _did(rows: Sequence[Operation]) -> str:
    touched = {key for row in rows for key in operations.targets(row)}
    number = sum(not key.startswith(":") for key in touched)
    what = [f"{number:,} {'entity' if number == 1 else 'entities'}"] if number else []
    what += ["the comment"] if ":comment" in touched else []
    parts = [f"changed {' and '.join(what)}"] if what else []
    states = [
        change["after"]
        for row in rows
        for change in row.changes or ()
        if change.get("field") == "state"
    ]
    parts += [_DID[states[-1]]] if states and states[-1] in _DID else []
    return " and ".join(parts) or "changed something"
