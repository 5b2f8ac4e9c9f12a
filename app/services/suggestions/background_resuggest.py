"""Second looks of the model that nobody's saving waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.resuggest import Change, Stretch


@dataclass(slots=True)
class _Request:
    """A second look that has not begun."""

    result: Future[Change]
    around: set[Stretch] | None = field(default_factory=set)
    """None: everywhere."""


class BackgroundResuggest:
    """One thread. What is asked of a document before its turn comes is one look."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "looking-again")
        self._lock = threading.Lock()
        self._requests: dict[tuple[int, str], _Request] = {}

    def ask(
        self,
        service: AnnotationService,
        document_id: int,
        person: str,
        around: Iterable[Stretch] | None = None,
    ) -> Future[Change]:
        """Has the model look again (`AnnotationService.read_again`). Returns at once."""
        with self._lock:
            request = self._requests.get((document_id, person))
            if request is None:
                request = self._requests[document_id, person] = _Request(Future())
                self._pool.submit(self._look, service, document_id, person)
            if around is None:
                request.around = None
            elif request.around is not None:
                request.around.update(around)
            return request.result

    def _look(self, service: AnnotationService, document_id: int, person: str) -> None:
        with self._lock:
            request = self._requests.pop((document_id, person))
        try:
            around = None if request.around is None else sorted(request.around)
            request.result.set_result(service.resuggest(document_id, person, around))
        except BaseException as error:
            request.result.set_exception(error)
