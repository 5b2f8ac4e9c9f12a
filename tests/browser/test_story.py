"""A newcomer's whole story, played on the bundled model."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_kit import AnnotatePage, Site, environment, go_to, worker

pytestmark = pytest.mark.xdist_group("browser-site")

BIOGRAPHY, MAIL, HARBOUR = 2, 4, 1
OUTER, INNER = "Warsaw University of Technology", "Warsaw"
JOB = 300_000  # milliseconds that a small retraining may take on a busy machine


def test_the_whole_story(tab: Page, model_site: Site, tmp_path: Path) -> None:
    page, url = tab, model_site.url
    with worker(environment(model_site.data), tmp_path / "worker.log"):
        desk = _opens_a_document_with_suggestions(page, url)
        _scrubs_the_steps(page, desk)
        stored = _decides_and_submits(desk, model_site)
        _finds_everything_after_a_reload(page, url, desk, stored)
        _submits_two_more(url, desk)
        _exports(page, tmp_path)
        _retrains_and_promotes(page)
        _next_document_is_read_by_the_new_model(page, url, desk)


def _opens_a_document_with_suggestions(page: Page, url: str) -> AnnotatePage:
    page.goto(url)
    expect(page.get_by_text("0 of 38 documents submitted")).to_be_visible()
    page.get_by_role("button", name="Continue annotating").click()
    desk = AnnotatePage(page)
    desk.shows("01-harbour-reopens")
    desk.open(url, BIOGRAPHY)
    desk.shows("02-a-life-in-bridges")
    assert len(desk.suggested()) >= 3, "the story needs three suggestions"
    return desk


def _scrubs_the_steps(page: Page, desk: AnnotatePage) -> None:
    desk.text.focus()
    desk.press("d")
    view = page.locator(".denoising")
    readout = view.locator(".readout")
    expect(readout).to_have_text(re.compile("60 random spans|Step|Done"))
    view.press("Home")
    expect(readout).to_have_text("60 random spans: nothing is known yet")
    view.locator(".seek").fill("3")
    expect(readout).to_have_text(re.compile("^Step 3 of 5: "))
    view.press("End")
    expect(readout).to_have_text(re.compile("^Done: "))
    go_to(page, "Annotate")
    desk.shows("02-a-life-in-bridges")


def _decides_and_submits(desk: AnnotatePage, site: Site) -> dict[str, tuple[str, str]]:
    accepted, corrected, rejected = desk.suggested()[:3]
    desk.select(accepted)
    desk.press("a")
    was = desk.select(corrected)["label"]
    desk.press("4" if was != "MISC" else "1")
    desk.select(rejected)
    desk.press("x")
    for words, key in ((OUTER, "2"), (INNER, "3")):
        desk.press("Escape")
        desk.drag(words)
        desk.press(key)
    desk.is_saved()

    spans = {span.key: span for span in site.stored(BIOGRAPHY)}
    assert spans[accepted].status == "accepted"
    assert spans[corrected].label == ("MISC" if was != "MISC" else "PER")
    assert spans[rejected].status == "rejected"
    _holds_the_nested_pair(desk, site)

    desk.press("Control+Enter")
    desk.shows("03-council-minutes")
    final = {span.key: span for span in site.stored(BIOGRAPHY, submitted=True)}
    assert final[rejected].status == "rejected"
    assert all(span.status != "suggested" for span in final.values())
    return {key: (span.label, span.status) for key, span in final.items()}


def _holds_the_nested_pair(desk: AnnotatePage, site: Site) -> None:
    text = "".join(desk.text.locator(".txt").all_inner_texts())
    assert OUTER in text
    live = [span for span in site.stored(BIOGRAPHY) if span.status == "accepted"]
    outer = next(s for s in live if s.label == "ORG" and s.end - s.start == len(OUTER))
    inner = next(s for s in live if s.label == "LOC" and s.start == outer.start)
    assert inner.end == inner.start + len(INNER) < outer.end


def _finds_everything_after_a_reload(
    page: Page, url: str, desk: AnnotatePage, stored: dict[str, tuple[str, str]]
) -> None:
    desk.open(url, BIOGRAPHY)
    page.reload()
    desk.shows("02-a-life-in-bridges")
    expect(desk.state).to_have_text("read-only")
    expect(desk.page.get_by_test_id("undo")).to_be_hidden()
    expect(desk.page.get_by_test_id("history")).to_be_visible()
    statuses = [status for _, status in stored.values()]
    assert desk.counts() == (
        f"0 to review · {statuses.count('accepted')} accepted · "
        f"{statuses.count('rejected')} rejected"
    )
    shown = desk.bars.evaluate_all(
        "bars => bars.map(b => [b.dataset.id, b.dataset.label, b.dataset.status])"
    )
    assert {key: (label, status) for key, label, status in shown} == {
        key: value for key, value in stored.items() if value[1] != "rejected"
    }


def _submits_two_more(url: str, desk: AnnotatePage) -> None:
    """One with suggestions, and one that is held out and has none."""
    for document, name in ((HARBOUR, "01-harbour-reopens"), (MAIL, "04-mail-about-a-shipment")):
        desk.open(url, document)
        desk.shows(name)
        if document == MAIL:
            expect(desk.bars).to_have_count(0)
            desk.drag("Teresa Amoroso")
            desk.press("1")
        desk.text.focus()
        desk.press("Control+Enter")
        expect(desk.page.get_by_role("heading", name=name)).to_be_hidden()
        desk.ready()


def _exports(page: Page, folder: Path) -> None:
    go_to(page, "Export")
    expect(page.get_by_text(re.compile("^3 documents"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .jsonl").click()
    path = folder / "export.jsonl"
    download.value.save_as(path)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(records) == 3
    biography = next(record for record in records if record["name"] == "02-a-life-in-bridges")
    marked = {
        (biography["text"][entity["start"] : entity["end"]], entity["label"])
        for entity in biography["entities"]
    }
    assert {(OUTER, "ORG"), (INNER, "LOC")} <= marked


def _retrains_and_promotes(page: Page) -> None:
    go_to(page, "Train")
    page.get_by_role("button", name="Settings").click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1")
    epochs.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start retraining").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_text("Last retraining")).to_be_visible(timeout=JOB)
    expect(page.get_by_test_id("stMetric").filter(has_text="F1").first).to_be_visible()
    page.get_by_role("button", name="Promote version 2").click()
    page.get_by_role("button", name="Promote anyway").click()  # one held-out entity says little
    expect(page.get_by_text("This version now makes the suggestions.")).to_be_visible()


def _next_document_is_read_by_the_new_model(page: Page, url: str, desk: AnnotatePage) -> None:
    page.goto(url)
    expect(page.get_by_text("3 of 38 documents submitted")).to_be_visible()
    page.get_by_role("button", name="Continue annotating").click()
    desk.ready()
    expect(page.get_by_text(re.compile("model version 2", re.IGNORECASE))).to_be_visible()
