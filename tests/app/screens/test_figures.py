"""The Figures page: what there is to read, and what to do where there is nothing yet."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from core.inference.instant.outcomes import LabelOutcome
from storage.engine import writing
from storage.repository import model_versions, projects, visits
from tests.app.lessons_kit import learn, submitted
from tests.app.pages_kit import Site

PER = {"PER": LabelOutcome(right=1)}

TITLES = (
    "Documents by status",
    "Documents submitted",
    "Accepted entities by label",
    "Outcome of the suggestions",
    "Seconds per document",
    "Actions per entity",
    "F1 of the model versions",
    "The learning curve",
    "The learning curve, document by document",
)


def plots(site: Site) -> list[dict[str, Any]]:
    return [json.loads(item.proto.spec) for item in site.app.get("plotly_chart")]


def retrained(site: Site, train: int, f1: float, predicted: int = 12) -> None:
    gold = 12 if predicted else 0
    shares = {"precision": f1, "recall": f1, "f1": f1}
    scores = {**shares, "gold": gold, "predicted": predicted, "per_label": {}}
    with writing(site.sessions) as session:
        model_versions.register(
            session,
            f"model {train}",
            ["PER"],
            metrics={"holdout": {"old": {**scores, "f1": f1 - 0.1}, "new": scores}},
            settings={"snapshot": {"project": "News", "train": train, "holdout": 3}},
        )


def worked(site: Site) -> None:
    """One document, submitted with two of three suggestions."""
    first = site.add()
    site.open("annotate", document=first)
    with writing(site.sessions) as session:
        visits.begin(session, first, "Ada", aided=True, model_version_id=1)
    rejected = site.span_id("New York")
    site.send(first, {"op": "reject", "id": rejected}, {"op": "accept_all"}, {"op": "submit"})


def test_a_project_without_documents_leads_to_them(site: Site) -> None:
    site.open("figures")
    assert "No documents in this project yet" in site.messages()
    assert not plots(site)


def test_every_figure_that_has_nothing_to_show_says_what_would_fill_it(site: Site) -> None:
    site.add()
    site.open("figures")
    message = site.messages()
    for title in TITLES:
        assert title in message or title in ("Seconds per document", "Actions per entity")
    assert "Time and actions" in message
    assert len(plots(site)) == 1
    lead, first_figure, *remedies = (caption.value for caption in site.app.caption)
    assert len(remedies) == 7, (lead, first_figure)


def test_with_work_and_versions_every_figure_is_there_with_its_data_and_a_way_to_read_it(
    site: Site,
) -> None:
    worked(site)
    retrained(site, 10, 0.5)
    retrained(site, 20, 0.6)
    learn(site.sessions, site.project_id, 1, submitted(site.sessions, site.project_id), PER, PER)
    site.open("figures")
    message = site.messages()
    for title in TITLES:
        assert title in message
    assert "hourglass" not in message
    assert len(plots(site)) == len(TITLES)
    assert len(site.app.get("download_button")) == len(TITLES)
    assert "the smallest number here is 12" in message
    assert "submit some of both kinds to compare" in message


def test_the_numbers_are_those_of_the_work(site: Site) -> None:
    worked(site)
    site.open("figures")
    shown = {trace["name"]: trace for plot in plots(site) for trace in plot["data"]}
    assert shown["suggested by a model"]["x"] == [1, 1, 0, 0]  # PER, ORG, LOC, MISC
    assert [shown[name]["x"] for name in ("accepted unchanged", "rejected")] == [[2 / 3], [1 / 3]]
    assert shown["actions"]["text"] == ["1.50"]  # three actions, two entities


def test_a_figure_and_its_file_have_the_same_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, str] = {}
    monkeypatch.setattr(
        "app.screens.common.figure.data_button", lambda key, data: files.setdefault(key, data())
    )
    worked(site)
    retrained(site, 10, 0.5)
    retrained(site, 20, 0.6)
    learn(site.sessions, site.project_id, 1, submitted(site.sessions, site.project_id), PER, PER)
    site.open("figures")

    heads = {head for file in files.values() for head in file.splitlines()[0].split(",")}
    drawn = {str(trace.get("name")) for plot in plots(site) for trace in plot["data"]}
    as_heads = {re.sub(r"\W+", "_", name).lower() for name in drawn}
    versions = {"f1_of_this_version", "f1_of_parent_version"}
    assert len(files) == len(TITLES)
    assert as_heads - heads == {"this_version", "parent_version", "seconds"} - heads
    assert versions <= heads


def test_a_figures_file_begins_no_formula(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str] = {}
    monkeypatch.setattr(
        "app.screens.common.figure.data_button", lambda key, data: files.setdefault(key, data())
    )
    worked(site)
    with writing(site.sessions) as session:
        projects.add_label(session, site.project_id, "=1+1")
    site.open("figures")

    assert "\n'=1+1,0,0\n" in files["entities_by_label"]


def test_a_version_whose_f1_is_undefined_leaves_a_gap(site: Site) -> None:
    site.add()
    retrained(site, 10, 0.5)
    retrained(site, 20, 1.0, predicted=0)
    site.open("figures")
    shown = {trace["name"]: trace for plot in plots(site) for trace in plot["data"]}
    assert (shown["this version"]["y"], shown["this version"]["text"]) == (
        [0.5, None],
        ["50.0%", ""],
    )
    assert shown["F1"]["y"] == [0.5, None]


def test_figures_of_undefined_measures_alone_say_how_many_entities_it_takes(site: Site) -> None:
    site.add()
    retrained(site, 10, 1.0, predicted=0)
    retrained(site, 20, 1.0, predicted=0)
    site.open("figures")
    assert "this version" not in {trace["name"] for plot in plots(site) for trace in plot["data"]}
    assert site.messages().count("F1 is undefined (–)") == 2
    assert "needs 97 entities in them" in site.messages()


def test_a_whole_score_is_a_hundred_per_cent_and_none_is_nought(site: Site) -> None:
    site.add()
    retrained(site, 10, 1.0)
    with writing(site.sessions) as session:
        for version in model_versions.every(session):
            if holdout := version.metrics.get("holdout"):
                version.metrics = {"holdout": {**holdout, "old": {**holdout["old"], "f1": 0.0}}}
    site.open("figures")
    shown = {trace["name"]: trace for plot in plots(site) for trace in plot["data"]}
    assert shown["this version"]["text"] == ["100.0%"]
    assert shown["parent version"]["text"] == ["0.0%"]


def test_versions_of_other_projects_are_left_out(site: Site) -> None:
    site.add()
    retrained(site, 10, 0.5)
    with writing(site.sessions) as session:
        for version in model_versions.every(session):
            version.settings = {"snapshot": {"project": "Other", "train": 1, "holdout": 1}}
    site.open("figures")
    assert "Retrain on the Train page" in site.messages()
