"""The Train page: which version suggests, what is asked before one is promoted, the way back."""

from __future__ import annotations

import pytest

from app.services.model_registry.registry import ModelRegistry
from storage.engine import writing
from storage.repository import model_versions
from tests.app.material import outdate
from tests.app.pages_kit import Site
from tests.app.screens.test_train import SCORES, PretendedJobs, jobs, proposed

__all__ = ["jobs"]


def active_version(site: Site) -> int | None:
    version = ModelRegistry(site.sessions).active()
    return version.id if version else None


def confirm(site: Site) -> None:
    site.app.button(key="promote anyway").click()
    site.run()


def test_an_older_version_can_be_made_the_active_one_again(site: Site, jobs: PretendedJobs) -> None:
    site.open("train")
    version = proposed(site)
    ModelRegistry(site.sessions).promote(version)
    site.run()

    site.app.selectbox(key="other_version").set_value(1)
    site.app.button(key="promote other").click()
    site.run()

    with site.sessions() as session:
        active = model_versions.active(session)
        assert active is not None
        assert active.id == 1


def test_promoting_makes_the_new_version_the_one_that_suggests(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    version = proposed(site)
    jobs.put("done", version_id=version)
    site.run()

    site.app.button(key=f"promote {version}").click()
    site.run()
    confirm(site)

    with site.sessions() as session:
        active = model_versions.active(session)
        assert active is not None
        assert active.id == version
    assert "now makes the suggestions" in site.messages()
    shown = next(item.value for item in site.app.dataframe if "State" in item.value)
    assert list(shown["State"]) == ["● active", "– retired"]


def test_thin_evidence_is_told_in_numbers_and_asked_about_once(
    site: Site, jobs: PretendedJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = {"difference": 0.167, "low": -0.2, "high": 0.5, "p": 0.3}
    monkeypatch.setitem(SCORES, "difference", chance)
    monkeypatch.setitem(SCORES, "documents", 4)
    site.open("train")
    version = proposed(site)
    jobs.put("done", version_id=version)
    site.run()

    site.app.button(key=f"promote {version}").click()
    site.run()

    message = site.messages()
    assert "measured on only 12 held\\-out entities" in message
    assert "It takes 85 more for a 95 % interval of at most ±10 points" in message
    assert "on 4 documents this may be chance" in message
    assert "The active model serves all projects; today that is News alone" in message
    assert active_version(site) == 1
    site.app.button(key="keep active").click()
    site.run()
    assert active_version(site) == 1
    assert "promote anyway" not in {button.key for button in site.app.button}
    site.app.button(key=f"promote {version}").click()
    site.run()
    confirm(site)
    assert active_version(site) == version


def test_a_version_that_was_never_measured_is_asked_about(site: Site, jobs: PretendedJobs) -> None:
    site.open("train")
    version = proposed(site, {})
    jobs.put("done", version_id=version)
    site.run()
    assert "Knowing its F1 to ±10 points needs about 97 entities in them" in site.messages()

    site.app.button(key=f"promote {version}").click()
    site.run()

    assert "was never measured here" in site.messages()
    confirm(site)
    assert active_version(site) == version


def test_a_version_that_is_surely_better_on_many_entities_is_promoted_at_once(
    site: Site, jobs: PretendedJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side in ("old", "new"):
        monkeypatch.setitem(SCORES, side, {**SCORES[side], "gold": 97})
    better = {"difference": 0.167, "low": 0.1, "high": 0.2, "p": 0.001}
    monkeypatch.setitem(SCORES, "difference", better)
    monkeypatch.setitem(SCORES, "documents", 30)
    site.open("train")
    version = proposed(site)
    jobs.put("done", version_id=version)
    site.run()
    assert f"Version {version} is significantly better than Version 1" in site.messages()

    site.app.button(key=f"promote {version}").click()
    site.run()

    assert active_version(site) == version


def test_a_promotion_is_shown_with_who_and_taken_back_by_one_button(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    version = proposed(site)
    ModelRegistry(site.sessions).promote(version, "more names")
    site.run()
    moves = next(item.value for item in site.app.dataframe if "Why" in item.value)
    assert moves[["Who", "From", "To", "Why"]].values.tolist() == [
        ["terminal", 1, version, "more names"]
    ]

    site.app.button(key="roll back").click()
    site.run()

    active = ModelRegistry(site.sessions).active()
    assert active is not None
    assert active.id == 1
    moves = next(item.value for item in site.app.dataframe if "Why" in item.value)
    assert list(moves["Why"]) == ["rolled back", "more names"]


def test_a_version_whose_folder_is_gone_is_not_promoted(site: Site, jobs: PretendedJobs) -> None:
    site.open("train")
    version = proposed(site)
    with writing(site.sessions) as session:
        path = model_versions.get(session, version).path
    (site.settings.data / "models" / "new" / "config.json").unlink()
    jobs.put("done", version_id=version)
    site.run()

    site.app.button(key=f"promote {version}").click()
    site.run()
    confirm(site)

    assert path.rsplit("/", 1)[-1] in site.messages()
    with site.sessions() as session:
        active = model_versions.active(session)
        assert active is not None
        assert active.id != version


def test_an_outdated_active_model_is_said_and_another_can_be_promoted(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    version = proposed(site)
    outdate(site.settings.model)
    site.run()

    assert "trained by an earlier version of Spanneal" in site.messages()
    assert "start" not in {item.key for item in site.app.button}
    site.app.button(key="promote other").click()
    site.run()
    confirm(site)

    assert "earlier version" not in site.messages()
    with site.sessions() as session:
        active = model_versions.active(session)
        assert active is not None
        assert active.id == version
