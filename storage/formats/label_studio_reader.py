"""Label Studio's tasks read: JSON, JSON lines, and the shorter "JSON-MIN".

Of several annotations the newest that was not cancelled counts. A task whose annotations were all
cancelled is skipped; one with predictions alone has suggestions, of the newest prediction. An
annotation that says which prediction it began with (`parent_prediction`) has refused what it does
not hold of it. What is skipped is said in the document's notes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from core.types import key_of
from storage.enums import DocumentStatus, SpanStatus
from storage.formats.fields import FieldError, object_of, own_data, string, whole
from storage.formats.json_records import read_records
from storage.formats.json_start import first_object, first_of
from storage.formats.label_studio_text import has_markup, other_text
from storage.formats.labelled_spans import Mark, list_of, to_spans
from storage.formats.unclaimed import unclaimed
from storage.records import Counted, DocumentRecord, Note, Record, SpanRecord

_LABELLED = ("labels", "hypertextlabels")
_ANNOTATIONS = ("annotations", "completions")
"""The second is what they were called before version 1."""
_ANSWERS = (*_ANNOTATIONS, "predictions")
_CLAIMED = frozenset((*_ANSWERS, "id", "data", "meta", "drafts"))
_Object = Mapping[str, Any]


def read_label_studio(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records."""
    return read_records(file, name, _parse)


def sniff_label_studio(start: bytes) -> bool:
    """Whether the first record is a task with its data or its results, or one of JSON-MIN with its
    annotator."""
    record = first_object(start)
    annotations = [first_of(record.get(key)) for key in _ANSWERS]
    return (
        ("data" in record and any(key in record for key in _ANSWERS))
        or any(isinstance(first, dict) and "result" in first for first in annotations)
        or ("annotation_id" in record and "annotator" in record)
    )


def _parse(raw: _Object, name: str, line: int) -> DocumentRecord:
    if "data" not in raw:
        raw = _from_min(raw)
    data = object_of(raw["data"], "'data'")
    key = _text_key(data)
    text = string(data, key)
    answer = _Answer(
        [object_of(e, "an annotation") for key in _ANNOTATIONS for e in _listed(raw, key)],
        [object_of(prediction, "a prediction") for prediction in _listed(raw, "predictions")],
    )
    spans, notes = _placed(text, answer.marks)
    notes += (*unclaimed(raw, _CLAIMED), *unclaimed(data, (key, "name")))
    others = {other: value for other, value in data.items() if other not in (key, "name")}
    meta = raw.get("meta")
    if drafts := len(_listed(raw, "drafts")):
        notes = (*notes, Counted("drafts left out, since they were never submitted", drafts))
    return DocumentRecord(
        text=text,
        name=string(data, "name", name) if isinstance(data.get("name"), str) else name,
        entities=spans if answer.given and not (answer.status == "skipped" and not spans) else None,
        status=answer.status,
        provenance=own_data({"provenance": answer.provenance(raw)}, "provenance"),
        meta=own_data({"meta": others | dict(object_of(meta, "'meta'") if meta else {})}, "meta"),
        line=line,
        notes=(*notes, *answer.notes),
    )


def _text_key(data: _Object) -> str:
    """The field that holds the text: `text`, or the only string that is there."""
    strings = [key for key, value in data.items() if isinstance(value, str) and key != "name"]
    if "text" in data or not strings:
        return "text"
    if len(strings) > 1:
        raise FieldError(
            f"'data' has no 'text', and several other fields could be it: "
            f"{', '.join(sorted(strings)[:6])}; name the one that was annotated 'text'"
        )
    return strings[0]


def _placed(text: str, marks: Sequence[Mark]) -> tuple[tuple[SpanRecord, ...], tuple[Note, ...]]:
    """The entities in the text. Raises `FieldError` where they may lie in another one."""
    reason = other_text(text)
    if reason and any(mark.surface is None for mark in marks):
        raise FieldError(f"{len(marks):,} entities cannot be placed: {reason}")
    if reason and not marks and not has_markup(text):
        raise FieldError(reason)
    try:
        return to_spans(text, marks)
    except FieldError as error:
        raise FieldError(f"{error}; {reason}" if reason else str(error)) from None


