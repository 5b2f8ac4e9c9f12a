"""The app with accounts, behind its gate, and a browser that signs in."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from app.services.operations.samples import seed_sample_project
from app.services.operations.startup import SAMPLES
from app.services.team import accounts, members
from storage.engine import Sessions, create_engine_from, session_factory
from tests.databases import copy_migrated

GOOD = "seven grey herons rowing"
SERVER = "app/server.py"


def people_in(data: Path, administrator: str = "Anna", annotator: str = "Bo") -> Sessions:
    """A database with the sample project, an administrator, and an annotator of it."""
    engine = create_engine_from(f"sqlite:///{copy_migrated(data / 'spanneal.db')}")
    sessions = session_factory(engine)
    project = seed_sample_project(sessions, SAMPLES)
    assert project is not None
    accounts.add(sessions, administrator, GOOD, administrator=True)
    accounts.add(sessions, annotator, GOOD)
    members.assign(sessions, project, annotator, "annotator")
    return sessions


def sign_in(page: Page, url: str, name: str, password: str = GOOD) -> None:
    page.goto(f"{url}/sign-in")
    fill(page, name, password)
    expect(page.get_by_test_id("stApp")).to_be_visible()


def fill(page: Page, name: str, password: str = GOOD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
