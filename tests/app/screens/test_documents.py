"""The Documents page: finding, adding, labels; and what holds for every page."""

from __future__ import annotations

import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import pytest

from app.context import AppContext
from app.screens.common.wording import literal
from app.services.interchange import refusals
from app.settings import ROOT
from storage.engine import writing
from storage.repository import documents, projects
from tests.app.material import environment_in, settings_in
from tests.app.pages_kit import TEXT, PretendedModel, Site, build_site


def names(site: Site) -> list[str]:
    tables = [table.value for table in site.app.dataframe if "Name" in table.value]
    return list(tables[0]["Name"]) if tables else []


def test_the_sample_project_is_there_at_the_first_visit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120).run()

    assert not app.exception
    assert app.selectbox(key="chosen_project").options == ["Sample"]
    assert "38 documents" in app.progress[0].text
    assert len(app.dataframe[0].value) == 25


def test_the_first_paint_imports_no_torch(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app/main.py', default_timeout=120).run()\n"
        "assert not app.exception and app.dataframe\n"
        "assert 'torch' not in sys.modules, 'torch was imported'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**_environment(), **environment_in(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)


def test_who_may_not_add_documents_is_told_who_does(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppContext, "may", lambda app, project, act: act == "annotate")
    site.open("documents")
    assert "Reviewers of the project and administrators add them" in site.messages()
    assert "Go to **Add documents**" not in site.messages()


def test_every_document_is_listed_with_a_status_in_words(site: Site) -> None:
    site.add()

    site.open("documents")

    row = site.app.dataframe[0].value.iloc[0]
    assert row["Name"] == "visit"
    assert row["Status"] == "○ New"
    assert row["Characters"] == len(TEXT)
    assert row.isna()["To review"], "no model has looked yet"


def test_counts_appear_once_a_model_has_looked(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)

    site.open("documents")

    row = site.app.dataframe[0].value.iloc[0]
    assert row["To review"] == 3
    assert row["Accepted"] == 0


def test_the_search_looks_into_names_and_texts(site: Site) -> None:
    site.add("A ferry left Turku.", "ferries")
    site.add("A train left Oslo.", "trains")
    site.open("documents")

    site.app.text_input(key="search").set_value("TURKU")
    site.run()
    assert names(site) == ["ferries"]

    site.app.text_input(key="search").set_value("' OR 1=1 --")
    site.run()
    assert names(site) == []
    assert "No matching documents" in site.messages()


def test_the_list_can_be_narrowed_to_a_status(site: Site) -> None:
    done, _ = site.add(), site.add("A train left Oslo.", "trains")
    with writing(site.sessions) as session:
        documents.get(session, done).status = "submitted"
    site.open("documents")

    site.app.get("pills")[0].set_value(["submitted"])
    site.run()

    assert names(site) == ["visit"]
    assert "1 of 2 documents submitted" in site.app.progress[0].text


def test_many_documents_come_in_pages(site: Site) -> None:
    for number in range(30):
        site.add(f"{TEXT} {number}", f"visit {number:02}")

    site.open("documents")

    assert names(site) == [f"visit {number:02}" for number in range(25)]
    assert "1–25 of 30 documents" in site.messages()


def test_a_page_that_there_is_no_more_shows_the_last_there_is(site: Site) -> None:
    for number in range(30):
        site.add(f"{TEXT} {number}", f"visit {number:02}")
    site.app.session_state["page  "] = 3

    site.open("documents")

    assert names(site) == [f"visit {number:02}" for number in range(25, 30)]
    assert "26–30 of 30 documents" in site.messages()


def test_continue_opens_what_was_begun_before_what_is_new(site: Site) -> None:
    _, begun = site.add(), site.add("A train left Oslo.", "trains")
    with writing(site.sessions) as session:
        documents.get(session, begun).status = "in_progress"
    site.open("documents")

    site.app.button(key="continue").click()
    site.run()

    assert site.mounted()["doc_id"] == begun


def test_pasted_text_becomes_a_document_exactly_as_it_is(site: Site) -> None:
    site.open("documents")

    site.app.text_area(key="pasted_text").set_value("  Two  spaces\n")
    next(item for item in site.app.button if item.label == "Add text").click()
    site.run()

    with site.sessions() as session:
        assert documents.get(session, 1).text == "  Two  spaces\n"
    assert "added" in site.messages()


def test_a_new_label_appears_in_the_annotator(site: Site) -> None:
    document = site.add()
    site.open("documents")

    site.app.text_input(key="label_name").set_value("EVENT")
    site.app.text_input(key="label_description").set_value("Festivals and matches")
    next(item for item in site.app.button if item.label == "Add label").click()
    site.run()
    site.open("annotate", document=document)

    added = site.mounted()["labels"][-1]
    assert (added["name"], added["description"]) == ("EVENT", "Festivals and matches")
    assert added["key"] == "5"


def test_a_label_that_is_taken_is_refused_with_a_reason(site: Site) -> None:
    site.open("documents")

    site.app.text_input(key="label_name").set_value("PER")
    next(item for item in site.app.button if item.label == "Add label").click()
    site.run()

    assert "already has a label" in site.messages()


def test_choosing_a_project_changes_what_is_listed(site: Site) -> None:
    site.add()
    with writing(site.sessions) as session:
        other = projects.create(session, "Minutes").id
        documents.add(session, other, name="council", text="The council met.")
    site.open("documents")
    assert names(site) == ["visit"]

    site.app.selectbox(key="chosen_project").set_value(other)
    site.run()

    assert names(site) == ["council"]


def test_a_database_that_cannot_be_opened_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPANNEAL_DATABASE", "sqlite:////proc/none/spanneal.db")
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120).run()

    assert not app.exception
    assert app.error
    assert "Traceback" not in app.error[0].value


def test_the_site_of_these_tests_holds_one_project(tmp_path: Path, site: Site) -> None:
    again = build_site(tmp_path / "other", settings_in(tmp_path / "other"), PretendedModel())

    assert again.project_id == site.project_id
    again.sessions.kw["bind"].dispose()


def test_what_other_tools_sent_in_vain_is_shown_until_somebody_has_seen_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_noted", OrderedDict())
    for _ in range(3):
        refusals.note(site.project_id, "Label Studio", "a valid token is required <b>")
    refusals.note(site.project_id + 1, "INCEpTION", "of another project")
    site.open("documents")
    (warning,) = (item.value for item in site.app.warning if "other tools" in item.value)
    assert "3 times" in warning
    assert literal("required <b>") in warning
    assert "another project" not in warning

    site.app.button(key="dismiss refusals").click()
    site.run()

    assert "other tools" not in site.messages()
