"""The page on which administrators say who takes part in a project, and as what."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app.services.team import accounts, members
from tests.app.pages_kit import Site


def test_a_part_that_was_taken_away_elsewhere_does_not_come_back(site: Site) -> None:
    ada = _account(site, "Ada")
    site.app = AppTest.from_function(_members, kwargs={"project_id": site.project_id})
    site.run()
    site.app.selectbox(key=f"part_{site.project_id}_{ada}_not a member").set_value("reviewer")
    site.run()
    assert members.of_project(site.sessions, site.project_id) == {"Ada": "reviewer"}

    members.assign(site.sessions, site.project_id, "Ada", None)
    site.run()
    site.run()
    assert members.of_project(site.sessions, site.project_id) == {}
    assert site.app.selectbox(key=f"part_{site.project_id}_{ada}_not a member").value is None


def test_a_part_stays_with_its_person_when_others_come_before_and_go(site: Site) -> None:
    ada, bo = _account(site, "Ada"), _account(site, "Bo")
    site.app = AppTest.from_function(_members, kwargs={"project_id": site.project_id})
    site.run()
    site.app.selectbox(key=f"part_{site.project_id}_{ada}_not a member").set_value("reviewer")
    site.run()

    accounts.disable(site.sessions, "Ada")
    members.assign(site.sessions, site.project_id, "Ada", None)
    site.run()
    site.app.selectbox(key=f"part_{site.project_id}_{bo}_not a member").set_value("annotator")
    site.run()
    assert members.of_project(site.sessions, site.project_id) == {"Bo": "annotator"}


@pytest.mark.parametrize("page", ["people", "account"])
def test_without_accounts_the_pages_about_them_say_that_there_are_none(
    site: Site, page: str
) -> None:
    site.open(page)
    assert site.app.header[0].value == page.capitalize()
    assert "There are no accounts here" in site.messages()

    site.app.button[0].click()
    site.run()
    assert site.app.header[0].value == "Documents"


def _members(project_id: int) -> None:
    """The part of the page that is about the members."""
    from app import context
    from app.screens.people import tables
    from app.services.operations import projects
    from app.services.team import accounts

    desk = context.create()
    project, _ = projects.locate(desk.sessions, project_id, None)
    assert project is not None
    tables.project_members(desk, project, list(accounts.every(desk.sessions)))


def _account(site: Site, name: str) -> int:
    accounts.add(site.sessions, name, None)
    return next(account.id for account in accounts.every(site.sessions) if account.name == name)
