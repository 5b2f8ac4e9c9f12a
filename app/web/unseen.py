"""A document whose page is gone without a word, as after a crash of its browser, is given back if
nothing was done to it.

Where the page's own process ended, the claim lapses by itself: it does not name its process, so one
that starts could not tell what its predecessor showed from what another process shows now.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from app.services.annotation.versions import Looked
from app.services.team import assignment
from app.services.team.permissions import NotAllowedError
from app.web.open_pages import Worker
from app.web.threads import OwnThreads
from storage.database_errors import StorageError

UNSEEN = 180.0
"""Seconds without a page that shows the document: longer than the two minutes for which Streamlit
keeps a page whose connection was lost."""
_shown: Counter[Looked] = Counter()
"""How many pages of this process show a document to a person."""
_waiting: dict[Looked, asyncio.Task[None]] = {}
_threads = OwnThreads("unseen", 1)


@contextmanager
def shown(worker: Worker, document_id: int) -> Iterator[None]:
    """While a page shows the document. Once the last one of its person does no more, and none does
    again for `UNSEEN` seconds, the document is given back."""
    looked = (document_id, worker.person)
    _shown[looked] += 1
    if waiting := _waiting.pop(looked, None):
        waiting.cancel()
    try:
        yield
    finally:
        _shown[looked] -= 1
        if not _shown[looked]:
            del _shown[looked]
            waiting = asyncio.create_task(_wait(worker, document_id))
            _waiting[looked] = waiting
            waiting.add_done_callback(partial(_forget, looked))


def give_back(worker: Worker, document_id: int) -> bool:
    """Whether the document was there to be given back, see `assignment.leave`. Where the database
    does not answer, the claim lapses by itself."""
    try:
        assignment.leave(worker.sessions, document_id, worker.person)
    except (LookupError, NotAllowedError, StorageError):
        return False
    return True


async def _wait(worker: Worker, document_id: int) -> None:
    await asyncio.sleep(UNSEEN)
    await _threads.run(give_back, worker, document_id)


def _forget(looked: Looked, waiting: asyncio.Task[None]) -> None:
    if _waiting.get(looked) is waiting:
        del _waiting[looked]
