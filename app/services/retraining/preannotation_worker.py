"""A worker's part in pre-annotation: take a free batch, predict it, take the next.

A batch is taken by locking its row, so that it is free again in the moment in which its worker
dies; whoever takes it then predicts only what still waits. A document is asked for again under its
lock before the answer is kept: each is predicted once by a model version, whoever else tries.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.model_registry.registry import ModelRegistry
from app.services.suggestions import by_parts, suggest
from app.services.suggestions.predictor import version_predictor
from app.services.suggestions.suggest import Predictor
from core.types import SamplerSettings
from storage.columns import now
from storage.engine import Sessions, writing
from storage.repository import annotation_sets, documents, preannotations

LOG = logging.getLogger(__name__)
REST = 1.0
"""Seconds between two looks for work, where there is none."""
BREATH = 0.01
"""Seconds after a batch in which whoever waits for this worker comes first."""


@dataclass(slots=True)
class _Outcome:
    complete: bool = True
    """False where the pass was paused or cancelled in the middle."""
    failed: int = 0
    error: str | None = None


class PreannotationWorker:
    """One worker's hands. `busy` is held while it predicts, so that it does one thing at a time."""

    def __init__(
        self,
        sessions: Sessions,
        worker: str,
        busy: threading.Lock | None = None,
        settings: SamplerSettings | None = None,
        predictor: Callable[[Sessions, int], Predictor] | None = None,
    ) -> None:
        self._sessions, self._worker = sessions, worker
        self._busy = busy or threading.Lock()
        self._settings = settings or SamplerSettings()
        self._predictor = predictor or _of_version
        self._row_locks = sessions.kw["bind"].dialect.name == "postgresql"

    def run(self, stop: threading.Event) -> None:
        """Works until told to stop; a database that goes away is waited for."""
        while not stop.is_set():
            try:
                with self._busy:
                    worked = self.step()
            except Exception:
                LOG.exception("pre-annotation stopped; it resumes with the next try")
                worked = False
            stop.wait(BREATH if worked else REST)

    def step(self) -> bool:
        """Does one batch; returns whether there was one."""
        with self._sessions() as holding:
            batch = preannotations.claim(holding)
            if batch is None:
                holding.rollback()
                self._close()
                return False
            batch_id, run_id = batch.id, batch.preannotation_id
            if not self._row_locks:
                holding.rollback()  # a snapshot held this long could not be written to
            outcome = self._predict(batch_id, run_id)
            if not outcome.complete:
                return True
            if self._row_locks:
                self._finish(holding, batch_id, outcome)
                holding.commit()
                return True
        with writing(self._sessions) as session:
            self._finish(session, batch_id, outcome)
        return True

    def _predict(self, batch_id: int, run_id: int) -> _Outcome:
        outcome = _Outcome()
        with self._sessions() as session:
            version_id = preannotations.get(session, run_id).model_version_id
            waiting = preannotations.waiting_in(session, batch_id)
        try:
            predictor = self._predictor(self._sessions, version_id)
            predictor.threshold()  # loads the model
        except Exception as error:
            LOG.exception("model version %d cannot be loaded", version_id)
            self._pause(run_id, f"model version {version_id} cannot be loaded: {error}")
            return _Outcome(complete=False)
        for document_id in waiting:
            if not self._runs(run_id):
                return _Outcome(complete=False)
            try:
                self._suggest(predictor, document_id)
            except Exception as error:
                LOG.exception("document %d could not be predicted", document_id)
                outcome.failed += 1
                outcome.error = f"document {document_id}: {error}"
        return outcome

    def _suggest(self, predictor: Predictor, document_id: int) -> None:
        version_id = predictor.model_version_id
        with self._sessions() as session:
            if not preannotations.waits(session, document_id, version_id):
                return
            begun = annotation_sets.latest_prediction(session, document_id)
            document = documents.get(session, document_id)
            request = suggest.request_of(session, document, predictor, self._settings)
        if begun is not None and begun.model_version_id == version_id:  # it was read in part
            while by_parts.read_next(self._sessions, lambda _: predictor, document_id):
                pass
            return
        answer = suggest.answer(predictor, request)
        with writing(self._sessions, beside_others=True) as session:
            document = documents.lock(session, document_id)
            if preannotations.waits(session, document_id, version_id):
                suggest.keep(session, document, answer)

    def _finish(self, session: Session, batch_id: int, outcome: _Outcome) -> None:
        preannotations.finish(session, batch_id, self._worker, outcome.failed, outcome.error)

    def _runs(self, run_id: int) -> bool:
        with self._sessions() as session:
            return preannotations.get(session, run_id).state == "running"

    def _pause(self, run_id: int, reason: str) -> None:
        with writing(self._sessions) as session:
            run = preannotations.lock(session, run_id)
            if run.state == "running":
                run.state, run.reason = "paused", reason

    def _close(self) -> None:
        """Passes whose last batch is finished are done."""
        with self._sessions() as session:
            ended = [
                run.id
                for run in preannotations.running(session)
                if not preannotations.open_batches(session, run.id)
            ]
        for run_id in ended:
            with writing(self._sessions) as session:
                run = preannotations.lock(session, run_id)
                if run.state == "running":
                    run.state, run.finished_at = "done", now()


def _of_version(sessions: Sessions, version_id: int) -> Predictor:
    return version_predictor(ModelRegistry(sessions).get(version_id))
