"""Another model version beside the active one, pretended like that."""

from __future__ import annotations

import pytest

from app.services.model_registry.registry import VersionView
from storage.engine import writing
from storage.repository import model_versions
from tests.app.pages_kit import PretendedModel, Site


def add_version(site: Site, monkeypatch: pytest.MonkeyPatch, model: PretendedModel) -> None:
    """Registers a version that answers as `model` does; its number must be the next one."""
    with writing(site.sessions) as session:
        version = model_versions.register(session, "another", ["PER", "ORG", "LOC"])
        assert version.id == model.model_version_id

    def pretended(version: VersionView) -> PretendedModel:
        assert version.id == model.model_version_id
        return model

    monkeypatch.setattr("app.screens.common.run_comparison.version_predictor", pretended)
