"""Renaming, merging and splitting a label on the Documents page."""

from __future__ import annotations

import pytest

from storage.repository import annotation_sets, projects
from tests.app.pages_kit import Site


@pytest.fixture
def document(site: Site) -> int:
    """With a person, a university and a town, all accepted and submitted."""
    document = site.add()
    site.open("annotate", document=document)
    accept = [{"op": "accept", "id": site.span_id(words)} for words in site.spans()]
    site.send(document, *accept, {"op": "submit"})
    return document


def label_id(site: Site, name: str) -> int:
    with site.sessions() as session:
        labels = projects.labels(session, site.project_id)
        return next(label.id for label in labels if label.name == name)


def names(site: Site) -> list[str]:
    with site.sessions() as session:
        return [label.name for label in projects.labels(session, site.project_id)]


def answer(site: Site, document: int) -> set[tuple[str, str]]:
    with site.sessions() as session:
        result = annotation_sets.submitted_of(session, document)
        assert result is not None
        return {(span.label, span.status) for span in annotation_sets.spans_of(result)}


def ask(site: Site, change: str, name: str) -> None:
    site.open("documents")
    key = f"label_to_change_{site.project_id}_{len(names(site))}"
    site.app.selectbox(key=key).set_value(label_id(site, name))
    site.run()
    site.app.button(key=f"{change} label").click()
    site.run()


def press(site: Site, label: str) -> None:
    next(item for item in site.app.button if item.label == label).click()
    site.run()


def test_a_renamed_label_is_told_what_it_marks_and_keeps_it(site: Site, document: int) -> None:
    ask(site, "rename", "LOC")
    assert "1 accepted entity in 1 document" in site.messages()
    site.app.text_input(key=f"rename_{label_id(site, 'LOC')}").set_value("PLACE")
    site.run()
    press(site, "Rename")

    assert "PLACE" in names(site)
    assert "LOC" not in names(site)
    assert answer(site, document) == {
        ("PER", "accepted"),
        ("ORG", "accepted"),
        ("PLACE", "accepted"),
    }


def test_a_name_that_is_taken_is_refused_in_the_dialog(site: Site, document: int) -> None:
    ask(site, "rename", "LOC")
    site.app.text_input(key=f"rename_{label_id(site, 'LOC')}").set_value("ORG")
    site.run()
    press(site, "Rename")

    assert "ORG" in "".join(item.value for item in site.app.error)
    assert "LOC" in names(site)


def test_a_merged_label_is_gone_and_its_entities_are_the_others(site: Site, document: int) -> None:
    ask(site, "merge", "LOC")
    into = label_id(site, "ORG")
    site.app.selectbox(key=f"merge_{label_id(site, 'LOC')}").set_value(into)
    site.run()
    site.app.button(key="merge").click()
    site.run()

    assert "LOC" not in names(site)
    assert answer(site, document) == {("PER", "accepted"), ("ORG", "accepted")}


def test_a_split_leads_through_every_entity_and_can_be_left_and_ended(
    site: Site, document: int
) -> None:
    ask(site, "split", "ORG")
    site.app.multiselect(key=f"split_{label_id(site, 'ORG')}").set_value(["SCHOOL"])
    site.run()
    site.app.button(key="split").click()
    site.run()

    site.open("documents")
    site.app.button(key="split to SCHOOL").click()
    site.run()
    assert answer(site, document) == {
        ("PER", "accepted"),
        ("SCHOOL", "accepted"),
        ("LOC", "accepted"),
    }
    assert "All entities are decided" in "".join(item.value for item in site.app.success)
    site.app.button(key="end split").click()
    site.run()
    assert not [item for item in site.app.button if item.key == "end split"]
