"""Rules in a real browser: a file of patterns, its suggestions, and a decision on them."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import FilePayload, Page, expect

from app.services.labels import rules
from storage.engine import writing
from storage.repository import documents, projects
from tests.browser.app_kit import AnnotatePage, Site, open_tab
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("browser-site")

TEXT = "Take Aspirin at noon, 100 mg at most, and no ibuprofen."
PATTERNS = (
    {"label": "DRUG", "pattern": [{"lower": "aspirin"}]},
    {"label": "DRUG", "pattern": "ibuprofen"},
    {"label": "DOSE", "pattern": "100 mg"},
    {"label": "DRUG", "pattern": [{"POS": "NOUN"}]},
)


def new_document(site: Site) -> tuple[int, int]:
    with writing(site.sessions) as session:
        project = projects.create(session, "Clinic")
        projects.ensure_labels(session, project.id, ["DRUG"])
        document = documents.add(session, project.id, name="note", text=TEXT, split="train")
        assert document is not None
        return project.id, document.id


def test_a_file_of_patterns_suggests_at_once_and_counts_what_people_decide(
    tab: Page, site: Site
) -> None:
    project_id, document_id = new_document(site)
    tab.goto(f"{site.url}/?project={project_id}")
    open_tab(tab, "Labels")
    content = "\n".join(map(json.dumps, PATTERNS)).encode()
    file = FilePayload(name="patterns.jsonl", mimeType="application/jsonl", buffer=content)
    form = tab.get_by_test_id("stForm").filter(has_text="Terms, one per line")
    form.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([file])
    expect(form.get_by_text("patterns.jsonl", exact=True)).to_be_visible()
    form.get_by_role("button", name="Import rules").click()
    expect(tab.get_by_text("3 rules imported · 1 not imported · new labels: DOSE")).to_be_visible()
    expect(tab.get_by_text("no tagger or parser runs here")).to_be_visible()

    desk = AnnotatePage(tab)
    desk.open(site.url, document_id, project_id)
    expect(tab.get_by_text("3 suggestions by rules.")).to_be_visible()
    aspirin, _, ibuprofen = desk.suggested()
    desk.select(aspirin)
    expect(tab.get_by_test_id("about").first).to_have_text("DRUG · suggested · by a rule")
    desk.press("a")
    desk.select(ibuprofen)
    desk.press("x")
    desk.is_saved()

    def counts() -> dict[str, tuple[int, int]]:
        known = rules.listed(site.sessions, project_id).rules
        return {rule.pattern: (rule.accepted, rule.rejected) for rule in known}

    until(lambda: counts() == {"aspirin": (1, 0), "ibuprofen": (0, 1), "100 mg": (0, 0)})
