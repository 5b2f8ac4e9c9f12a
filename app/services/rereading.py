"""Constrained denoising of a document: the model looks again, knowing what a person decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import uuid4

from app.editing import Draft, DraftSpan, GestureError, reduce
from app.gestures import Found, Suggest
from app.services import drafts, suggesting
from app.services.suggesting import Predictor
from core.segmentation import sentences
from core.tokenization import tokenize
from core.types import Entity, SamplerSettings
from storage.engine import Sessions, writing
from storage.models import Document
from storage.repository import annotation_sets, documents, operations

Stretch = tuple[int, int]
"""Code points, end exclusive."""


def read_again(
    sessions: Sessions,
    predictor: Predictor,
    settings: SamplerSettings,
    document_id: int,
    person: str,
    around: Iterable[Stretch] | None = None,
) -> int:
    """Denoises the rest: accepted spans are kept in place while the others are denoised, rejected
    ones never return, and what is still undecided is replaced by what the model says now.

    `around` limits this to the sentences that it touches; outside them nothing changes. Returns
    how many suggestions there are now. Raises `GestureError` for a document that is submitted,
    held back, or was edited while the model was reading.
    """
    with sessions() as session:
        document = documents.get(session, document_id)
        before = _open_draft(drafts.load(session, document), document)
        text = document.text
    windows = [(0, len(text))] if around is None else touched(text, around)
    found: list[Found] = []
    for start, end in windows:
        found += _found(predictor, settings, text[start:end], start, before.spans)
    with writing(sessions) as session:
        document = documents.lock(session, document_id)
        now = _open_draft(drafts.load(session, document), document)
        if now.spans != before.spans:
            raise GestureError("the document was edited while the model was reading; ask again")
        gesture = Suggest(tuple(each for each in found if each.label in now.labels), tuple(windows))
        after = reduce(now, gesture)
        stored = annotation_sets.draft_of(session, document_id)
        if stored is None:
            raise GestureError("nobody has opened this document yet; open it and ask again")
        annotation_sets.save_spans(session, stored, drafts.to_records(after.spans))
        operations.record(
            session,
            client=f"server-{uuid4().hex}",
            seq=1,
            document_id=document_id,
            person=person,
            payload={
                "op": "suggest",
                "model_version_id": predictor.model_version_id,
                **asdict(gesture),
            },
        )
    return sum(span.status == "suggested" for span in after.spans)


def touched(text: str, around: Iterable[Stretch]) -> list[Stretch]:
    """The sentences that overlap any of the stretches, as the model cuts them."""
    tokens = tokenize(text)
    places = list(around)
    cut = [(tokens[start].start, tokens[end - 1].end) for start, end in sentences(text, tokens)]
    return [
        (start, end)
        for start, end in cut
        if any(start < right and left < end for left, right in places)
    ]


def _open_draft(draft: Draft, document: Document) -> Draft:
    if draft.state == "submitted":
        raise GestureError("this document is submitted and frozen; reopen it to change it")
    if document.split == "control":
        raise GestureError("this document is held back: it is annotated without suggestions")
    return draft


def _found(
    predictor: Predictor,
    settings: SamplerSettings,
    text: str,
    offset: int,
    spans: Iterable[DraftSpan],
) -> list[Found]:
    """Suggestions for a stretch of the document that begins at `offset`."""
    inside = [span for span in spans if offset <= span.start and span.end <= offset + len(text)]
    fixed = [_entity(span, offset) for span in inside if span.status == "accepted"]
    kept = {(each.start, each.end, each.label) for each in fixed}
    refused = [_entity(span, offset) for span in inside if span.status == "rejected"]
    suppressed = [each for each in refused if (each.start, each.end, each.label) not in kept]
    answer = suggesting.ask(predictor, text, settings, fixed, suppressed)
    free = [each for each in answer.entities if (each.start, each.end, each.label) not in kept]
    run = uuid4().hex[:8]
    return [
        Found(
            f"m{predictor.model_version_id}.{run}.{number}",
            each.start + offset,
            each.end + offset,
            each.label,
            drafts.share(each.score),
            asdict(each.confidence) if each.confidence else None,
        )
        for number, each in enumerate(drafts.best_once(free), 1)
    ]


def _entity(span: DraftSpan, offset: int) -> Entity:
    return Entity(span.start - offset, span.end - offset, span.label)
