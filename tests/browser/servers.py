"""Streamlit apps in processes of their own, for tests in a real browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUIET = {
    "STREAMLIT_SERVER_HEADLESS": "true",
    "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
    "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "STREAMLIT_CLIENT_TOOLBAR_MODE": "minimal",
}
START_LIMIT = 90.0  # seconds; torch and Streamlit import slowly on a busy machine


class Served(str):
    """The address of an app; also its process, for tests that kill it and start it again."""

    process: subprocess.Popen[bytes]
    command: list[str]
    env: Mapping[str, str]
    log: Path

    def start(self) -> None:
        """Starts the process, and waits until it is healthy."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=out, stderr=subprocess.STDOUT
            )
        wait_until_healthy(self)

    def kill(self) -> None:
        """Ends the process as a crash does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


Serve = Callable[..., Served]


def served(
    script: str | Path, log: Path, env: Mapping[str, str] | None = None, port: int | None = None
) -> Served:
    """Starts a Streamlit app; `script` is relative to the project root, its working directory."""
    port = port or free_port()
    app = Served(f"http://127.0.0.1:{port}")
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    app.command = [*command, "--server.port", str(port)]
    app.env = {**os.environ, **QUIET, **(env or {})}
    app.log = log
    app.start()
    return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(app: Served) -> None:
    """Waits until the health page's body is "ok": Streamlit answers 200 to any address."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if app.process.poll() is not None:
            pytest.fail(f"the app ended at its start:\n{app.log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{app}/_stcore/health", timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(
        f"the app was not healthy after {START_LIMIT:.0f} s:\n{app.log.read_text()[-4000:]}"
    )
