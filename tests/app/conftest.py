"""The app as the tests of its pages meet it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from streamlit.components.v2 import manifest_scanner

from app.services.operations import startup
from app.services.team import passwords
from storage.engine import upgrade
from tests.app.material import environment_in, pretend_model, settings_in
from tests.app.pages_kit import PretendedModel, Site, build_site
from tests.databases import copy_migrated


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Which packages bring components, asked once a process: each `AppTest` reads what all packages
    say of themselves, for 0.4 seconds."""
    scan = cache(manifest_scanner.scan_component_manifests)
    with mock.patch.object(manifest_scanner, "scan_component_manifests", scan):
        yield


@pytest.fixture(scope="session", autouse=True)
def migrated_once() -> Iterator[None]:
    """A new SQLite file is a copy of a migrated one: all migrations take a tenth of a second."""

    def upgrade_copy(engine: Engine) -> None:
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        if file and not Path(file).exists():
            with suppress(OSError):  # which the database reports, too
                copy_migrated(Path(file))
        upgrade(engine)

    with mock.patch.object(startup, "upgrade", upgrade_copy):
        yield


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that `AppTest` ran stays `__main__`, and processes that are spawned later run it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with its least memory, for who tests accounts and not how passwords are kept."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_nobodys_hash", cache(lambda: quick.hash("nobody's")))


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
