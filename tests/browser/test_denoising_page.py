"""The Denoise page with the bundled model: what is turned and clicked has its effect at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.services.model_registry.registry import ModelRegistry
from storage.models import Document
from tests.browser.app_kit import MODEL, SETTLED, AnnotatePage, Site, settled

pytestmark = pytest.mark.xdist_group("browser-site")

TURN = """() => new Promise((done) => {
    const inside = (root) => {
        for (const each of root.querySelectorAll('*')) {
            if (each.classList.contains('denoising')) return each;
            const found = each.shadowRoot && inside(each.shadowRoot);
            if (found) return found;
        }
        return null;
    };
    const app = document.querySelector('[data-testid=stApp]');
    const state = 'data-test-script-state';
    let runs = 0;
    new MutationObserver(() => { runs += app.getAttribute(state) === 'running'; }).observe(
        app, { attributes: true, attributeFilter: [state] });
    new MutationObserver((_, observer) => {
        observer.disconnect();
        done(runs);
    }).observe(inside(document), { attributes: true, attributeFilter: ['data-animation'] });
    document.querySelector('[data-testid=stNumberInputStepUp]').click();
})"""
"""Presses the seed's +; answers with the runs of the page until another film is there."""


@pytest.fixture
def view(tab: Page, model_site: Site) -> Locator:
    tab.goto(f"{model_site.url}/playground")
    view = tab.locator(".denoising")
    expect(view.locator(".readout")).to_have_text(re.compile("random spans"), timeout=MODEL)
    tab.wait_for_function(SETTLED)
    return view


def test_a_turned_dial_shows_its_film_in_the_very_next_run(view: Locator) -> None:
    assert view.page.evaluate(TURN) == 1


def test_a_clicked_entity_is_drawn_in_the_pictures_and_the_downloaded_film_plays(
    view: Locator, model_site: Site, tmp_path: Path
) -> None:
    view.press("End")
    entity = view.locator("button.entity").nth(1)
    name = (entity.get_attribute("aria-label") or "").split(",")[0]
    entity.click()
    expect(view.locator(".title")).to_contain_text(name)
    expect(
        view.page.get_by_text(re.compile(f"Boundary probabilities of “{re.escape(name)}”"))
    ).to_be_visible()
    expect(view.page.get_by_text("chosen").first).to_be_visible()

    words = view.locator(".text").text_content()
    with view.page.expect_download() as downloading:
        view.page.get_by_role("button", name="Animation (HTML)").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    view.page.goto(file.as_uri())
    animation = view.page.locator(".denoising")
    animation.press("End")
    expect(animation.locator(".readout")).to_have_text(re.compile(r"^Done: \d+ entities"))
    assert animation.locator(".text").text_content() == words
    active = ModelRegistry(model_site.sessions).active()
    assert active is not None
    made_by = re.compile(f"Model version {active.id} · γ = 5 · K = 60")
    expect(view.page.get_by_text(made_by)).to_be_visible()


SCROLL = "(box, top) => { box.scrollTop = top; return box.scrollTop; }"


def test_d_opens_the_selected_spans_sentence_and_back_returns_to_the_same_place(
    tab: Page, model_site: Site
) -> None:
    project_id, ids = model_site.own_samples("There and back")
    page = AnnotatePage(tab)
    page.open(str(model_site.url), ids[2], project_id)
    span = page.suggested()[-1]
    page.select(span)
    scrolled = page.text.evaluate(SCROLL, 40)
    page.press("d")

    view = tab.locator(".denoising")
    expect(view.locator(".readout")).to_have_text(re.compile("random spans"), timeout=MODEL)
    settled(tab)
    sentence = view.locator(".text").text_content() or ""
    with model_site.sessions() as session:
        document = session.get_one(Document, ids[2])
    (stored,) = [record for record in model_site.stored(ids[2]) if record.key == span]
    assert document.text[stored.start : stored.end] in sentence
    assert not document.text.startswith(sentence), "not the first sentence, as without a span"

    tab.get_by_role("button", name="Back to the document").click()
    page.ready()
    expect(tab.get_by_test_id("popover")).to_be_visible()
    tab.wait_for_function(
        "([box, top]) => box.scrollTop === top", arg=[page.text.element_handle(), scrolled]
    )


IN_LINE = """() => [...document.querySelector('.st-key-denoise_overview').parentElement.children]
    .map(part => part.getBoundingClientRect()).filter(({width}) => width)
    .map(({top, bottom}) => Math.round((top + bottom) / 2))"""
"""The heights at which the middles of the top line's parts lie."""


@pytest.mark.parametrize("text", ["Document", "My text"])
def test_title_text_and_dials_stand_in_one_line_at_1280_pixels(
    page: Page, model_site: Site, text: str
) -> None:
    project, ids = model_site.own_samples(f"{text} of the European Central Bank, second series")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{model_site.url}/denoise?project={project}&document={ids[1]}")
    page.get_by_role("radio", name=text, exact=True).click()
    expect(page.locator(".denoising .readout")).to_be_visible(timeout=MODEL)
    settled(page)
    heights = page.evaluate(IN_LINE)
    assert len(heights) >= 8
    assert max(heights) - min(heights) <= 2
