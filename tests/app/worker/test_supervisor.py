"""The page and the worker live and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.settings import ROOT
from app.worker import supervisor
from app.worker.supervisor import Supervisor
from tests.waiting import until

PAUSE = "import os, signal, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); signal.pause()"
CRASH = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); sys.exit(4)"
END_AFTER_3 = """
import sys, time
while open(sys.argv[1], "a+") and open(sys.argv[1]).read().count("\\n") < 3:
    time.sleep(0.02)
sys.exit(5)
"""


def script(code: str, file: Path) -> list[str]:
    return [sys.executable, "-c", code, str(file)]


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_worker_that_dies_is_started_again_until_the_page_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    starts = tmp_path / "worker"
    starts.touch()
    code = Supervisor(script(END_AFTER_3, starts), script(CRASH, starts)).run()
    assert code == 5
    assert len(set(pids(starts))) >= 3
    told = capfd.readouterr().err
    assert "the worker ended (exit status 4); starting it again" in told
    assert "the page ended (exit status 5)" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_stop_ends_both(tmp_path: Path, number: signal.Signals) -> None:
    page, worker = tmp_path / "page", tmp_path / "worker"

    def stop() -> None:
        until(lambda: bool(pids(page) and pids(worker)))
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=stop)
    before = signal.getsignal(number)
    thread.start()
    assert Supervisor(script(PAUSE, page), script(PAUSE, worker)).run() == 0
    thread.join()
    assert not any(map(alive, [*pids(page), *pids(worker)]))
    assert signal.getsignal(number) is before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    page, worker = tmp_path / "page", tmp_path / "worker"
    code = (
        "from app.worker.supervisor import Supervisor; "
        f"Supervisor({script(PAUSE, page)!r}, {script(PAUSE, worker)!r}).run()"
    )
    running = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    until(lambda: bool(pids(page) and pids(worker)))
    running.kill()
    running.wait()
    until(lambda: not any(map(alive, [*pids(page), *pids(worker)])))
