"""Tables: a moment in one is written as people write it, and a colour is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.screens.common.wording import MOMENT
from app.services.team import accounts
from storage.engine import writing
from storage.repository import projects
from tests.app.pages_kit import Site
from tests.app.teamwork import team


def columns(site: Site) -> Iterator[tuple[str, pd.Series, dict[str, Any]]]:
    """Every column of every table: its head, its values, and how it is drawn."""
    for table in site.app.dataframe:
        drawn = json.loads(table.proto.columns)
        for name, values in table.value.items():
            yield str(name), values, drawn.get(name) or {}


def moments(site: Site) -> dict[str, str | None]:
    """How the moments of each column are written."""
    return {
        name: drawn.get("type_config", {}).get("format")
        for name, values, drawn in columns(site)
        if pd.api.types.is_datetime64_any_dtype(values)
    }


@pytest.mark.parametrize("page", ["documents", "train", "agreement"])
def test_moments_in_tables_are_written_alike(site: Site, page: str) -> None:
    site.add()
    people = team(site.sessions)
    people.open(0, "Anna")
    site.app.session_state["agreement_part"] = "Assignments"
    site.app.session_state["shown_columns"] = ["Changed"]
    site.open(page, project=people.project_id)

    formats = moments(site)
    assert set(formats) == {
        {"documents": "Changed", "train": "Created"}.get(page, "Reserved until")
    }
    assert set(formats.values()) == {MOMENT}


def test_accounts_say_since_when_they_exist(site: Site) -> None:
    accounts.add(site.sessions, "Ada", None)
    site.app = AppTest.from_function(_accounts)
    site.run()

    assert moments(site) == {"Since": MOMENT}


def _accounts() -> None:
    from app import context
    from app.screens.people import tables

    tables.account_table(context.create())


def test_a_labels_colour_is_shown_and_chosen_and_never_written_as_a_code(site: Site) -> None:
    with site.sessions() as session:
        first, *_ = projects.labels(session, site.project_id)
    site.open("documents")
    shown = {name: (values, drawn) for name, values, drawn in columns(site)}
    values, drawn = shown["Colour"]
    assert drawn["type_config"]["type"] == "image"
    assert all(value.startswith("data:image/svg+xml;base64,") for value in values)

    key = f"label_to_change_{site.project_id}_{len(values)}"
    site.app.selectbox(key=key).set_value(first.id)
    site.run()
    (picker,) = (item for item in site.app.color_picker if str(item.key).startswith("colour "))
    assert picker.value == first.color
    tables = [table.proto.id for table in site.app.dataframe]
    picker.set_value("#123456")
    site.run()
    assert [table.proto.id for table in site.app.dataframe] == tables, "unsaved edits stay"
    with writing(site.sessions) as session:
        (changed, *_) = projects.labels(session, site.project_id)
        assert (changed.color, changed.key, changed.description) == (
            "#123456",
            first.key,
            first.description,
        )
