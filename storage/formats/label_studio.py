"""Label Studio's JSON: an array of tasks, offsets end exclusive.

    [{"id": 1, "data": {"text": str, "name": str}, "meta": {…},
      "annotations": [{"id": 1, "was_cancelled": false, "ground_truth": false, "result": […]}],
      "predictions": [{"model_version": str, "result": […]}]}]

and each result is

    {"id": "a1", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual",
     "value": {"start": 2, "end": 15, "text": "Bank of China", "labels": ["ORG"]}}

which fits a project with `<Labels name="label" toName="text">` over
`<Text name="text" value="$text"/>`. Accepted entities are written as an annotation; suggestions
as a prediction, where nothing is accepted yet. A skipped document is a cancelled annotation.
How tasks are read stands in `storage.formats.label_studio_reader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from storage.enums import DocumentStatus, Source, SpanStatus
from storage.formats.export_tally import Written, count_document, count_span, unread
from storage.formats.json_array import write_array
from storage.records import DocumentRecord, SpanRecord

_KEEPS = frozenset(("name", "meta", "unread"))


def write_label_studio(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes tasks; rejected suggestions, and open ones beside accepted entities, are counted."""
    written = Written()
    write_array(_tasks(documents, written), out)
    return written


def _tasks(documents: Iterable[DocumentRecord], written: Written) -> Iterator[dict[str, Any]]:
    for number, document in enumerate(documents, 1):
        status = _status(document)
        keeps = _KEEPS | ({"status"} if document.status in (None, status) else set())
        count_document(document, written, keeps)
        shown = _shown(document, "suggested" if status == "new" else "accepted", written)
        result = [_result(document.text, span, number) for number, span in enumerate(shown, 1)]
        yield {
            "id": number,
            "data": {"text": document.text} | ({"name": document.name} if document.name else {}),
            "meta": dict(document.meta),
            "annotations": [_annotation(number, status, result)] if status != "new" else [],
            "predictions": [_prediction(document, result)] if status == "new" and result else [],
        }


def _status(document: DocumentRecord) -> DocumentStatus:
    """What the task will say of its document."""
    if document.status == "skipped":
        return "skipped"
    statuses = {span.status for span in document.entities or ()}
    undecided = unread(document) or ("suggested" in statuses and "accepted" not in statuses)
    return "new" if undecided else "submitted"


def _shown(document: DocumentRecord, status: SpanStatus, written: Written) -> list[SpanRecord]:
    """The entities of the status; the others go into the tally."""
    spans = document.entities or ()
    shown = [span for span in spans if span.status == status]
    written.undecided += len(spans) - len(shown)
    for span in shown:
        count_span(span, written, ("score", "source", "id"))
        if span.source != _read_back(span):
            written.properties["source"] += 1
    return shown


def _read_back(span: SpanRecord) -> Source:
    """What the task will say of an entity's source: a person, or a prediction."""
    return "person" if span.status == "accepted" and span.source == "person" else "model"


def _annotation(
    number: int, status: DocumentStatus, result: list[dict[str, Any]]
) -> dict[str, Any]:
    cancelled = status == "skipped"
    return {"id": number, "was_cancelled": cancelled, "ground_truth": False, "result": result}


def _prediction(document: DocumentRecord, result: list[dict[str, Any]]) -> dict[str, Any]:
    version = document.provenance.get("model_version")
    return ({"model_version": str(version)} if version is not None else {}) | {"result": result}


def _result(text: str, span: SpanRecord, number: int) -> dict[str, Any]:
    return {
        "id": span.key or f"e{number}",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "origin": "manual" if span.source == "person" else "prediction",
        "value": {
            "start": span.start,
            "end": span.end,
            "text": text[span.start : span.end],
            "labels": [span.label],
        },
        **({"score": span.score} if span.score is not None else {}),
    }
