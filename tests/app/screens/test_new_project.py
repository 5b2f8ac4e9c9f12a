"""A new project, in one dialog: its name, its labels, its texts."""

from __future__ import annotations

from pathlib import Path

from app.services.model_registry.registry import ModelRegistry
from storage.engine import writing
from storage.models import Document
from storage.repository import documents, listing, projects, trash
from tests.app.material import pretend_model
from tests.app.pages_kit import Site


def begin(site: Site) -> None:
    site.open("documents")
    site.app.button(key="new project").click()
    site.run()


def type_in(site: Site, name: str = "Clinic", labels: str = "", text: str = "") -> None:
    site.app.text_input(key="project_name").set_value(name)
    site.app.text_area(key="new_labels").set_value(labels)
    site.app.text_area(key="new_project_text").set_value(text)
    site.app.button(key="create project").click()
    site.run()


def labels_of(site: Site, name: str) -> list[str]:
    with site.sessions() as session:
        project = projects.by_name(session, name)
        assert project is not None
        return [label.name for label in projects.labels(session, project.id)]


def test_five_actions_make_a_project_with_two_labels_and_a_text(site: Site) -> None:
    """Open the dialog; type a name, the labels, a text; create."""
    site.add()
    begin(site)
    type_in(site, labels="DRUG: medicines\nDOSE", text="Take  aspirin.\n")

    assert labels_of(site, "Clinic") == ["DRUG", "DOSE"]
    with site.sessions() as session:
        project = projects.by_name(session, "Clinic")
        assert project is not None
        (row,) = listing.list_documents(session, project.id).rows
        assert documents.get(session, row.id).text == "Take  aspirin.\n"
    assert site.app.query_params["project"] == str(project.id)
    assert "0 of 1 document submitted" in site.app.progress[0].text


def test_a_project_has_no_label_that_nobody_asked_for(site: Site) -> None:
    begin(site)
    type_in(site)

    assert labels_of(site, "Clinic") == []
    assert "No documents in this project yet" in site.messages()


def test_what_was_typed_stays_where_something_is_wrong_with_it(site: Site) -> None:
    begin(site)
    type_in(site, name="News", labels="DRUG\nDOSE", text="Take aspirin.")
    assert "choose another name" in site.messages()

    type_in(site, name="Clinic", labels="DRUG\nDRUG", text="Take aspirin.")
    assert "Not created: line 2" in site.messages().replace("\\", "")

    assert site.app.text_input(key="project_name").value == "Clinic"
    assert site.app.text_area(key="new_labels").value == "DRUG\nDRUG"
    assert site.app.text_area(key="new_project_text").value == "Take aspirin."


def test_labels_come_from_presets_and_other_projects_beside_those_typed(site: Site) -> None:
    begin(site)
    site.app.text_area(key="new_labels").set_value("EVENT")
    site.app.selectbox(key="new_labels_source").set_value("The labels of News")
    site.run()
    site.app.selectbox(key="new_labels_source").set_value("Drugs")
    site.run()
    names = [line.partition(":")[0] for line in _typed(site).splitlines()]
    site.app.text_input(key="project_name").set_value("Clinic")
    site.app.button(key="create project").click()
    site.run()

    assert names[:6] == ["EVENT", "PER", "ORG", "LOC", "MISC", "DRUG"]
    assert labels_of(site, "Clinic") == names
    with site.sessions() as session:
        clinic = projects.by_name(session, "Clinic")
        assert clinic is not None
        colours = {label.name: label.color for label in projects.labels(session, clinic.id)}
        for label in projects.labels(session, site.project_id):
            assert colours[label.name] == label.color, "a label looks the same in both projects"


def test_what_will_be_suggested_is_told_before_the_project_is_made(
    site: Site, tmp_path: Path
) -> None:
    ModelRegistry(site.sessions).ensure_bundled(pretend_model(tmp_path / "known"))
    begin(site)
    assert "Without labels nothing is suggested" in site.messages()

    site.app.text_area(key="new_labels").set_value("PER\nDRUG")
    site.run()

    messages = site.messages().replace("\\", "")
    assert "The model suggests PER from the first document on." in messages
    assert "DRUG is new to the model" in messages
    assert "second or third document" in messages


def test_where_there_is_no_project_one_can_be_begun(site: Site) -> None:
    with writing(site.sessions) as session:
        trash.put(session, projects.get(session, site.project_id))
    site.open("documents")
    assert "There are no projects" in site.messages()

    site.app.button(key="first project").click()
    site.run()
    type_in(site, labels="DRUG", text="Take aspirin.")

    assert labels_of(site, "Clinic") == ["DRUG"]
    with site.sessions() as session:
        assert session.query(Document).count() == 1


def _typed(site: Site) -> str:
    return str(site.app.text_area(key="new_labels").value)
