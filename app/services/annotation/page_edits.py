"""What a page's annotator sends: into the database once, and the answer that it waits for."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.editing import DraftSpan, EditError
from app.services.annotation import wire
from app.services.annotation.annotation import AnnotationService, DocumentGoneError
from app.services.annotation.applied import Applied
from app.services.annotation.open_next import NextDocument
from app.services.annotation.repeats import ReusedNumberError
from app.services.team.permissions import NotAllowedError
from storage.database_errors import StorageError, is_of_the_data, problem_of

LOG = logging.getLogger(__name__)
_MOST_SIBLINGS = 50
_CORRECTIONS = ("add", "move", "relabel", "reject")
_NUMBER = re.compile(r"[0-9]{1,18}")
"""What a document's number looks like; the browser is not trusted."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message, as the annotator takes it."""

    doc_id: int
    ack: Mapping[str, Any] | None = None
    """`{client, seq}`, the last operation applied of that client: the page forgets all up to it."""
    error: str | None = None
    """Why an operation was refused, or why nothing could be saved."""
    returned: Mapping[str, Any] | None = None
    """`{client, doc_id, wrong_owner, why}`: what can never be saved as it was sent."""
    state: Mapping[str, Any] | None = None
    """How the document stands now; None where that is not known."""
    news: Mapping[str, Any] | None = None
    """`{version, text, spans}`: what others did since the version that the page shows."""
    corrected: Sequence[tuple[int, int]] = ()
    """Where the message corrected the model, in code points."""
    next: NextDocument | None = None
    """What the page goes on to, where it asked for it; see `with_next`."""


def receive(service: AnnotationService, message: object, person: str) -> Answer:
    """Applies what a page sent; see `span_annotator` for the message.

    Without operations the page only looks: what others did comes back. What the database could not
    take is not acknowledged, so that the page keeps it, says "not saved", and sends it again. What
    is somebody else's, has no document any more, or can be kept in no database, goes back to it:
    nothing behind it waits for it. Raises `EditError` for a message that names no document.
    """
    if not isinstance(message, Mapping) or not _NUMBER.fullmatch(str(message.get("doc_id"))):
        raise EditError("a message needs a 'doc_id', the number of its document")
    document_id, client, ops = int(message["doc_id"]), message.get("client"), message.get("ops")
    if message.get("person", person) != person:
        return _returned(document_id, client, wrong_owner=True)
    clients, shown = _clients(message), _version(message.get("version"))
    try:
        if ops == []:
            return answer_of(
                document_id, service.changes_since(document_id, person, shown, clients), person
            )
        applied = service.apply(document_id, client, ops, person, clients, shown)
    except StorageError as error:
        LOG.exception("edits of document %s could not be saved", document_id)
        if is_of_the_data(error):
            why = f"{problem_of(error).what}. See the server’s log for details"
            return _returned(document_id, client, why=why)
        return Answer(document_id, error=_not_saved(error))
    except (DocumentGoneError, NotAllowedError, ReusedNumberError) as error:
        return _returned(document_id, client, why=str(error))
    if applied.wrong_owner:
        return _returned(document_id, client, wrong_owner=True)
    return answer_of(document_id, applied, person, client, _corrected(ops, applied.spans))


def with_next(
    answer: Answer, message: object, service: Callable[[], AnnotationService], person: str
) -> Answer:
    """The answer with the next document, where the page goes on (`go_on`) and its document is
    done; `service` is one with a model. Where it cannot be opened, the submission before it stands,
    and the page goes on by a run."""
    done = not answer.error and answer.state and answer.state["status"] in ("submitted", "skipped")
    if not done or not isinstance(message, Mapping) or message.get("go_on") is not True:
        return answer
    try:
        return replace(answer, next=service().open_next(answer.doc_id, person))
    except (LookupError, NotAllowedError, StorageError):
        LOG.exception("the document after %s could not be opened at once", answer.doc_id)
        return answer


def answer_of(
    document_id: int,
    applied: Applied,
    person: str,
    client: object = None,
    corrected: Sequence[tuple[int, int]] = (),
) -> Answer:
    """What the annotator is told of the state after its message."""
    return Answer(
        document_id,
        ack=None if applied.ack is None else {"client": client, "seq": applied.ack},
        error=_in_trash(applied.trashed) if applied.trashed is not None else applied.error,
        state={
            "spans": wire.rows(wire.spans(applied.spans)),
            "version": applied.version,
            "status": applied.status,
            "read_only": applied.status == "submitted",
            "comment": applied.comment,
            "skip_reason": applied.skip_reason,
            "conflicts": wire.conflicts(applied.conflicts, person),
        },
        news=asdict(applied.news) if applied.news else None,
        corrected=corrected,
    )


def _returned(
    document_id: int, client: object, *, wrong_owner: bool = False, why: str = ""
) -> Answer:
    """Nothing of the message is acknowledged: the browser keeps it."""
    back = {"client": client, "doc_id": document_id, "wrong_owner": wrong_owner, "why": why}
    return Answer(document_id, returned=back)


def _clients(message: Mapping[str, Any]) -> frozenset[str]:
    """The clients that the page says it is; the browser is not trusted."""
    named = message.get("sibling_clients", message.get("kin"))  # "kin": a tab open since before
    siblings = named[:_MOST_SIBLINGS] if isinstance(named, list) else []
    return frozenset(name for name in [message.get("client"), *siblings] if isinstance(name, str))


def _version(sent: object) -> int | None:
    """The version that the page shows; the browser is not trusted."""
    if isinstance(sent, int) and not isinstance(sent, bool) and 0 <= sent < 2**31:
        return sent
    return None


def _corrected(ops: object, spans: Sequence[DraftSpan]) -> tuple[tuple[int, int], ...]:
    sent = [op for op in ops if isinstance(op, Mapping)] if isinstance(ops, list) else []
    changed = [op.get("id") for op in sent if op.get("op") in _CORRECTIONS]
    return tuple((span.start, span.end) for span in spans if span.id in changed)


def _in_trash(name: str) -> str:
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return (
        f"somebody deleted “{short}” while you were working on it. Your edits are saved with it "
        "and come back when it is restored from the trash."
    )


def _not_saved(error: StorageError) -> str:
    found = problem_of(error)
    return (
        f"Not saved: {found.what}. Your edits are kept in this page and will be sent again; keep "
        f"it open. {found.remedy}"
    )
