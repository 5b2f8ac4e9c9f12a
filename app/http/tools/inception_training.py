"""What INCEpTION's people annotated, on its way into the project.

INCEpTION sends all documents of a person at every training, in whatever state they are, and does
not say which. So each is a draft of its person here, which follows what they do there, until a
person submits it; only where the recommender's address says that finished documents alone are sent
are they submitted.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app.http.common.authentication import Caller
from app.http.common.errors import ApiError
from app.http.predictions.prediction import custom_of
from app.http.tools.inception_cas import (
    SentDocument,
    annotated_marks,
    changed_at,
    read_cas,
    type_system,
)
from app.services.interchange import refusals
from app.services.interchange.external_sync import Outcome, SyncedResponse, follow
from app.services.operations import projects
from storage.formats.labelled_spans import to_spans
from storage.records import DocumentRecord

if TYPE_CHECKING:
    from cassis import TypeSystem

TOOL = "INCEpTION"
LOG = logging.getLogger(__name__)
_MOST_REMEMBERED = 10_000
_followed: OrderedDict[Any, bytes] = OrderedDict()
"""Of the documents that were followed, what was sent last: reading one takes a second."""
_lock = threading.Lock()


def take_documents(
    caller: Caller,
    project_id: int,
    documents: Sequence[SentDocument],
    types_xml: str,
    *,
    layer: str,
    feature: str,
    finished: bool,
) -> Counter[Outcome]:
    """Follows each document; one that cannot be followed is named on the project's page.

    Raises `ApiError`, `NotAllowedError`, and what is wrong with the first document where none
    of them can be followed.
    """
    types = type_system(types_xml)
    custom_of(caller, project_id)  # whether there is such a project
    annotators = projects.get(caller.sessions, project_id).settings.annotators
    outcomes: Counter[Outcome] = Counter()
    errors: list[ValueError | ApiError] = []
    for sent in documents:
        binding = (caller.settings, project_id, annotators, layer, feature, finished)
        key = (*binding, sent.userId, sent.documentId)
        digest = sha256(sent.xmi.encode("utf-8", "surrogatepass")).digest()
        if _remembered(key) == digest:
            outcomes["known"] += 1
            continue
        try:
            outcomes[_take(caller, project_id, sent, types, layer, feature, finished)] += 1
            _remember(key, digest)
        except (ValueError, ApiError) as error:
            errors.append(error)
            reason = f"document {sent.documentId!r} was not taken: {error}"
            refusals.note(project_id, TOOL, reason)
            LOG.warning("INCEpTION's %s", reason)
    if errors and not outcomes:
        raise errors[0]
    return outcomes


def _take(
    caller: Caller,
    project_id: int,
    sent: SentDocument,
    types: TypeSystem,
    layer: str,
    feature: str,
    finished: bool,
) -> Outcome:
    cas = read_cas(sent, types)
    text = cas.sofa_string
    if not text:
        raise ValueError("it holds no text: sofaString is missing or empty")
    marks, unlabelled = annotated_marks(cas, layer, feature)
    spans, _ = to_spans(text, marks)
    if finished and unlabelled:
        reason = f"{unlabelled} annotations without a label were left out of finished documents"
        refusals.note(project_id, TOOL, reason)
    triples = sorted((span.start, span.end, span.label) for span in spans)
    source = SyncedResponse(
        TOOL,
        sent.documentId,
        changed=changed_at(cas),
        user=sent.userId or None,
        digest=sha256(repr((finished, triples)).encode("utf-8", "surrogatepass")).hexdigest()[:32],
        finished=finished,
    )
    record = DocumentRecord(
        text,
        f"inception-{sent.documentId}",
        spans,
        status="submitted" if finished else "in_progress",
    )
    outcome = follow(caller.sessions, project_id, record, source, sent.userId or caller.person)
    if outcome == "waiting":
        reason = "the answer that stands here was left as it is; the document's history says why"
        refusals.note(project_id, TOOL, reason)
        LOG.warning("INCEpTION's document %r of %r: %s", sent.documentId, sent.userId, reason)
    return outcome


def _remembered(key: object) -> bytes | None:
    with _lock:
        return _followed.get(key)


def _remember(key: object, digest: bytes) -> None:
    with _lock:
        _followed[key] = digest
        _followed.move_to_end(key)
        while len(_followed) > _MOST_REMEMBERED:
            _followed.popitem(last=False)
