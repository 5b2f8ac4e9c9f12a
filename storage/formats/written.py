"""What a writer wrote, and what its format could not hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records import DocumentRecord, LostEntity


@dataclass(slots=True)
class Written:
    """The tally of an export, filled while it is written."""

    documents: int = 0
    entities: int = 0
    """Entities in the file."""
    nested: list[LostEntity] = field(default_factory=list)
    """Entities left out because they overlap a longer one and the format is flat."""
    unaligned: list[LostEntity] = field(default_factory=list)
    """Entities left out because they do not begin and end where words do."""
    textless: int = 0
    """Entities left out because the format holds text alone."""


def lost(document: DocumentRecord, start: int, end: int, label: str) -> LostEntity:
    return LostEntity(document.name, start, end, label, document.text[start:end])
