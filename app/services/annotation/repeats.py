"""An operation that is sent again is done once; another one under its number is refused.

Otherwise a program that numbers anew under an old client's id would lose what it sends, and be told
that it is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.edit_operations import EditError, parse_operation, short
from app.services.annotation.batch import Batch
from app.services.annotation.tasks import AnnotationTask
from storage.repository import label_names
from storage.repository.operations import Recorded


class ReusedNumberError(EditError):
    """A sequence number under which the client sent something else before."""


def check_repeats(session: Session, task: AnnotationTask, sent: Batch, recorded: Recorded) -> None:
    """Raises `ReusedNumberError` unless each of the batch's operations that is recorded is the same
    operation, for the same document."""
    for seq, known in recorded.operations.items():
        if known.document_id != task.id:
            earlier = "for another document"
        elif not _is_repeat(session, task, known.payload, sent.operations[seq].raw):
            earlier = "as another operation"
        else:
            continue
        raise ReusedNumberError(
            f"not saved: operation {seq} of the client {short(sent.client)} is recorded already, "
            f"{earlier}; send it and all that came with it again, under a new client’s name or "
            f"numbered from {(recorded.last or seq) + 1} on"
        )


def _is_repeat(
    session: Session, task: AnnotationTask, payload: Mapping[str, Any], raw: Mapping[str, Any]
) -> bool:
    """Whether what was sent is what is recorded, in the fields that an earlier release knew, too.
    What was recorded as no operation is not compared."""
    if "op" not in payload:
        return True
    try:
        fields = parse_operation(raw).model_dump(mode="json")
    except EditError:
        return False
    differing = {key for key in payload.keys() & fields.keys() if payload[key] != fields[key]}
    if differing != {"label"}:
        return not differing
    names = label_names.current(session, task.document.project_id)
    before, after = payload["label"], fields["label"]
    return bool(names.get(before, before) == names.get(after, after))
