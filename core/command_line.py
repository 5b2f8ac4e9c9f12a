"""The end of every command: one line for an error, and the exit status that shells expect.

0 success; 1 failure on the way; 2 something that the command line names cannot be used: an option,
a file, a model, a device; 130 and 143 stopped by SIGINT (Ctrl-C) and SIGTERM, 128 + the signal's
number. 141 is 128 + SIGPIPE: the reader of the output, such as `head`, wants no more. `cat` and
`grep` end the same way and as silently, so scripts know it, and 0 would claim that everything was
written.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

CLOSED_PIPE = 128 + 13
_AFTER_DESTRUCTOR = 0.2
"""Seconds after which a destructor that a signal met has surely ended."""
_WRONG_PATH = frozenset(
    {errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EACCES}
)
_REMEDIES = {
    errno.ENOENT: ("there is no such file or folder", "Check its name."),
    errno.EISDIR: ("this is a folder, and a file is expected", "Name a file in it."),
    errno.ENOTDIR: ("a file lies where a folder is expected", "Name another path."),
    errno.EEXIST: ("a file lies where a folder is expected", "Move it, or name another path."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
    errno.ENOSPC: ("the disk is full", "Free some space on it and try again."),
    errno.EDQUOT: ("the disk is full", "Free some space on it, or raise the quota, and try again."),
    errno.EROFS: ("the disk is read-only", "Make it writable, or choose another folder."),
    errno.EACCES: ("access is denied", "Give the program's user the right to read and write it."),
    errno.EPERM: ("access is denied", "Give the program's user the right to read and write it."),
    errno.EIO: ("the disk reports an error", "Check that it is connected and healthy."),
}


class Terminated(KeyboardInterrupt):
    """The program was asked to end by SIGTERM: everything is put in order as after Ctrl-C."""


def run_command(
    name: str,
    command: Callable[[], int],
    explained: Callable[[Exception], str | None],
    status_of: Callable[[Exception], int],
) -> int:
    """Run a command and return its exit status; print what went wrong as one line on standard
    error.

    An interruption may carry notes (`add_note`) that say how to go on. Raises the errors that
    `explained` returns None for: mistakes of the program.
    """
    try:
        with _stoppable():
            try:
                return command()
            finally:
                sys.stdout.flush()
    except BrokenPipeError:
        status = CLOSED_PIPE
    except KeyboardInterrupt as stop:
        terminated = isinstance(stop, Terminated)
        what = "terminated" if terminated else "interrupted"
        _print_error(name, "; ".join([what, *getattr(stop, "__notes__", ())]))
        status = 128 + (signal.SIGTERM if terminated else signal.SIGINT)
    except Exception as error:
        message = explained(error)
        if message is None:
            raise
        _print_error(name, message)
        status = status_of(error)
    for stream in (sys.stdout, sys.stderr):
        _discard_unwritable(stream)
    return status


def explain(error: Exception) -> str | None:
    """What happened and what helps; None for a mistake of the program."""
    text = str(error)
    if isinstance(error, MemoryError) or "out of memory" in text or "not enough memory" in text:
        return f"memory ran out: {text}. Close other programs, or use a smaller batch."
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        what, remedy = _REMEDIES[error.errno]
        path = error.filename2 or error.filename  # the second is a renamed file's new name
        return f"{what}: {path or error}. {remedy}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"the package {error.name} is missing. Install it: pip install {error.name}"
    if _is_safetensors_error(error):
        what, remedy = _REMEDIES[errno.ENOSPC]
        return f"{what}: {text}. {remedy}" if "No space left" in text else text
    return text if isinstance(error, ValueError | OSError | ModuleNotFoundError) else None


def exit_status(error: Exception) -> int:
    """2 for what the command line names and that cannot be used, else 1; an error may say otherwise
    by its `exit_status`."""
    wrong_path = isinstance(error, OSError) and error.errno in _WRONG_PATH
    return int(getattr(error, "exit_status", 2 if wrong_path or _is_wrong_value(error) else 1))


def _is_wrong_value(error: Exception) -> bool:
    return isinstance(error, ValueError) and not isinstance(error, OSError)


def _is_safetensors_error(error: Exception) -> bool:
    """By its name, since to import the library takes time."""
    return type(error).__name__ == "SafetensorError"


def _print_error(name: str, message: str) -> None:
    """Print one line, below a line of progress that a terminal may still show."""
    below = "\n" if sys.stderr.isatty() else ""
    with suppress(BrokenPipeError):
        print(f"{below}{name}: {' '.join(message.split())}", file=sys.stderr, flush=True)


def _discard_unwritable(stream: TextIO) -> None:
    """Let what cannot be written vanish, or the interpreter would try it again when it exits."""
    try:
        stream.flush()
    except OSError:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM raises `Terminated` where it happens, as SIGINT raises KeyboardInterrupt; a command
    may set handlers of its own."""
    is_default = signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if not is_default or threading.current_thread() is not threading.main_thread():
        yield
        return
    hook = sys.unraisablehook
    signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = lambda unraisable: _repeat_stop(unraisable, hook)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _repeat_stop(unraisable: Any, hook: Callable[[Any], Any]) -> None:
    """Send a signal again that met a destructor, where Python drops exceptions."""
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        hook(unraisable)
        return
    terminated = isinstance(unraisable.exc_value, Terminated)
    number = signal.SIGTERM if terminated else signal.SIGINT
    main = threading.main_thread().ident or 0  # only there does a signal end a wait
    threading.Timer(_AFTER_DESTRUCTOR, signal.pthread_kill, [main, number]).start()
