"""What the active model says of whole documents, so that the queue can be ordered by it."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from sys import byteorder
from typing import TYPE_CHECKING, Protocol

from app.services.suggestions.queue import SIGNALLED
from app.services.suggestions.suggest import settings_of
from core.types import SamplerSettings
from storage.engine import Sessions, writing
from storage.enums import DocumentStatus, QueueOrder
from storage.repository import documents, projects, signals

if TYPE_CHECKING:
    from core.inference.uncertainty import Uncertainty


class UncertaintyModel(Protocol):
    """A model that can look at a whole text."""

    @property
    def model_version_id(self) -> int: ...

    def uncertainty(self, text: str, settings: SamplerSettings) -> Uncertainty: ...


def missing(
    sessions: Sessions, project_id: int, model_version_id: int, without: Collection[int] = ()
) -> int | None:
    """The next document whose signals the project's order needs and nobody knows yet; None where
    there is none. Open ones come first; diversity also asks for those that are done."""
    with sessions() as session:
        order = projects.get(session, project_id).queue
        for statuses in _needed(order):
            found = signals.lacking(session, project_id, model_version_id, statuses, 1, without)
            if found:
                return found[0]
    return None


def measure(
    sessions: Sessions, model: UncertaintyModel, document_id: int, settings: SamplerSettings
) -> None:
    """Looks at one document and keeps what the model says of it."""
    with sessions() as session:
        document = documents.get(session, document_id)
        settings = settings_of(projects.get(session, document.project_id), settings)
        text = document.text
    estimate = model.uncertainty(text, settings)
    with writing(sessions) as session:
        signals.put(
            session,
            document_id,
            model.model_version_id,
            doubt=estimate.least_confidence,
            disagreement=estimate.disagreement,
            vector=packed(estimate.vector),
        )


def packed(vector: Collection[float]) -> bytes:
    """Little-endian 32-bit floats."""
    floats = array("f", vector)
    if byteorder == "big":
        floats.byteswap()
    return floats.tobytes()


def _needed(order: QueueOrder) -> tuple[tuple[DocumentStatus, ...], ...]:
    if order not in SIGNALLED:
        return ()
    waiting: tuple[DocumentStatus, ...] = ("new", "in_progress")
    done: tuple[DocumentStatus, ...] = ("submitted", "skipped")
    return (waiting, done) if order == "diversity" else (waiting,)
