"""What the server answers, typed. Fields that a later server adds are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self, TypeVar

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    name: str
    labels: tuple[str, ...]
    settings: Mapping[str, Any]
    """How it works: `nested`, `annotators`, `instant`, `guidelines` and so on."""


@dataclass(frozen=True, slots=True)
class Label:
    id: int
    name: str
    color: str
    """`#rrggbb`."""
    key: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Document:
    id: int
    name: str
    status: str
    """`new`, `in_progress`, `submitted` or `skipped`."""
    split: str
    length: int
    """Code points."""
    updated_at: datetime
    meta: Mapping[str, Any]
    """What came with the document, and its `tags`."""


@dataclass(frozen=True, slots=True)
class DocumentText(Document):
    project_id: int
    text: str
    """Exactly as it came."""


@dataclass(frozen=True, slots=True)
class AnnotatedSpan:
    """An entity of a draft or a submitted answer; offsets are code points, end exclusive."""

    id: str
    start: int
    end: int
    label: str
    status: str
    """`suggested`, `accepted` or `rejected`."""
    score: float | None
    source: str
    """Who found it first: `model`, `instant`, `rule` or `person`."""


@dataclass(frozen=True, slots=True)
class Annotations:
    status: str
    """Of the document."""
    entities: tuple[AnnotatedSpan, ...]


class Exported(int):
    """How many documents an exported file holds; `left_out` says what it does not hold."""

    left_out: Mapping[str, int]
    """Of documents, entities and what belongs to them, by name."""

    def __new__(cls, documents: int, left_out: Mapping[str, int]) -> Self:
        exported = super().__new__(cls, documents)
        exported.left_out = left_out
        return exported


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of an imported file: bad records were skipped, all the others are in."""

    format: str
    added: int
    duplicates: int
    merged: int
    responses: int
    differing: int
    empty: int
    entities: int
    labels_created: tuple[str, ...]
    notes: tuple[str, ...]
    bad_count: int
    bad: tuple[Mapping[str, Any], ...]
    """`line` and `reason` of the first bad records."""
    complete: bool


@dataclass(frozen=True, slots=True)
class PushReport:
    """What became of suggestions that were sent: each document counts in one of `added`, `begun`,
    `held_out` and `bad_count`."""

    added: int
    entities: int
    """Suggestions in the documents that were added to."""
    begun: int
    """Documents that somebody has worked on, which stay as they are."""
    held_out: int
    """Documents that are annotated without suggestions."""
    bad_count: int
    bad: tuple[Mapping[str, Any], ...]
    """`line` and `reason` of the first that were skipped."""


@dataclass(frozen=True, slots=True)
class Job:
    """A retraining."""

    id: str
    project_id: int
    state: str
    """`queued`, `running`, `done`, `failed` or `cancelled`."""
    step: str | None
    reason: str | None
    version_id: int | None
    """The proposed model version, once it is done."""
    active: bool
    """Whether it waits or runs."""


@dataclass(frozen=True, slots=True)
class JobLogLine:
    """What a job did, or why it failed."""

    at: datetime
    step: str
    level: str
    """`info` or `error`."""
    message: str


@dataclass(frozen=True, slots=True)
class JobLosses:
    """The losses of a training step, by name."""

    step: int
    losses: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class JobEvaluation:
    """Scores on the development split, 0 to 1; None where there is nothing to score."""

    step: int
    epoch: int
    precision: float | None
    recall: float | None
    f1: float | None
    best: bool


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a training is, with its metrics so far."""

    step: int
    total_steps: int
    """0 until the first report."""
    epoch: int
    eta_seconds: float | None
    seconds: float | None
    losses: tuple[JobLosses, ...]
    evaluations: tuple[JobEvaluation, ...]


@dataclass(frozen=True, slots=True)
class Instant:
    """What a project has learnt from its submitted documents, on top of the active model."""

    on: bool
    model_version: int | None
    """None where no model is active."""
    learnt: int
    to_learn: int
    """Documents that are to be learnt or taken back."""
    failed: int


@dataclass(frozen=True, slots=True)
class ModelVersion:
    id: int
    state: str
    """`proposed`, `active` or `retired`."""
    labels: tuple[str, ...]
    parent_id: int | None
    created_at: datetime
    metrics: Mapping[str, Any]


_PARTS: Mapping[str, type] = {
    "entities": AnnotatedSpan,
    "losses": JobLosses,
    "evaluations": JobEvaluation,
}
"""What lists in an answer hold, by the field's name."""


def read(record: type[Record], answer: Mapping[str, Any]) -> Record:
    """An answer as a record. Raises KeyError for a field that the server did not send."""
    names = [field.name for field in fields(record)]  # type: ignore[arg-type]
    return record(**{name: _value(name, answer[name]) for name in names})


def _value(name: str, value: Any) -> Any:
    if (name == "at" or name.endswith("_at")) and isinstance(value, str):
        return datetime.fromisoformat(value)
    if name in _PARTS and isinstance(value, list):
        return tuple(read(_PARTS[name], item) for item in value)
    return tuple(value) if isinstance(value, list) else value
