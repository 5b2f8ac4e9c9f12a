"""The thread that reads long documents part by part while people work on them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from app.services.suggestions import by_parts
from app.services.suggestions.suggest import Predictor
from storage.engine import Sessions
from storage.repository import documents

LOG = logging.getLogger(__name__)


class PartReader:
    """One thread a process, alive while there is something to read. Documents take turns, those
    that somebody looks at first.

    `predictor` gives a model version; for what nobody waits for (`background`), one that lets all
    people go first. A document whose model fails is left alone until somebody tries it again.
    """

    def __init__(self, sessions: Sessions, predictor: Callable[[int, bool], Predictor]) -> None:
        self._sessions = sessions
        self._predictor = predictor
        self._lock = threading.Lock()
        self._visible_starts: OrderedDict[int, int | None] = OrderedDict()
        self._watched: set[int] = set()
        self._problems: dict[int, str] = {}
        self._thread: threading.Thread | None = None

    def request(
        self, document_id: int, visible_start: int | None = None, watched: bool = True
    ) -> None:
        """Ask for the unread parts of a document; first from the code point `visible_start` on,
        which somebody looks at. Return at once."""
        with self._lock:
            if document_id in self._problems:
                return
            if watched or document_id not in self._visible_starts:
                self._visible_starts[document_id] = visible_start
            if watched:
                self._watched.add(document_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="parts", daemon=True)
                self._thread.start()

    def problem(self, document_id: int) -> str | None:
        """Return why the rest of a document cannot be read."""
        with self._lock:
            return self._problems.get(document_id)

    def retry(self, document_id: int) -> None:
        """Forget why a document could not be read: the next request counts."""
        with self._lock:
            self._problems.pop(document_id, None)

    def step(self) -> bool:
        """Read a part of the document whose turn it is; return whether there was any document."""
        with self._lock:
            if not self._visible_starts:
                return False
            waiting = [key for key in self._visible_starts if key in self._watched] or [
                *self._visible_starts
            ]
            document_id = waiting[0]
            visible_start, watched = self._visible_starts[document_id], document_id in self._watched
            self._watched.discard(document_id)
        try:
            more = by_parts.read_next(
                self._sessions,
                lambda version_id: self._predictor(version_id, not watched),
                document_id,
                visible_start,
            )
        except documents.DocumentGoneError:
            more = False
        except Exception as error:  # a broken model must not keep a person from annotating
            LOG.exception("the rest of document %d could not be read", document_id)
            more = False
            with self._lock:
                self._problems[document_id] = str(error)
        with self._lock:
            if not more:
                self._visible_starts.pop(document_id, None)
                self._watched.discard(document_id)
            elif document_id in self._visible_starts:
                self._visible_starts.move_to_end(document_id)
        return True

    def _run(self) -> None:
        while True:
            self.step()
            with self._lock:
                if not self._visible_starts:
                    self._thread = None
                    return
