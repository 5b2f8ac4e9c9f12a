"""Documents: filters, columns, and what is done to several at once."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1.element_tree import ButtonGroup

from app.services.team.assignment import set_annotators
from storage.engine import writing
from storage.repository import documents
from tests.app.pages_kit import Site


def names(site: Site) -> list[str]:
    tables = [table.value for table in site.app.dataframe if "Name" in table.value]
    return list(tables[0]["Name"]) if tables else []


@pytest.fixture
def ids(site: Site) -> list[int]:
    """Three documents, a, b and c, of which the first two are chosen."""
    added = [site.add(f"Text {name}", name) for name in "abc"]
    with writing(site.sessions) as session:
        documents.get(session, added[0]).meta = {"source": "Reuters"}
    choose(site, 0, 1)
    return added


def choose(site: Site, *rows: int) -> None:
    site.open("documents")
    key = next(table.proto.id for table in site.app.dataframe if "Name" in table.value)
    state = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    site.app.session_state[key.split("-", 2)[-1]] = state
    site.run()


def press(site: Site, *keys: str, **typed: Any) -> None:
    for name, value in typed.items():
        next(w for w in (*site.app.text_input, *site.app.radio) if w.key == name).set_value(value)
    for key in keys:
        site.app.button(key=key).click()
        site.run()


def test_several_documents_are_tagged_at_once(site: Site, ids: list[int]) -> None:
    assert "2 selected" in site.messages()

    press(site, "tag chosen")
    press(site, "do tag", tags_added="hard, second round")

    assert "Tags of 2 documents changed" in site.messages().replace("\\", "")
    with site.sessions() as session:
        assert documents.get(session, ids[0]).meta["tags"] == ["hard", "second round"]
        assert documents.get(session, ids[2]).meta == {}
    assert "Select rows" in site.messages(), "what was done is done: nothing is chosen any more"


def test_all_that_match_are_tagged_without_a_row_chosen_first(site: Site, ids: list[int]) -> None:
    choose(site)
    next(box for box in site.app.checkbox if box.label == "All 3 that match").check()
    site.run()
    assert "3 selected" in site.messages()

    press(site, "tag chosen")
    press(site, "do tag", tags_added="hard")

    assert "Tags of 3 documents changed" in site.messages().replace("\\", "")
    assert "Select rows" in site.messages()


def test_several_documents_are_deleted_once_their_number_is_typed(
    site: Site, ids: list[int]
) -> None:
    press(site, "delete chosen")
    press(site, "do delete", typed_number="3")
    assert "type their number, 2" in site.messages().replace("\\", "")
    assert names(site) == ["a", "b", "c"]

    press(site, "do delete", typed_number="2")

    assert names(site) == ["c"]


def test_what_is_exported_can_be_the_chosen_documents_alone(site: Site, ids: list[int]) -> None:
    press(site, "export chosen")
    site.open("export")

    assert "Only the 2 documents selected" in site.messages()
    site.app.checkbox(key=f"export_undecided_{site.project_id}").set_value(True)
    site.run()
    assert "2 documents" in site.messages()
    press(site, "drop chosen")
    assert "3 documents" in site.messages()


def test_the_split_of_several_changes_and_who_was_left_is_told(site: Site, ids: list[int]) -> None:
    with writing(site.sessions) as session:
        documents.get(session, ids[0]).status = "submitted"
    press(site, "split chosen")
    press(site, "do split", split_chosen="holdout")

    message = site.messages().replace("\\", "")
    assert "Split of 1 document changed. 1 document not moved: somebody has begun" in message


def test_several_documents_are_assigned_where_several_people_annotate(
    site: Site, ids: list[int]
) -> None:
    press(site, "assign chosen")
    site.app.multiselect(key="assign_people").set_value(["Anna"])
    site.run()
    press(site, "do assign")
    assert "set the number of annotators to 2" in site.messages()

    set_annotators(site.sessions, site.project_id, 2)
    choose(site, 0, 1)
    press(site, "assign chosen")
    site.app.multiselect(key="assign_people").set_value(["Anna"])
    site.run()
    press(site, "do assign")

    assert "2 assignments created" in site.messages()


def test_filters_narrow_the_list_and_are_cleared_together(site: Site, ids: list[int]) -> None:
    site.app.session_state["filters open"] = True
    site.run()
    site.app.selectbox(key="filter_meta_key").set_value("source")
    site.run()
    assert names(site) == ["a"]

    site.app.text_input(key="filter_meta_value").set_value("AFP")
    site.run()
    assert names(site) == []

    press(site, "clear filters")
    assert names(site) == ["a", "b", "c"]


def test_columns_are_chosen(site: Site, ids: list[int]) -> None:
    def shown() -> list[str]:
        table = next(table for table in site.app.dataframe if "Name" in table.value)
        return list(table.proto.column_order)

    assert "Metadata" not in shown()
    columns = next(item for item in site.app.get("pills") if item.key == "shown_columns")
    assert isinstance(columns, ButtonGroup)
    columns.set_value(["Status", "Metadata"])
    site.run()

    assert shown() == ["Name", "Status", "Metadata", "Delete"]
    (table,) = (table.value for table in site.app.dataframe if "Name" in table.value)
    assert next(iter(table["Metadata"])) == "source: Reuters"
