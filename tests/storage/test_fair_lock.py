"""Who waits for the lock gets it in order of arrival."""

from __future__ import annotations

import threading

from storage.fair_lock import FairLock
from tests.waiting import until

PATIENCE = 60.0


def test_it_is_handed_on_in_order_of_arrival_and_the_last_owner_waits_behind_all() -> None:
    lock, order = FairLock(), []

    def acquire(name: str) -> None:
        assert lock.acquire(PATIENCE)
        order.append(name)
        lock.release()

    assert lock.acquire(PATIENCE)
    threads = [threading.Thread(target=acquire, args=(name,)) for name in "abc"]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until(lambda number=number: lock.waiting == number)  # type: ignore[misc]
    lock.release()
    acquire("owner")
    for thread in threads:
        thread.join()

    assert order == ["a", "b", "c", "owner"]


def test_who_gave_up_holds_up_nobody() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0)
    assert lock.waiting == 0
    lock.release()

    assert lock.acquire(0)
