"""With SPANNEAL_LOG=json every line of every process is one JSON object."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from app.settings import ROOT
from tests.app.material import environment_in
from tests.waiting import until

NOISE = """
import sys, warnings
from app import logs
logs.configure("json")
print("a line", end="")
print(", and its end")
sys.stderr.write("10%\\r 50%\\r 100%\\n")
warnings.warn("outdated")
logs.announce("ready")
raise ValueError("two\\nlines")
"""
JAMMED = """
import os, sys
from app import logs
logs.configure("json")
os.close(2)
print("nobody hears")
"""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_supervisor_the_page_and_the_worker_say_everything_in_json(tmp_path: Path) -> None:
    environment = {**os.environ, **environment_in(tmp_path), "SPANNEAL_LOG": "json"}
    command = [sys.executable, "-m", "app", "serve", "--port", str(_free_port())]
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            until(lambda: b"worker is ready" in log.read_bytes() and b"URL" in log.read_bytes())
            server.send_signal(signal.SIGTERM)
            server.wait()
        finally:
            server.kill()
            server.wait()

    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    messages = [line["message"] for line in lines]
    assert "The worker is ready." in messages
    assert any(message.startswith("serve: ") for message in messages), "there is no model"


def test_what_is_printed_warned_or_raised_is_a_line_of_the_log() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOISE], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
    *lines, last = (json.loads(line) for line in done.stderr.splitlines())
    messages = [line["message"] for line in lines]
    assert messages[:2] == ["a line, and its end", "100%"]
    assert any("outdated" in message for message in messages)
    assert messages[-1] == "ready"
    assert last["level"] == "critical"
    assert "ValueError: two\nlines" in last["error"]


def test_a_log_that_cannot_be_written_ends_no_process() -> None:
    done = subprocess.run([sys.executable, "-c", JAMMED], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 0
