"""The app as the tests of its pages meet it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.services.team import passwords
from tests.app.material import environment_in, pretend_model, settings_in
from tests.app.pages_kit import PretendedModel, Site, build_site


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with its least memory, for who tests accounts and not how passwords are kept."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody's"))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The app on a fresh database with an empty project, "News", and a pretended model."""
    import streamlit as st

    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    model = PretendedModel()
    monkeypatch.setattr("app.context.active_predictor", lambda sessions: model)
    pretend_model(tmp_path / "model")
    site = build_site(tmp_path, settings_in(tmp_path), model)
    monkeypatch.setattr(
        "app.services.suggestions.prefetch.Prefetcher.request",
        lambda self, *request: site.prefetch_requests.append(request),
    )
    monkeypatch.setattr(
        "app.services.suggestions.instant_learner.InstantLearner.start", lambda self: None
    )
    yield site
    st.cache_resource.clear()
    st.cache_data.clear()
    site.sessions.kw["bind"].dispose()
