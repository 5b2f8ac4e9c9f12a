"""The page and the worker as two processes that live and end together.

A worker that dies is started again, after a pause that doubles; while another server's worker is at
work on the same data, none is started. When the page ends, so does everything. Signals to stop are
passed on.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType

from app.logs import announce
from app.settings import ROOT

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a worker that died is started again."""
STEADY = 60.0
"""Seconds after which a worker counts as healthy, and the pause begins anew."""
GRACE = 10.0
"""Seconds that a process has to end before it is killed."""
_TICK = 0.1


def page_command(host: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "app.page"),
        *("--server.address", host, "--server.port", str(port)),
    ]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "app", "worker"]


class Supervisor:
    """Runs a page and, if wanted, a worker; `run` returns when all is over."""

    def __init__(
        self,
        page: Sequence[str],
        worker: Sequence[str] | None,
        environment: Mapping[str, str] | None = None,
        busy: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`busy` says why no worker should be started now; None where it should."""
        self._page, self._worker, self._environment = page, worker, environment
        self._busy = busy
        self._children: list[subprocess.Popen[bytes]] = []
        self._stopping = False

    def run(self) -> int:
        """0 after a signal to stop; otherwise what the page ended with, at least 1."""
        before = {
            number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            page = self._start(self._page)
            self._watch(page)
            return 0 if self._stopping else abs(page.returncode or 1)
        finally:
            for child in self._children:
                _end(child)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _watch(self, page: subprocess.Popen[bytes]) -> None:
        """Until the page ends or a signal comes, keep a worker alive."""
        worker: subprocess.Popen[bytes] | None = None
        start_at, pause, born = 0.0, FIRST_PAUSE, 0.0
        waiting: str | None = None
        while not self._stopping and page.poll() is None:
            now = time.monotonic()
            if worker is not None and worker.poll() is not None:
                pause = FIRST_PAUSE if now - born > STEADY else pause
                if self._busy() is None:
                    _say(
                        f"the worker ended ({_ending(worker)}); starting it again in {pause:.0f} s"
                    )
                self._children.remove(worker)
                worker, start_at, pause = None, now + pause, min(2 * pause, LONGEST_PAUSE)
            if worker is None and self._worker is not None and now >= start_at:
                reason = self._busy()
                if reason is None:
                    worker, born = self._start(self._worker), now
                elif reason != waiting:
                    _say(reason)
                waiting, start_at = reason, now + FIRST_PAUSE
            time.sleep(_TICK)
        if not self._stopping:
            _say(f"the page ended ({_ending(page)})")

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            process_group=0,  # Ctrl-C reaches only us; we pass it on
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._children.append(child)
        return child

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _die_with_parent() -> None:
    """Asks Linux to end this process when the supervisor is killed (PR_SET_PDEATHSIG is 1)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _ending(child: subprocess.Popen[bytes]) -> str:
    code = child.returncode
    return f"killed by signal {-code}" if code < 0 else f"exit status {code}"


def _say(text: str) -> None:
    announce(f"serve: {text}")
