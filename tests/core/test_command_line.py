"""How a command ends: by an error, a signal, a closed pipe or a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.command_line import exit_status, explain, run_command
from core.data.examples import DataError
from core.modeling.model import ModelError
from core.training.divergence import TrainingDivergedError

SCRIPT = """
import sys
from core.command_line import exit_status, explain, run_command
sys.exit(run_command("work", lambda: print("text"), explain, exit_status))
"""
PRINTING = [sys.executable, "-c", SCRIPT]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A process that was begun in the background ignores SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def run(command: Any) -> int:
    return run_command("work", command, explain, exit_status)


def signalling(number: int) -> Any:
    def command() -> int:
        signal.raise_signal(number)
        return 0

    return command


def raising(error: BaseException) -> Any:
    def command() -> int:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (FileNotFoundError(errno.ENOENT, "", "a.txt"), 2, "no such file or folder: a.txt. Check"),
        (IsADirectoryError(errno.EISDIR, "", "a"), 2, "a file is expected: a. Name a file in it."),
        (IsADirectoryError(errno.EISDIR, "", "a.new", None, "a"), 2, "is expected: a. Name"),
        (NotADirectoryError(errno.ENOTDIR, "", "a/b"), 2, "a folder is expected: a/b. Name"),
        (FileExistsError(errno.EEXIST, "", "a"), 2, "a folder is expected: a. Move it"),
        (PermissionError(errno.EACCES, "", "a"), 2, "access is denied: a. Give"),
        (OSError(errno.ENAMETOOLONG, "", "a"), 2, "the name is too long: a. Choose"),
        (OSError(errno.ENOSPC, "", "a"), 1, "the disk is full: a. Free some space"),
        (OSError(errno.EROFS, "", "a"), 1, "the disk is read-only: a. Make it writable"),
        (OSError("the hub does not answer"), 1, "the hub does not answer"),
        (ModelError("no model\n  folder"), 2, "work: no model folder\n"),
        (DataError(Path("a.tsv"), 3, "expected a tag"), 2, "a.tsv:3: expected a tag"),
        (TrainingDivergedError("lower encoder_lr"), 1, "lower encoder_lr"),
        (MemoryError(), 1, "memory ran out"),
        (ModuleNotFoundError("no plotly", name="plotly"), 1, "Install it: pip install plotly"),
    ],
)
def test_an_error_is_one_line_and_a_status(
    error: Exception, status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(raising(error)) == status
    printed = capsys.readouterr().err
    assert printed.startswith("work: ")
    assert message in printed
    assert printed.count("\n") == 1


def test_a_mistake_of_the_program_keeps_its_traceback() -> None:
    with pytest.raises(TypeError, match="not callable"):
        run(raising(TypeError("'int' object is not callable")))


@pytest.mark.parametrize(
    ("number", "status", "message"),
    [(signal.SIGINT, 130, "work: interrupted\n"), (signal.SIGTERM, 143, "work: terminated\n")],
)
def test_a_signal_ends_a_command_with_its_number(
    number: int, status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(signalling(number)) == status
    assert capsys.readouterr().err == message
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_what_was_interrupted_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    stop = KeyboardInterrupt()
    stop.add_note("the same command continues")
    assert run(raising(stop)) == 130
    assert capsys.readouterr().err == "work: interrupted; the same command continues\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_meets_a_destructor_is_not_lost(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted:
        def __del__(self) -> None:
            signal.raise_signal(number)

    def command() -> int:
        Interrupted()
        threading.Event().wait(60)
        return 0

    assert run(command) == 128 + number
    assert "Traceback" not in capsys.readouterr().err


def test_a_handler_that_is_there_stays() -> None:
    signals = []
    before = signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    try:
        assert run(signalling(signal.SIGTERM)) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert signals == [signal.SIGTERM]


def test_a_command_runs_in_a_thread_too() -> None:
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(run(lambda: 0)))
    thread.start()
    thread.join()
    assert statuses == [0]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("stderr", [subprocess.PIPE, subprocess.STDOUT])
def test_a_reader_that_wants_no_more_ends_a_command_silently(
    stderr: int, unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(PRINTING, stdout=writing, stderr=stderr, cwd=ROOT, check=False)
    finally:
        os.close(writing)
    assert done.returncode == 141
    assert not done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_output_that_finds_no_room_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            PRINTING, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("work: the disk is full: ")
    assert done.stderr.count("\n") == 1
