"""The plain records that the repository, the formats and the services exchange."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.enums import DeletableKind, DocumentStatus, Origin, Source, SpanStatus, Split


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
class Counted:
    """What was left out or changed while a document was read, and how many of it.

    The kind holds no number, so that an import can add up the counts of many documents.
    """

    kind: str
    count: int

    def __str__(self) -> str:
        return f"{self.kind}: {self.count:,}"


Note = str | Counted
"""A sentence about a document as a whole, or a kind of thing with its count."""


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
    other_answers: int = 0
    """How many people have given others, which neither `entities` nor `history` hold."""
    line: int = 1
    """Where it began in the file it was read from."""
    notes: tuple[Note, ...] = ()
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


@dataclass(frozen=True, slots=True)
class Submission:
    """A document that was submitted at least once, and its newest submitted set."""

    document_id: int
    name: str
    split: Split
    status: DocumentStatus
    """What it is now: it may have been reopened."""
    set_id: int
    submitted_at: datetime
    accepted: int
    """Entities."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in a list, with how many entities stand where."""

    id: int
    name: str
    status: DocumentStatus
    split: Split
    preview: str
    """The first 160 code points of the text."""
    length: int
    """Code points."""
    suggested: int
    accepted: int
    rejected: int
    predicted: bool
    """Whether there is any annotation set; if so, zero counts mean "nothing found"."""
    updated_at: datetime
    uncertainty: float | None = None
    """How unsure the model that was asked for is of it, 0 to 1; None: it has not looked."""
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents of a project. An empty condition lets everything through."""

    statuses: Collection[DocumentStatus] = ()
    search: str = ""
    """Looked for in names and texts, literally."""
    label: str = ""
    """Marked or suggested in the document as it stands."""
    person: str = ""
    """Who annotated it or was given it."""
    since: datetime | None = None
    """Changed then or later."""
    until: datetime | None = None
    """Changed before."""
    least_doubt: float = 0.0
    """The least doubt of the model `model_version_id`, 0 to 1."""
    model_version_id: int | None = None
    meta_key: str = ""
    meta_value: str = ""
    """Contained in the value of `meta_key`, whatever the case; empty: the key is there."""
    after: int = 0
    """Only documents of larger numbers, which arrived later."""


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of a list of documents."""

    rows: tuple[DocumentRow, ...]
    total: int
    """How many documents match, on all pages together."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents, and what of them. An empty filter lets everything through."""

    splits: Collection[Split] = ()
    labels: Collection[str] = ()
    """Only entities of these; a document is there all the same, since "none" is an answer."""
    people: Collection[str] = ()
    """Only documents whose answer is one of these people's: what counts for all, or of several
    people's independent answers the newest of theirs."""
    since: datetime | None = None
    """Only documents submitted then or later."""
    until: datetime | None = None
    """Only documents submitted before."""
    undecided: bool = False
    """Also those that nobody has submitted, whatever `people` and the times say."""
    history: bool = False
    """With every other set and every operation of each document."""
    documents: Collection[int] = ()
    """Only these."""


@dataclass(frozen=True, slots=True)
class TrashedItem:
    """Something in the trash."""

    kind: DeletableKind
    id: int
    name: str
    project_id: int
    deleted_at: datetime
