"""Work that is done before anybody waits for it: the next documents' suggestions, and the signals
that order the queue.

One thread a process, alive while there is something to do. A person's own request never waits for
it longer than for one part of a text (`app.services.suggestions.predictor.BackgroundPredictor`).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import by_parts, queue, signals
from app.services.suggestions.part_reader import PartReader
from app.services.suggestions.signals import UncertaintyModel
from app.services.suggestions.suggest import Predictor
from core.types import SamplerSettings
from storage.engine import Sessions

LOG = logging.getLogger(__name__)
AHEAD = 2
"""Documents that are predicted before they are opened."""


class Reader(Predictor, UncertaintyModel, Protocol):
    """A model for what nobody waits for."""


class Prefetcher:
    """What people are about to need, and the thread that makes it.

    `reader` gives the model that is active now, or None; `parts` reads on where a long document's
    suggestions were begun.
    """

    def __init__(
        self,
        sessions: Sessions,
        reader: Callable[[], Reader | None],
        settings: SamplerSettings,
        parts: PartReader | None = None,
    ) -> None:
        self._sessions = sessions
        self._reader = reader
        self._settings = settings
        self._parts = parts
        self._lock = threading.Lock()
        self._requests: OrderedDict[int, int | None] = OrderedDict()
        self._asked: dict[int, int | None] = {}
        self._projects: OrderedDict[int, None] = OrderedDict()
        self._failed: set[tuple[int, int]] = set()
        self._last: tuple[tuple[int, int | None], int] | None = None
        self._reordered = False
        self._thread: threading.Thread | None = None

    def request(self, project_id: int, after: int | None) -> None:
        """Asks for the documents that come after this one. Returns at once; a later request for the
        same project takes the place of an earlier one."""
        with self._lock:
            self._requests[project_id] = self._asked[project_id] = after
            self._projects[project_id] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
                self._thread.start()

    def again(self, project_id: int) -> None:
        """Asks once more for what was asked last of a project, since more was learnt; nothing
        where no page has asked."""
        with self._lock:
            if project_id not in self._asked:
                return
            after, self._last = self._asked[project_id], None
        self.request(project_id, after)

    def step(self) -> bool:
        """Predict for the newest request, else one document's signals; once all signals are there,
        the last request again, since other documents may come next now. Returns whether there was
        anything to do."""
        with self._lock:
            request = self._requests.popitem() if self._requests else None
        reader = self._reader()
        if reader is None:
            return False
        if request:
            if self._last != (request, reader.model_version_id):  # a page asks at each of its runs
                self._last = (request, reader.model_version_id)
                self._suggest(reader, *request)
            return True
        with self._lock:
            projects = list(reversed(self._projects))
        if any(self._measure(reader, project_id) for project_id in projects):
            self._reordered = True
            return True
        if self._reordered and self._last:
            self._reordered = False
            self._suggest(reader, *self._last[0])
            return True
        return False

    def _run(self) -> None:
        while True:
            try:
                busy = self.step()
            except Exception:
                LOG.exception(
                    "could not predict in advance; will try again when the next document is opened"
                )
                busy = False
            with self._lock:
                if not busy and not self._requests:
                    self._thread = None
                    return

    def _suggest(self, reader: Reader, project_id: int, after: int | None) -> None:
        service = AnnotationService(self._sessions, reader, self._settings)
        for document_id in queue.upcoming(self._sessions, project_id, after, AHEAD):
            service.prefetch(document_id)
            if self._parts and by_parts.parts_left(self._sessions, document_id):
                self._parts.request(document_id, watched=False)

    def _measure(self, reader: Reader, project_id: int) -> bool:
        version = reader.model_version_id
        failed = {document for document, by in self._failed if by == version}
        document_id = signals.missing(self._sessions, project_id, version, failed)
        if document_id is None:
            return False
        try:
            signals.measure(self._sessions, reader, document_id, self._settings)
        except Exception:
            LOG.exception("model version %d cannot process document %d", version, document_id)
            self._failed.add((document_id, version))
        return True