class _Answer:
    """What a task's annotations and predictions say of its entities."""

    def __init__(self, annotations: Sequence[_Object], predictions: Sequence[_Object]) -> None:
        self._passed: Counter[str] = Counter()
        self.notes: list[Note] = []
        self.status: DocumentStatus | None = None
        self.marks: list[Mark] = []
        finished = [annotation for annotation in annotations if not annotation.get("was_cancelled")]
        self.given: _Object | None = _newest(finished) or _newest(annotations)
        if self.given is not None:
            self.status = "submitted" if finished else "skipped"
            self.marks = self._read(self.given, "accepted")
            self._refuse(predictions)
            self._leave(len(annotations) - 1, "older or cancelled annotations")
            self._leave(len(predictions), "predictions beside an annotation")
        elif predictions:
            self.given = _newest(predictions)
            self.status = "new"
            self.marks = self._read(self.given or {}, "suggested")
            self._leave(len(predictions) - 1, "older predictions")
        for kind, count in sorted(self._passed.items()):
            self.notes.append(Counted(f"results {kind} left out", count))

    def provenance(self, task: _Object) -> dict[str, Any]:
        """Who annotated it and when, or which model; and the task's number."""
        given = self.given or {}
        by = given.get("completed_by")
        known = {
            "person": by.get("email")
            if isinstance(by, dict)
            else by
            if isinstance(by, str)
            else None,
            "completed_by": by if isinstance(by, int) else None,
            "submitted_at": None if self.status == "new" else _time(given) or None,
            "lead_time": given.get("lead_time"),
            "ground_truth": given.get("ground_truth") or None,
            "model_version": given.get("model_version") if self.status == "new" else None,
        }
        return {key: value for key, value in known.items() if value is not None}

    def _read(self, answer: _Object, status: SpanStatus) -> list[Mark]:
        marks = []
        for entry in _listed(answer, "result"):
            result = object_of(entry, "a result")
            kind = result.get("type", "labels")
            if kind not in _LABELLED:
                self._passed[f"of type {kind!r}"] += 1
                continue
            found = _marks(result, str(kind), status)
            self._passed["without a label"] += not found
            marks += found
        self._passed += Counter()
        return marks

    def _refuse(self, predictions: Sequence[_Object]) -> None:
        """What the annotation began with and does not hold any more was refused."""
        began = (self.given or {}).get("parent_prediction")
        parent = next(
            (prediction for prediction in predictions if began and prediction.get("id") == began),
            None,
        )
        if parent is None or self.status != "submitted":
            return
        held = {key_of(mark) for mark in self.marks}
        for mark in self._read(parent, "rejected"):
            if key_of(mark) not in held:
                self.marks.append(mark)

    def _leave(self, count: int, what: str) -> None:
        if count > 0:
            self.notes.append(Counted(f"{what} left out", count))


def _marks(result: _Object, kind: str, status: SpanStatus) -> list[Mark]:
    """One entity for each label of a result."""
    value = object_of(result.get("value"), "'value'")
    offsets = object_of(value.get("globalOffsets") or value, "'globalOffsets'")
    if isinstance(offsets.get("start"), str):
        raise FieldError(
            f"an entity starts at the XPath {str(offsets['start'])[:60]!r}, which does not tell "
            "where in the text; whole numbers are expected, under 'globalOffsets' beside XPaths: "
            "annotate the text as <Text>, or export it from a newer Label Studio, which adds them"
        )
    labels = list_of(value.get(kind, value.get("labels", [])), f"{kind!r}")
    key, surface = result.get("id"), value.get("text")
    predicted = status != "accepted" or result.get("origin") == "prediction"
    return [
        Mark(
            start=whole(offsets, "start"),
            end=whole(offsets, "end"),
            label=string({"label": label}, "label"),
            surface=surface if isinstance(surface, str) else None,
            status=status,
            score=result.get("score"),
            source="model" if predicted else "person",
            key=key if isinstance(key, str) and number == 0 else "",
        )
        for number, label in enumerate(labels)
    ]


def _from_min(raw: _Object) -> dict[str, Any]:
    """A task of JSON-MIN, whose results stand beside the text under their control's name."""
    own_keys = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
    listed = {key: value for key, value in raw.items() if _are_results(value)}
    if "text" not in raw and not listed:
        raise FieldError(
            "a task has 'data' with its text, and 'annotations' or 'predictions'; got "
            f"{', '.join(sorted(raw)[:8]) or 'nothing'}"
        )
    results = [
        {"type": _kind(value), "value": value} for values in listed.values() for value in values
    ]
    annotation = {key: raw[key] for key in own_keys[3:] if key in raw} | {"result": results}
    annotation["completed_by"] = raw.get("annotator")
    data = {key: value for key, value in raw.items() if key not in (*own_keys, *listed)}
    return {"data": data, "annotations": [annotation] if "annotation_id" in raw or listed else []}


def _kind(value: _Object) -> str:
    """The kind of a result of JSON-MIN, which has its labels under the kind's name."""
    return next((key for key in value if key.endswith("labels")), "labels")


def _are_results(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and "start" in item and "end" in item for item in value)
    )


def _listed(raw: _Object, key: str) -> list[object]:
    return list_of(raw.get(key) or [], repr(key))


def _newest(responses: Sequence[_Object]) -> _Object | None:
    """The one changed last; of those that do not say when, the last."""
    ordered = sorted(enumerate(responses), key=lambda pair: (_time(pair[1]), pair[0]))
    return ordered[-1][1] if ordered else None


def _time(answer: _Object) -> str:
    moment = answer.get("updated_at") or answer.get("created_at")
    return moment if isinstance(moment, str) else ""
