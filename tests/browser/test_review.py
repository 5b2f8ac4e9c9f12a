"""A wrong label is found by the bundled model, corrected on the Review page, and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from storage.repository import statistics
from tests.app.material import new_project, submit
from tests.browser.app_kit import MODEL, Site

pytestmark = pytest.mark.xdist_group("browser-site")

TEXT = "Maria Haag joined the Bank of China in Oslo."
WRONG = (("Maria Haag", "PER"), ("Bank of China", "ORG"), ("Oslo", "PER"))


def labels(site: Site, document_id: int) -> list[str]:
    return [span.label for span in site.stored(document_id, submitted=True)]


def test_a_suggestion_is_taken_and_undone_on_the_review_page(tab: Page, model_site: Site) -> None:
    project_id = new_project(model_site.sessions, name="Reviewed", filled=False)
    submit(model_site.sessions, project_id, TEXT, WRONG)
    with model_site.sessions() as session:
        (submission,) = statistics.submissions(session, project_id)
    tab.goto(f"{model_site.url}/review?project={project_id}")
    tab.get_by_role("button", name="Check 1 document").click()
    expect(tab.get_by_text("⟦Oslo⟧ LOC")).to_be_visible(timeout=MODEL)
    tab.get_by_role("button", name="Take the suggestion").first.click()
    expect(tab.get_by_text("and submitted again")).to_be_visible()
    assert labels(model_site, submission.document_id) == ["PER", "ORG", "LOC"]
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_text("and submitted again")).to_be_hidden()
    assert labels(model_site, submission.document_id) == ["PER", "ORG", "PER"]
