"""Turn a file's record into a document that can be added, or say why it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from storage.columns import now
from storage.enums import DocumentStatus, Split
from storage.records import DocumentRecord, History, SetRecord, SpanRecord
from storage.repository.bulk import NewDocument, NewSet
from storage.repository.documents import checked_hash
from storage.repository.projects import check_label_name

LONGEST_KEY = 64
LONGEST_PERSON = 200


@dataclass(frozen=True, slots=True)
class DocumentBuilder:
    """What becomes of the records of one file."""

    file: str
    person: str = "import"
    """Whose entities they are, where a record does not say."""
    as_suggestions: bool = False
    """Entities come in as suggestions to review, whatever the records say of them."""
    split: Split | None = None
    """Where all of them go; else a record's own split counts, then the hash."""

    def document(self, record: DocumentRecord) -> NewDocument:
        """The record as a document. Raises `ValueError` with the reason why it cannot be one."""
        status = _status(record, self.as_suggestions)
        spans = _checked(record.entities or (), len(record.text))
        history = History() if self.as_suggestions else record.history or History()
        sets = [_earlier(annotation_set, len(record.text)) for annotation_set in history.sets]
        if record.entities is not None:
            sets.append(self._own_set(record, status, spans, history.parent))
        suggests = bool(spans) and status in ("new", "skipped")
        return NewDocument(
            name=record.name,
            text=record.text,
            sha256=checked_hash(record.name, record.text),
            # it is no document to judge models by, once suggestions were shown with it
            split=self.split or record.split or ("train" if suggests else None),
            status=status,
            meta=record.meta,
            comment=record.comment,
            skip_reason=record.skip_reason,
            sets=tuple(sets),
            operations=history.operations,
            entities=len(spans),
        )

    def _own_set(
        self,
        record: DocumentRecord,
        status: DocumentStatus,
        spans: Sequence[SpanRecord],
        parent: int | None,
    ) -> NewSet:
        provenance = dict(record.provenance) or {"imported": self.file}
        origin = provenance.pop("origin", None)
        person = _text(provenance.pop("person", None)) or self.person
        submitted = _time(provenance.pop("submitted_at", None))
        if status == "new" or (status == "skipped" and origin != "person"):
            return NewSet(
                origin="machine",
                state="submitted",
                spans=[_suggestion(span) for span in spans],
                created_at=now(),
                submitted_at=now(),
                provenance=provenance,
            )
        done = status == "submitted"
        return NewSet(
            origin="person",
            state="submitted" if done else "draft",
            spans=spans,
            created_at=submitted or now(),
            submitted_at=(submitted or now()) if done else None,
            person=person,
            provenance=provenance,
            parent=parent,
        )


def labels_of(document: NewDocument) -> list[str]:
    """The labels of all its sets, in order, some maybe twice."""
    return [
        span.label for annotation_set in reversed(document.sets) for span in annotation_set.spans
    ]


def _status(record: DocumentRecord, as_suggestions: bool) -> DocumentStatus:
    """Where an imported document stands: its own word, unless it is to be reviewed anyway.

    A "submitted" document must have been looked at, and no suggestion may be left in it.
    """
    if as_suggestions or record.entities is None:
        return "skipped" if record.status == "skipped" else "new"
    undecided = any(span.status == "suggested" for span in record.entities)
    if record.status == "submitted" and undecided:
        raise ValueError(
            "the record says submitted but holds suggested entities; accept or reject them, or "
            "give it the status new or in_progress"
        )
    return record.status or ("new" if undecided else "submitted")


def _checked(spans: Sequence[SpanRecord], length: int) -> Sequence[SpanRecord]:
    """The spans, each with a key of its own. Raises `ValueError` for what no set can hold."""
    keyed = [
        span if span.key else replace(span, key=f"e{number}")
        for number, span in enumerate(spans, 1)
    ]
    if len({span.key for span in keyed}) < len(keyed):
        raise ValueError("two entities share an id; ids are unique in a document")
    for span in keyed:
        if not 0 <= span.start < span.end <= length:
            raise ValueError(
                f"entity [{span.start}, {span.end}) {span.label!r} does not lie in the text of "
                f"{length} code points"
            )
        if len(span.key) > LONGEST_KEY:
            raise ValueError(f"an entity's id has at most {LONGEST_KEY} characters")
    for label in {span.label for span in keyed}:
        check_label_name(label)
    return keyed


def _earlier(earlier: SetRecord, length: int) -> NewSet:
    provenance: Mapping[str, Any] = earlier.provenance
    if earlier.model_version is not None:
        provenance = {**provenance, "model_version": earlier.model_version}
    return NewSet(
        origin=earlier.origin,
        state="submitted",
        spans=_checked(earlier.entities, length),
        created_at=earlier.created_at,
        submitted_at=earlier.submitted_at,
        person=earlier.person,
        provenance=provenance,
        blind=earlier.blind,
        parent=earlier.parent,
    )


def _suggestion(span: SpanRecord) -> SpanRecord:
    rejected = span.status == "rejected"
    return replace(span, status="rejected" if rejected else "suggested", source="model")


def _text(value: Any) -> str | None:
    return value[:LONGEST_PERSON] if isinstance(value, str) and value else None


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
