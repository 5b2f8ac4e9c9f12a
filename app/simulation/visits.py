"""The simulated annotator at work on documents in a database, through the page's own services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from app.services.annotation.annotation import AnnotationService
from app.simulation.annotator import SUBMIT, Correction, corrections
from core.evaluation.metrics import ratio
from core.types import Key, key_of

PERSON = "simulated"


@dataclass(frozen=True, slots=True)
class Tally:
    """What was done so far."""

    documents: int = 0
    entities: int = 0
    gestures: int = 0

    @property
    def an_entity(self) -> float | None:
        """Gestures; None without entities."""
        return ratio(self.gestures, self.entities)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.documents + other.documents,
            self.entities + other.entities,
            self.gestures + other.gestures,
        )


def correct(
    service: AnnotationService, document_id: int, gold: Sequence[Key], *, resuggest: bool
) -> Tally:
    """Opens the document, corrects it to gold, submits it. `look_again` lets the model denoise the
    sentence of each correction anew before the next one. Raises RuntimeError where the submitted
    document is not gold: the simulation or the program is wrong then."""
    numbers = count(1)
    service.open(document_id, PERSON)
    service.read_parts(document_id)
    spans = service.open(document_id, PERSON).spans
    gestures = SUBMIT
    while todo := corrections(spans, gold):
        for repair in todo[:1] if resuggest else todo:
            gestures += repair.gestures
            _do(service, document_id, repair, numbers)
        if resuggest:
            service.resuggest(document_id, PERSON, around=[(todo[0].start, todo[0].end)])
        spans = service.open(document_id, PERSON).spans
    ops = [{"seq": next(numbers), "op": op} for op in ("accept_all", "submit")]
    applied = service.apply(document_id, _client(document_id), ops, PERSON)
    accepted = {key_of(s) for s in applied.spans if s.status == "accepted"}
    if applied.error or applied.status != "submitted" or accepted != set(gold):
        raise RuntimeError(
            f"document {document_id} was not corrected to gold: {applied.error or applied.status}, "
            f"{len(accepted ^ set(gold))} spans differ"
        )
    return Tally(1, len(set(gold)), gestures)


def _do(
    service: AnnotationService, document_id: int, correction: Correction, numbers: count[int]
) -> None:
    ops = [{"seq": next(numbers), **op} for op in correction.operations]
    applied = service.apply(document_id, _client(document_id), ops, PERSON)
    if applied.error:
        raise RuntimeError(f"the page's service refused a correction: {applied.error}")


def _client(document_id: int) -> str:
    return f"simulated-{document_id}"
