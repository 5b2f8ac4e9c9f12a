"""The project's settings and labels on the Documents page."""

from __future__ import annotations

import pytest

from app.screens.common.labels import swatches
from app.screens.common.wording import literal
from app.services.labels.label_set import LabelChange, change_labels
from app.services.operations.projects import ProjectSettings, configure
from app.services.operations.projects import get as get_project
from storage.engine import writing
from storage.repository import projects
from tests.app.pages_kit import Site, setting


def save(site: Site) -> None:
    _button(site, "Save settings").click()
    site.run()


def saved(site: Site) -> ProjectSettings:
    return get_project(site.sessions, site.project_id).settings


def test_the_projects_settings_are_saved_and_its_guidelines_shown_beside_documents(
    site: Site,
) -> None:
    document = site.add()
    site.open("documents")
    site.app.text_area(key=setting(site, "guidelines")).set_value("Titles are **not** names.")
    site.app.selectbox(key=setting(site, "queue")).set_value("doubt")
    site.app.slider(key=setting(site, "holdout_share")).set_value(30)
    site.app.toggle(key=setting(site, "nested")).set_value(False)
    save(site)

    with site.sessions() as session:
        project = projects.get(session, site.project_id)
    assert (project.guidelines, project.queue) == ("Titles are **not** names.", "doubt")
    assert (project.holdout_share, project.nested) == (0.3, False)
    site.open("annotate", document=document)
    assert "Titles are **not** names." not in site.messages()
    site.app.button(key="guidelines_button").click()
    site.run()
    assert "Titles are **not** names." in site.messages()
    site.app.button(key="guidelines_close").click()
    site.run()
    assert "Titles are **not** names." not in site.messages()


def test_keys_that_conflict_cannot_be_saved(site: Site) -> None:
    with writing(site.sessions) as session:
        projects.set_hotkeys(session, site.project_id, {"accept": "X"})

    site.open("documents")

    assert "share X" in site.messages()
    assert site.app.button(key="save keys").disabled


def test_edits_in_a_table_end_with_the_rows_that_they_were_made_in(site: Site) -> None:
    def tables() -> list[str]:
        return [table.proto.id for table in site.app.dataframe if table.proto.id]

    site.open("documents")
    before = tables()
    site.run()
    assert tables() == before, "a run alone takes no edit away"

    with site.sessions() as session:
        first = projects.labels(session, site.project_id)[0]
    change_labels(site.sessions, site.project_id, [LabelChange(first.id, "#123456", "Q", "")])
    with writing(site.sessions) as session:
        projects.set_hotkeys(session, site.project_id, {"accept": "Y"})
    site.run()

    assert len(before) == 2
    assert not set(before) & set(tables())


def test_a_label_that_is_no_colour_is_shown_grey_and_its_name_literally() -> None:
    shown = swatches(["<b>PER</b>"], ["red;background:url(//x)"])

    assert "<b>" not in shown
    assert "url" not in shown
    assert "#808080" in shown


def _button(site: Site, label: str):  # type: ignore[no-untyped-def]
    return next(button for button in site.app.button if button.label == label)


def test_a_setting_that_is_refused_is_told_and_nothing_is_saved(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.open("documents")
    monkeypatch.setattr("storage.repository.projects.QUEUE_ORDERS", ("arrival",))
    site.app.text_area(key=setting(site, "guidelines")).set_value("New.")
    site.app.number_input(key=setting(site, "annotators")).set_value(2)
    site.app.selectbox(key=setting(site, "queue")).set_value("doubt")
    save(site)

    reported = "Not saved: the order must be one of arrival, got 'doubt'"
    assert [error.value for error in site.app.error] == [literal(reported)]
    with site.sessions() as session:
        project = projects.get(session, site.project_id)
    assert (project.guidelines, project.annotators) == ("", 1)


def test_a_save_leaves_alone_what_somebody_else_has_changed_meanwhile(site: Site) -> None:
    site.open("documents")
    form = site.app.toggle(key=setting(site, "nested"))
    configure(site.sessions, site.project_id, {"guidelines": "Two pages.", "annotators": 3})

    form.set_value(False)
    save(site)

    assert not site.app.error
    settings = saved(site)
    assert (settings.guidelines, settings.annotators, settings.nested) == ("Two pages.", 3, False)
    assert site.app.text_area(key=setting(site, "guidelines")).value == "Two pages."


def test_of_two_who_change_one_setting_the_second_sees_both_and_decides(site: Site) -> None:
    site.open("documents")
    form = site.app.text_area(key=setting(site, "guidelines"))
    configure(site.sessions, site.project_id, {"guidelines": "Theirs.", "annotators": 3})

    form.set_value("Mine.")
    save(site)

    (problem,) = site.app.error
    assert literal("Guidelines: “Theirs.”.") in problem.value
    assert saved(site).guidelines == "Theirs."
    assert site.app.text_area(key=setting(site, "guidelines")).value == "Mine."
    assert site.app.number_input(key=setting(site, "annotators")).value == 3

    save(site)
    assert not site.app.error
    assert saved(site).guidelines == "Mine."


def test_settings_of_somebody_else_are_told_in_words_and_long_ones_shortened(site: Site) -> None:
    site.open("documents")
    site.app.text_area(key=setting(site, "guidelines")).set_value("Mine.")
    site.app.selectbox(key=setting(site, "queue")).set_value("random")
    site.app.toggle(key=setting(site, "nested")).set_value(False)
    site.app.number_input(key=setting(site, "retrain_after")).set_value(50)
    theirs = {"guidelines": "Titles. " * 200, "queue": "doubt", "retrain_after": 40}
    configure(site.sessions, site.project_id, theirs)

    save(site)

    (problem,) = site.app.error
    assert literal("Next document: “Where the model is least sure”") in problem.value
    assert literal("Retrain automatically after N submitted documents: “40”") in problem.value
    assert len(problem.value) < 1_000
    assert saved(site).nested


def test_the_form_shows_what_somebody_else_has_saved(site: Site) -> None:
    site.open("documents")
    configure(site.sessions, site.project_id, {"holdout_share": 0.35, "retrain_after": 40})

    site.run()

    assert site.app.slider(key=setting(site, "holdout_share")).value == 35
    assert site.app.number_input(key=setting(site, "retrain_after")).value == 40


def test_the_number_by_which_programs_know_the_project_stands_in_its_settings(site: Site) -> None:
    site.open("documents")

    assert f"`/label-studio/{site.project_id}`" in site.messages()
