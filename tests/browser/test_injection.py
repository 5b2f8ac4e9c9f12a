"""What people and files bring in is shown as it is, on every page, and never run.

The browser is told to pass over the page's own policy for scripts, so that only what the page does
with the text counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.services.team import accounts, sign_in
from app.web.gate import COOKIE
from storage.engine import writing
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, projects
from tests.browser.accounts_kit import GOOD
from tests.browser.app_kit import AnnotatePage, Site, open_tab, settled
from tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.xdist_group("browser-accounts")

Go = Callable[[str], None]
IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</span><script>alert(1)</script>"
ENTITY = "&lt;script&gt;alert(1)&lt;/script&gt;"
LINK = "[here](javascript:alert(1)) [there](data:text/html,<script>alert(1)</script>)"
WHO = f"{IMAGE} Anna"
TEXT = f"Mr {IMAGE} met {SCRIPT} near {ENTITY} and {LINK}."


@pytest.fixture(scope="module")
def project(accounts_site: Site) -> int:
    """Its every name and text is hostile, as are the names of people."""
    sessions = accounts_site.sessions
    accounts.add(sessions, WHO, GOOD, administrator=True)
    accounts.add(sessions, f"{SCRIPT} Bo", GOOD)
    with writing(sessions) as session:
        project = projects.create(session, f"{IMAGE} project")
        projects.add_label(session, project.id, f"{IMAGE} L", description=SCRIPT)
        projects.add_label(session, project.id, f"{SCRIPT} M", description=ENTITY)
        projects.configure(
            session,
            project.id,
            guidelines=f"{IMAGE} {SCRIPT} {ENTITY} {LINK}",
            holdout_share=0.2,
            queue="arrival",
            nested=True,
        )
        for number, split in enumerate(("train", "dev")):
            added = documents.add(
                session, project.id, name=f"{IMAGE} {number}", text=f"{TEXT} {number}", split=split
            )
            assert added is not None
            added.comment = f"{IMAGE} {SCRIPT}"
            spans = [SpanRecord(3, 3 + len(IMAGE), f"{IMAGE} L", key="e1")]
            state = "submitted" if number else "draft"
            annotation_sets.add_person_set(
                session, added.id, spans, person=WHO, state=state, parent_id=None
            )
            added.status = "submitted" if number else "in_progress"
    return project.id


@pytest.fixture(scope="module")
def hostile_tab(
    kept_tab: Page, accounts_site: Site, project: int
) -> Iterator[tuple[Page, list[str]]]:
    """Signed in as the hostile name; and what dialogs said."""
    context = kept_tab.context
    token = sign_in.sign_in(accounts_site.sessions, WHO, GOOD)
    context.add_cookies([{"name": COOKIE, "value": token, "url": accounts_site.url}])
    page = context.new_page()
    context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    yield page, ran
    page.close()
    context.clear_cookies()


@pytest.fixture
def opened(hostile_tab: tuple[Page, list[str]]) -> Iterator[Page]:
    """Whatever opens a dialog fails the test."""
    expect.set_options(timeout=PATIENCE)
    page, ran = hostile_tab
    ran.clear()
    yield page
    assert ran == [], "a text was run"
    assert page.locator("img[src='x'], a[href^='javascript:']").count() == 0


@pytest.fixture
def go(opened: Page, accounts_site: Site, project: int) -> Go:
    def goes_to(path: str) -> None:
        opened.goto(f"{accounts_site.url}/{path}?project={project}")
        settled(opened)

    return goes_to


@pytest.mark.parametrize(
    "path", ["denoise", "playground", "review", "train", "figures", "export", "account", "people"]
)
def test_a_page_shows_hostile_names_and_runs_none(opened: Page, go: Go, path: str) -> None:
    go(path)

    shown = WHO if path == "account" else f"{IMAGE} project"
    if path not in ("denoise", "playground"):
        assert shown in opened.locator("body").inner_text() + "".join(
            opened.locator("input").evaluate_all("all => all.map(each => each.value)")
        )


def test_the_documents_page_shows_hostile_labels_and_guidelines(opened: Page, go: Go) -> None:
    go("")

    for tab in ("Add documents", "Labels", "Settings", "Trash", "All documents"):
        open_tab(opened, tab)
        settled(opened)
    open_tab(opened, "Labels")
    views = opened.get_by_test_id("stHtml").locator("span")
    expect(views.filter(has_text=f"{IMAGE} L").first).to_be_visible()


def test_a_file_with_a_hostile_name_and_hostile_faults_is_told_of_literally(
    opened: Page, go: Go, tmp_path: Path
) -> None:
    go("")
    open_tab(opened, "Add documents")
    opened.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        {
            "name": f"{IMAGE}.jsonl",
            "mimeType": "application/jsonl",
            "buffer": f'{{"text": "x", "spans": "{IMAGE}"}}\n{SCRIPT}\n'.encode(),
        }
    )
    settled(opened)

    expect(opened.get_by_text(IMAGE).first).to_be_visible()


def test_the_annotator_shows_hostile_text_labels_and_comments(opened: Page, go: Go) -> None:
    annotate = AnnotatePage(opened)
    go("annotate")
    annotate.ready()

    opened.get_by_role("button", name="Guidelines").click()
    expect(opened.get_by_text("data:text/html").first).to_be_visible()
    expect(opened.locator("a[href^='data:'], a[href^='javascript:']")).to_have_count(0)
    assert IMAGE in annotate.text.inner_text()
    assert SCRIPT in annotate.text.inner_text()
    assert ENTITY in annotate.text.inner_text()
    annotate.bars.first.click()
    annotate.bars.first.hover()
    opened.keyboard.press("?")
    expect(opened.get_by_text(f"{IMAGE} L").first).to_be_visible()


def test_comments_tooltips_and_the_history_show_hostile_names(opened: Page, go: Go) -> None:
    annotate = AnnotatePage(opened)
    go("annotate")
    annotate.ready()
    field = opened.get_by_test_id("comment-field")
    expect(field).to_have_value(f"{IMAGE} {SCRIPT}")
    field.fill(f"{SCRIPT} {IMAGE} {LINK}")
    annotate.bars.first.hover()
    annotate.bars.first.click()
    annotate.press("Delete")
    annotate.is_saved()
    annotate.press("Shift+H")

    dialog = opened.get_by_role("dialog", name="History")
    expect(dialog.get_by_text(WHO).first).to_be_visible()
    for view in dialog.get_by_role("button", name="View").all()[:2]:
        view.click()
        settled(opened)
    expect(dialog.get_by_text(f"{IMAGE} L").first).to_be_visible()
