"""`make check` looks pinned packages up among known vulnerabilities: what becomes of answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.settings import ROOT

BIN = Path(sys.executable).parent
pytestmark = pytest.mark.skipif(
    not (BIN / "pip-audit").exists(), reason="pip-audit comes with `make check`"
)


@contextmanager
def osv(vulnerable: str | None) -> Iterator[str]:
    """The address of a database of vulnerabilities in OSV's form that knows one package or none."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            name = asked["package"]["name"]
            body = json.dumps({"vulns": [_entry(name)]} if name == vulnerable else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()


def _entry(name: str) -> dict[str, object]:
    events = [{"introduced": "0"}, {"fixed": "999"}]
    package = {"name": name, "ecosystem": "PyPI"}
    return {
        "id": "PYSEC-2026-1",
        "summary": "made up",
        "published": "2026-01-01T00:00:00Z",
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }


def audit(address: str) -> subprocess.CompletedProcess[str]:
    asking = {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": address}
    return subprocess.run(
        [ROOT / ".ci" / "audit", BIN],
        cwd=ROOT,
        env={**os.environ, **asking, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_pinned_package_with_a_known_vulnerability_fails_the_check_by_name() -> None:
    with osv("streamlit") as address:
        done = audit(address)
    assert done.returncode == 1
    assert "streamlit" in done.stderr
    assert "PYSEC-2026-1" in done.stderr


def test_packages_without_any_pass() -> None:
    with osv(None) as address:
        done = audit(address)
    assert (done.returncode, done.stdout) == (
        0,
        "No known vulnerabilities in the pinned packages.\n",
    )


def test_a_machine_without_a_network_is_told_what_was_skipped() -> None:
    done = audit("http://127.0.0.1:9/v1/query")
    assert done.returncode == 0
    assert "SKIPPED" in done.stderr
