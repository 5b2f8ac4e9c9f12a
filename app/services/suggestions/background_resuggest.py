"""Second looks of the model that nobody's saving waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.resuggest import Change, Stretch


@dataclass(slots=True)
class _Wish:
    """A second look that has not begun."""

    result: Future[Change]
    around: set[Stretch] | None = field(default_factory=set)
    """None: everywhere."""


class BackgroundResuggest:
    """One thread. What is wished of a document before its turn comes is one look."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "looking-again")
        self._lock = threading.Lock()
        self._wishes: dict[tuple[int, str], _Wish] = {}

    def ask(
        self,
        service: AnnotationService,
        document_id: int,
        person: str,
        around: Iterable[Stretch] | None = None,
    ) -> Future[Change]:
        """Has the model look again (`AnnotationService.read_again`). Returns at once."""
        with self._lock:
            wish = self._wishes.get((document_id, person))
            if wish is None:
                wish = self._wishes[document_id, person] = _Wish(Future())
                self._pool.submit(self._look, service, document_id, person)
            if around is None:
                wish.around = None
            elif wish.around is not None:
                wish.around.update(around)
            return wish.result

    def _look(self, service: AnnotationService, document_id: int, person: str) -> None:
        with self._lock:
            wish = self._wishes.pop((document_id, person))
        try:
            around = None if wish.around is None else sorted(wish.around)
            wish.result.set_result(service.read_again(document_id, person, around))
        except BaseException as error:
            wish.result.set_exception(error)
