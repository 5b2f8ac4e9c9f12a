"""Renaming, merging and splitting labels on the Documents page."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import writing
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, projects
from tests.app.pages_kit import TEXT, Site

SPANS = (
    SpanRecord(0, 15, "PER", key="a"),
    SpanRecord(24, 43, "ORG", key="b"),
    SpanRecord(24, 32, "PER", key="c"),
    SpanRecord(24, 32, "LOC", key="d"),
)


def submitted(site: Site, spans: Sequence[SpanRecord] = SPANS) -> int:
    with writing(site.sessions) as session:
        document = documents.add(
            session, site.project_id, name="visit", text=TEXT, split="train", status="submitted"
        )
        assert document is not None
        annotation_sets.add_person_set(session, document.id, spans, person="Ada", state="submitted")
        return document.id


def found(site: Site, document: int) -> dict[str, str]:
    with site.sessions() as session:
        answer = annotation_sets.submitted_of(session, document)
        assert answer is not None
        return {TEXT[each.start : each.end]: each.label for each in answer.entities}


def label_id(site: Site, name: str) -> int:
    with site.sessions() as session:
        every = projects.labels(session, site.project_id)
        return next(each.id for each in every if each.name == name)


def choose(site: Site, kind: str, name: str) -> int:
    site.open("documents")
    site.app.segmented_control(key="label_change").set_value(kind)
    box = next(b for b in site.app.selectbox if str(b.key).startswith("label_to_change_"))
    chosen = label_id(site, name)
    box.set_value(chosen)
    site.run()
    return chosen


def test_a_label_is_renamed_with_all_that_has_it(site: Site) -> None:
    document = submitted(site)
    chosen = choose(site, "Rename", "PER")
    assert "**2 entities in 1 document** will be called so" in site.said()
    assert site.app.button(key="rename label").disabled

    site.app.text_input(key=f"new_name_{chosen}").set_value("  PERSON ")
    site.run()
    site.app.button(key="rename label").click()
    site.run()

    assert found(site, document)["Olena Kovalenko"] == "PERSON"
    assert label_id(site, "PERSON") == chosen


def test_a_name_that_is_taken_is_refused_in_words(site: Site) -> None:
    document = submitted(site)
    chosen = choose(site, "Rename", "PER")
    site.app.text_input(key=f"new_name_{chosen}").set_value("ORG")
    site.run()

    site.app.button(key="rename label").click()
    site.run()

    assert "already has a label" in site.said()
    assert found(site, document)["Olena Kovalenko"] == "PER"


def test_merging_says_what_it_would_touch_and_does_it(site: Site) -> None:
    document = submitted(site)
    chosen = choose(site, "Merge", "PER")
    site.app.selectbox(key=f"merge_into_{chosen}").set_value(label_id(site, "LOC"))
    site.run()
    assert "**2 entities in 1 document** will become LOC. 1 of them LOC has too" in site.said()

    site.app.button(key="merge label").click()
    site.run()

    assert found(site, document) == {
        "Olena Kovalenko": "LOC",
        "New York University": "ORG",
        "New York": "LOC",
    }
    assert site.run().selectbox, "the page stands"


def test_a_pass_asks_saves_each_choice_and_goes_on_after_it_was_left(site: Site) -> None:
    document = submitted(site, SPANS[:3])
    chosen = choose(site, "Split", "PER")
    site.app.session_state[f"split_into_{chosen}"] = ["MISC", "SINGER"]
    site.run()
    assert "2 entities in 1 document, one after the other" in site.said()
    site.app.button(key="split label").click()
    site.run()
    assert "⟦Olena Kovalenko⟧" in site.said()
    assert "Splitting PER" in site.said()

    site.app.button(key=f"split {(document, 0, 15)} to SINGER").click()
    site.run()
    assert found(site, document)["Olena Kovalenko"] == "SINGER"

    site.open("figures")
    site.open("documents")
    assert "⟦New York⟧" in site.said()
    site.app.button(key=f"split {(document, 24, 32)} to PER").click()
    site.run()
    assert "Every entity is decided" in site.said()
    site.app.button(key="finish split").click()
    site.run()
    assert "Splitting" not in site.said()
    assert found(site, document)["New York"] == "PER"


def test_nothing_is_said_of_passes_where_there_are_none(site: Site) -> None:
    site.open("documents")

    assert "Splitting" not in site.said()
