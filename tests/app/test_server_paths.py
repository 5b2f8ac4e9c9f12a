"""What a browser is told of a fault names no folder of the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.screens.common.error_message import error_text
from app.server_paths import without_paths
from app.settings import ROOT


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANNEAL_DATA", "/srv/secret place/data")
    monkeypatch.setenv("SPANNEAL_MODEL", "/opt/models/first")


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("/srv/secret place/data/models/a1/config.json is missing", "config.json is missing"),
        (
            "'/srv/secret place/data/models': gone; /opt/models/first, too",
            "'models': gone; first, too",
        ),
        (f"{ROOT}/assets/models/default (config.json)", "default (config.json)"),
        ("the folder /srv/secret place/data/ is full", "the folder data is full"),
        ("see /api/docs and /sign-in", "see /api/docs and /sign-in"),
        ("/opt/models-of-others and /x/opt/models", "/opt/models-of-others and /x/opt/models"),
        ("no path: a/b", "no path: a/b"),
    ],
)
def test_of_a_path_on_the_server_only_the_last_name_is_left(message: str, left: str) -> None:
    assert without_paths(message) == left


@pytest.mark.parametrize(
    "error",
    [
        ValueError("/srv/secret place/data/models/a1 does not hold together"),
        FileNotFoundError(2, "No such file", "/srv/secret place/data/models/a1"),
        LookupError(str(Path("/opt/models/a1"))),
    ],
)
def test_an_error_on_the_page_names_no_folder(error: Exception) -> None:
    shown = error_text(error)

    assert "a1" in shown
    assert "secret" not in shown
    assert "opt" not in shown
