"""The page and the worker live and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.cli import serve
from app.services.retraining.worker_lock import only_worker, worker_runs
from app.settings import ROOT, Settings
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
    reported = capfd.readouterr().err
    assert "the worker ended (exit status 4); starting it again" in reported
    assert "the page ended (exit status 5)" in reported


def test_beside_another_servers_worker_none_is_started_until_that_one_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervisor, "_TICK", 0.01)
    settings = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path)})
    page, worker, asked = tmp_path / "page", tmp_path / "worker", []

    def busy() -> str | None:
        asked.append(serve._busy(settings))
        return asked[-1]

    def watch() -> None:
        with only_worker(tmp_path):
            until(lambda: len(asked) > 20)
            assert not worker.exists()
        until(lambda: bool(pids(worker)))
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=watch)
    thread.start()
    until(lambda: worker_runs(tmp_path))
    code = Supervisor(script(PAUSE, page), script(PAUSE, worker), busy=busy).run()
    thread.join()
    assert code == 0
    assert capfd.readouterr().err.count("another worker is at work") == 1


def test_a_worker_that_ends_for_anothers_sake_is_not_reported_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both were started at once, and the other one was first."""
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    starts = tmp_path / "worker"
    starts.touch()
    page = "import sys, time\nwhile open(sys.argv[1]).read() == '': time.sleep(0.02)\ntime.sleep(1)"
    Supervisor(
        script(page, starts),
        script(CRASH, starts),
        busy=lambda: "another one works" if starts.read_text() else None,
    ).run()
    assert len(pids(starts)) == 1
    assert capfd.readouterr().err.count("another one works") == 1


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
