"""The plain records that the repository, the formats and the services exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.enums import DocumentStatus, Origin, Source, SpanStatus, Split


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whose answer to a document, and when; see `storage.models.AnnotationSet`."""

    origin: Origin
    created_at: datetime
    submitted_at: datetime | None = None
    person: str | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    blind: bool = False
    parent: int | None = None
    """Which of the document's sets that come with it, before this one, it corrects; from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecord(Answer):
    """An answer that a document had besides the one that counts."""

    entities: tuple[SpanRecord, ...]
    model_version: int | None = None
    """As the database that it comes from numbered them."""


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """One action of a person, see `storage.models.Operation`."""

    client: str
    seq: int
    person: str
    at: datetime
    payload: Mapping[str, Any]
    blind: bool = False
    version: int | None = None
    changes: Sequence[Mapping[str, Any]] | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """How a document came to its entities: the other sets in order, and every action."""

    sets: tuple[SetRecord, ...] = ()
    operations: tuple[OperationRecord, ...] = ()
    parent: int | None = None
    """Which of `sets` the document's own entities correct, from 0."""


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
    comment: str = ""
    skip_reason: str = ""
    history: History | None = None
    line: int = 1
    """Where it began in the file it was read from."""
    notes: tuple[str, ...] = ()
    """What was converted or left out while it was read, for the report of the import."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read; the ones around it could, unless it ends the file."""

    line: int
    reason: str
    ends_file: bool = False
    """What follows it in the file is not read either."""


@dataclass(frozen=True, slots=True)
class LostEntity:
    """An entity that a format could not hold, by name."""

    document: str
    start: int
    end: int
    label: str
    text: str


Record = DocumentRecord | BadRecord
