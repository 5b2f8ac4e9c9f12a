"""Deleting on the page: the name typed, nothing lost, and the way back."""

from __future__ import annotations

import pytest

from storage.engine import writing
from storage.enums import DeletableKind
from storage.models import Document
from storage.repository import annotation_sets, documents, projects, trash
from tests.app.event_log import events_of
from tests.app.pages_kit import Site


def _type(site: Site, kind: DeletableKind, id: int, words: str) -> None:
    site.app.text_input(key=f"typed_{kind}_{id}").set_value(words)
    next(item for item in site.app.button if item.label == "Delete").click()
    site.run()


def _ask_for_project(site: Site, project_id: int) -> None:
    site.open("documents", project=project_id)
    site.app.button(key="delete project").click()
    site.run()


def _names(site: Site) -> list[str]:
    with site.sessions() as session:
        return [project.name for project in projects.every(session)]


def test_a_project_is_deleted_once_its_name_is_typed_and_can_be_restored(site: Site) -> None:
    document = site.add()
    with writing(site.sessions) as session:
        projects.create(session, "Other")
    _ask_for_project(site, site.project_id)
    assert "with 1 document" in site.messages()

    _type(site, "project", site.project_id, "news")
    assert "type its exact name" in site.messages()
    assert _names(site) == ["News", "Other"]
    _type(site, "project", site.project_id, "News")
    assert _names(site) == ["Other"]

    site.open("documents", project=site.project_id)
    site.app.button(key=f"restore_project_{site.project_id}").click()
    site.run()
    assert _names(site) == ["News", "Other"]
    with site.sessions() as session:
        assert documents.get(session, document).name == "visit"
        reported = events_of(session, site.project_id)
    assert [(item.person, item.action) for item in reported] == [
        ("annotator", "restore project"),
        ("annotator", "delete project"),
    ]
    assert reported[0].detail == {"name": "News"}


def test_without_any_project_the_page_offers_to_make_or_restore_one(site: Site) -> None:
    _ask_for_project(site, site.project_id)
    _type(site, "project", site.project_id, "News")

    site.open("documents")
    assert "There are no projects" in site.messages()
    site.app.button(key=f"restore_project_{site.project_id}").click()
    site.run()
    assert _names(site) == ["News"]


def test_a_new_project_cannot_take_the_name_of_one_in_the_bin(site: Site) -> None:
    with writing(site.sessions) as session:
        other = projects.create(session, "Other")
        trash.put(session, other)
    site.open("documents")
    site.app.button(key="new project").click()
    site.run()
    site.app.text_input(key="project_name").set_value("Other")
    site.app.button(key="create project").click()
    site.run()
    assert "restore it from the trash" in site.messages().replace("\\", "")


def test_a_deleted_labels_entities_are_kept_and_come_back_with_it(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    assert set(site.spans()) == {"Olena Kovalenko", "New York University", "New York"}
    with site.sessions() as session:
        label = next(x.id for x in projects.labels(session, site.project_id) if x.name == "LOC")
    site.send(document, {"op": "accept", "id": site.span_id("New York")})

    site.open("documents")
    site.app.selectbox(key=f"label_to_change_{site.project_id}_4").set_value(label)
    site.run()
    site.app.button(key="delete label").click()
    site.run()
    assert "1 accepted entity" in site.messages()
    _type(site, "label", label, "LOC")

    site.open("annotate", document=document)
    assert set(site.spans()) == {"Olena Kovalenko", "New York University"}
    site.send(
        document,
        {"op": "accept", "id": site.span_id("Olena Kovalenko")},
        {"op": "accept", "id": site.span_id("New York University")},
        {"op": "submit"},
    )
    site.open("documents")
    site.app.button(key=f"restore_label_{label}").click()
    site.run()
    with site.sessions() as session:
        submitted = annotation_sets.submitted_of(session, document)
        assert submitted is not None
        stored = {span.label: span.status for span in annotation_sets.spans_of(submitted)}
    assert stored == {"PER": "accepted", "ORG": "accepted", "LOC": "accepted"}


def test_a_document_is_deleted_from_the_list(site: Site) -> None:
    document = site.add()
    beside = site.add("Another text.", name="beside")
    with writing(site.sessions) as session:
        documents.get(session, document).name = "a\n*b*"
    site.app.session_state["deletion_asked"] = ("document", document)
    site.open("documents")
    _type(site, "document", document, "a *b*")

    with site.sessions() as session:
        assert documents.first(session, site.project_id) == beside
    site.open("annotate", document=document)
    assert site.mounted()["doc_id"] == beside
    assert "a \\*b\\*" in "\n".join(item.value for item in site.open("documents").markdown)


def test_once_the_last_of_a_page_is_restored_the_page_before_it_is_shown(site: Site) -> None:
    with writing(site.sessions) as session:
        for number in range(20):
            trash.put(session, projects.add_label(session, site.project_id, f"L{number}"))
    site.app.session_state[f"bin_page_{site.project_id}"] = 2
    site.open("documents")

    restoring = [item for item in site.app.button if (item.key or "").startswith("restore_label")]
    assert len(restoring) == 20


def test_an_edit_of_a_document_that_was_just_deleted_is_saved_in_the_bin(site: Site) -> None:
    document = site.add()
    site.add("Another text.", name="beside")
    site.open("annotate", document=document)
    span = site.span_id("New York")
    with writing(site.sessions) as session:
        trash.put(session, trash.find(session, "document", document))

    site.send(document, {"op": "accept", "id": span})

    with writing(site.sessions) as session:
        row = trash.find(session, "document", document)
        assert isinstance(row, Document)
        trash.take_back(session, row)
        draft = annotation_sets.draft_of(session, document)
        assert draft is not None
        assert {item.key: item.status for item in annotation_sets.spans_of(draft)}[span] == (
            "accepted"
        )


@pytest.mark.parametrize("kind", ["project", "label", "document"])
def test_deleting_what_is_not_there_says_so(site: Site, kind: DeletableKind) -> None:
    from app.services.operations.trash import delete

    with pytest.raises(LookupError, match=f"there is no {kind} 404"):
        delete(site.sessions, kind, 404, "", "Ada")
