"""The Train page's model registry: two versions compared, and versions as files."""

from __future__ import annotations

import pytest

from app.services.model_registry.registry import ModelRegistry, VersionView
from tests.app.pages_kit import PretendedModel, Site
from tests.app.screens.test_train import PretendedJobs, fill, jobs, proposed

__all__ = ["jobs"]
BLIND = PretendedModel(1, names=())
KNOWING = PretendedModel(2, names=(("Anna Haag", "PER"), ("Bank of China", "ORG")))


@pytest.fixture
def pair(site: Site, jobs: PretendedJobs, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Held-out documents, and two versions of which the newer finds everything."""
    models = {1: BLIND, 2: KNOWING}

    def pretended(version: VersionView) -> PretendedModel:
        return models[version.id]

    monkeypatch.setattr("app.screens.train.registry.version_predictor", pretended)
    fill(site)
    site.open("train")
    assert proposed(site) == 2
    site.run()
    return site


def test_one_version_alone_is_not_compared(site: Site, jobs: PretendedJobs) -> None:
    site.open("train")

    assert not [item for item in site.app.button if item.key == "versus"]


def test_the_newest_two_versions_are_compared_on_the_held_out_documents(pair: Site) -> None:
    pair.app.button(key="versus").click()
    pair.run()

    shown = next(item.value for item in pair.app.dataframe if "B - A" in item.value)
    assert shown["Label"].iloc[0] == "All"
    assert {"PER", "ORG"} <= set(shown["Label"])
    assert (shown["A"].iloc[0], shown["B"].iloc[0]) == (0.0, 100.0)
    assert "Version 2" in pair.messages()
    assert shown["Documents needed"].iloc[0] == 5


def test_a_version_is_not_compared_with_itself(pair: Site) -> None:
    pair.app.selectbox(key="versus_b").set_value(1)
    pair.run()

    assert pair.app.button(key="versus").disabled


def test_a_result_is_not_shown_for_other_versions_than_were_compared(pair: Site) -> None:
    pair.app.button(key="versus").click()
    pair.run()
    pair.app.selectbox(key="versus_a").set_value(2)
    pair.app.selectbox(key="versus_b").set_value(1)
    pair.run()

    assert not [item for item in pair.app.dataframe if "B - A" in item.value]


def test_without_held_out_documents_the_page_says_what_is_missing(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    proposed(site)
    site.run()
    site.app.button(key="versus").click()
    site.run()

    assert "models cannot be compared" in site.messages()


def test_a_version_can_be_downloaded(site: Site, jobs: PretendedJobs) -> None:
    site.open("train")
    site.app.button(key="make_model").click()
    site.run()

    (download,) = (item for item in site.app.get("download_button") if "zip" in item.proto.label)
    assert download.proto.label == "Download .zip"


def test_a_version_whose_folder_is_gone_cannot_be_downloaded_and_says_why(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    version = proposed(site)
    site.run()
    (site.settings.data / "models" / "new" / "config.json").unlink()
    site.app.selectbox(key="export_version").set_value(version)
    site.app.button(key="make_model").click()
    site.run()

    assert site.app.error
    assert not [item for item in site.app.get("download_button") if "zip" in item.proto.label]


def test_an_uploaded_file_that_is_no_model_is_refused_in_words(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    uploader = site.app.file_uploader(key="import_model 0")
    uploader.set_value(("a.zip", b"nonsense", "application/zip"))
    site.run()
    site.app.button(key="take_model").click()
    site.run()

    assert "is not a readable zip" in site.messages()
    assert len(ModelRegistry(site.sessions).versions()) == 1
