"""The page for who has not signed in."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.settings import ROOT


def test_without_a_provider_the_page_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANNEAL_DATA", str(tmp_path))
    monkeypatch.setenv("SPANNEAL_AUTH", "oidc")

    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60).run()

    (message,) = app.error
    assert "no provider is configured" in message.value
    assert "[auth]" in message.value
    assert not app.button, "there is nowhere to sign in"
