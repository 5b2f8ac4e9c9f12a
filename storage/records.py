"""The plain records that the repository, the formats and the services exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.vocabulary import DocumentStatus, Source, SpanStatus, Split


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """A labelled stretch in code points, end exclusive. `score` lies in [0, 1]."""

    start: int
    end: int
    label: str
    status: SpanStatus = "accepted"
    score: float | None = None
    source: Source = "person"
    key: str = ""
    """The id that the page knows it by, unique in its set."""
    confidence: Mapping[str, Any] | None = field(default=None, hash=False)
    """The three parts of a suggestion's score."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document with its annotations, on its way in or out."""

    text: str
    name: str = ""
    entities: tuple[SpanRecord, ...] | None = None
    """None: nobody looked. Empty: somebody looked and found nothing."""
    split: Split | None = None
    status: DocumentStatus | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    line: int = 1
    """Where it began in the file it was read from."""
    notes: tuple[str, ...] = ()
    """What was converted or left out while it was read, for the report of the import."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read; the ones around it could."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LostEntity:
    """An entity that a format could not hold, by name."""

    document: str
    start: int
    end: int
    label: str
    text: str


Record = DocumentRecord | BadRecord
