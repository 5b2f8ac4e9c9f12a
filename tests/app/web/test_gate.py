"""What the gate lets through without a session, to the letter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.settings import Settings
from app.web import gate
from app.web.gate import _is_open
from storage.engine import Sessions


@pytest.mark.parametrize(
    "path", ["/static/js/index.js", "/_stcore/health", "/favicon.png", "/metrics", "/sign-in"]
)
def test_what_says_nothing_of_anybody_is_open(path: str) -> None:
    assert _is_open(path)


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/x",
        "/sign-inside",
        "/metrics2",
        "/_stcore/health/x",
        "/_stcore/healthy",
        "/static",
        "/static/../media/x",
        "/static//media",
        "/static\\x",
        "/api/../media/x",
        "/api\\x",
        "/healthz/x",
        "/",
    ],
)
def test_what_only_begins_like_it_is_not(path: str) -> None:
    assert not _is_open(path)


def test_a_program_may_name_a_person_of_a_windows_domain() -> None:
    """Its token is checked behind the gate."""
    assert _is_open("/api/v1/projects/1/members/CORP\\anna")


def test_the_database_is_opened_once_by_all_who_ask_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPANNEAL_DATA", str(tmp_path))
    settings = Settings.from_environment()
    opened: list[Settings] = []

    def opening(settings: Settings) -> Sessions:
        opened.append(settings)
        return Sessions()

    monkeypatch.setattr(gate, "open_database", opening)
    start = Barrier(8)

    def ask(_: int) -> Sessions:
        start.wait()
        return gate.database(settings)

    with ThreadPoolExecutor(8) as askers:
        result = list(askers.map(ask, range(8)))
    assert len(opened) == 1
    assert len(set(map(id, result))) == 1
