from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from app.components.denoising import sentence_payload
from tests.app.traces import COLOURS, build_trace

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(serve: Callable[..., str]) -> str:
    return serve("tests/browser/denoising_demo.py")


@pytest.fixture
def view(page: Page, demo: str) -> Locator:
    """The view on the English trace, for a reader who asked for reduced motion."""
    return _opened(page, demo)


def _opened(page: Page, demo: str, query: str = "") -> Locator:
    page.goto(f"{demo}/?{query}")
    view = page.locator(".denoising")
    expect(view.locator(".readout")).to_have_text(re.compile("step|done"), timeout=60_000)
    return view


def _position(view: Locator) -> float:
    return float(view.get_attribute("data-position") or "nan")


def _box(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def _right(box: FloatRect) -> float:
    return box["x"] + box["width"]


def test_arrow_keys_step_through_the_frames(view: Locator) -> None:
    readout = view.locator(".readout")
    expect(readout).to_have_text("step 0 / 5 · t = 1000 · 60 random spans")
    view.press("ArrowRight")
    view.press("ArrowRight")
    expect(readout).to_have_text(re.compile(r"step 2 / 5 · t = 600 · \d+ of 60 spans confident"))
    view.press("ArrowLeft")
    expect(readout).to_have_text(re.compile("step 1 / 5 · t = 800"))
    view.press("End")
    expect(readout).to_have_text("done · 7 entities from 60 noisy spans")
    view.press("Home")
    expect(readout).to_have_text(re.compile("step 0 / 5"))


def test_the_slider_scrubs_and_speaks_the_step(view: Locator) -> None:
    seek = view.locator(".seek")
    seek.fill("3")
    expect(view.locator(".readout")).to_have_text(re.compile("step 3 / 5"))
    assert "step 3 / 5" in (seek.get_attribute("aria-valuetext") or "")
    expect(view.locator(".spoken")).to_contain_text("Step 3 / 5")


def test_the_final_bars_are_the_kept_entities(view: Locator) -> None:
    bars = view.locator("button.entity")
    expect(bars).to_have_count(7)
    expect(bars.first).to_be_hidden()
    view.press("End")
    expect(bars.first).to_be_visible()
    shown = bars.evaluate_all(
        "all => all.map(b => [+b.dataset.start, +b.dataset.end, b.dataset.label])"
    )
    trace = build_trace()
    first = trace.sentences[0]
    wanted = [[e.start, e.end, e.label] for e in trace.entities if e.end <= first[-1].end]
    assert shown == wanted


def test_reduced_motion_waits_to_be_asked_and_jumps_from_frame_to_frame(view: Locator) -> None:
    view.page.wait_for_timeout(1000)
    assert _position(view) == 0
    view.locator(".speed").select_option("2")
    view.page.evaluate(
        """() => { const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot)
             .find(s => s?.querySelector('.denoising')).querySelector('.denoising');
           window.seen = [];
           new MutationObserver(() => window.seen.push(+root.dataset.position))
             .observe(root, { attributes: true, attributeFilter: ['data-position'] }); }"""
    )
    view.press("Space")
    expect(view.locator(".play")).to_have_attribute("aria-label", "Pause")
    expect(view.locator(".readout")).to_have_text(re.compile("^done"), timeout=15_000)
    expect(view.locator(".play")).to_have_attribute("aria-label", "Play")
    assert sorted(set(view.page.evaluate("window.seen"))) == [0, 1, 2, 3, 4, 5, 6]


def test_hovering_over_an_entity_tells_how_many_spans_collapsed_on_it(view: Locator) -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    entity = payload["entities"][1]
    view.press("End")
    view.locator("button.entity").nth(1).hover()
    expect(view.locator(".note")).to_have_text(
        f"{len(entity['collapsed'])} of 60 noisy spans collapsed here · LOC · "
        f"{round(entity['score'] * 100)} %"
    )


def test_a_clicked_entity_stays_marked_while_the_film_runs_back(view: Locator) -> None:
    view.press("End")
    view.locator("button.entity").nth(1).click()
    view.page.mouse.move(0, 0)
    view.page.keyboard.press("ArrowLeft")
    view.page.keyboard.press("ArrowLeft")
    expect(view.locator(".readout")).to_have_text(re.compile("step 4 / 5"))
    expect(view.locator(".note")).to_have_text(re.compile("noisy spans collapsed here · LOC"))


def test_each_bar_lies_under_its_own_words(view: Locator) -> None:
    view.press("End")
    payload = sentence_payload(build_trace(), 0, COLOURS)
    for number, entity in enumerate(payload["entities"]):
        bar = _box(view.locator("button.entity").nth(number))
        first = _box(view.locator(".text span").nth(entity["start"]))
        last = _box(view.locator(".text span").nth(entity["end"] - 1))
        assert bar["x"] == pytest.approx(first["x"], abs=1.5)
        assert 0 <= bar["y"] - first["y"] - first["height"] < 80
        if last["y"] == first["y"]:
            assert _right(bar) == pytest.approx(_right(last), abs=1.5)


def test_bars_under_right_to_left_words_start_at_the_right(page: Page, demo: str) -> None:
    view = _opened(page, demo, "trace=scripts")
    view.press("End")
    bar = _box(view.locator("button.entity").first)
    first, last = (_box(view.locator(".text span").nth(i)) for i in (1, 2))
    assert bar["x"] == pytest.approx(last["x"], abs=1.5)
    assert _right(bar) == pytest.approx(_right(first), abs=1.5)


def test_markup_in_the_text_is_shown_and_never_run(page: Page, demo: str) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    view = _opened(page, demo, "trace=hostile")
    expect(view.locator(".text")).to_have_text("Ann <img src=x onerror=alert(1)> met Bob .")
    view.press("End")
    expect(view.locator("button.entity").first).to_be_visible()
    assert view.locator("img").count() == 0
    assert alerts == []


@pytest.fixture
def moving(browser: Browser) -> Iterator[Page]:
    """A page of a reader who has nothing against motion."""
    context = browser.new_context(reduced_motion="no-preference", color_scheme="dark")
    yield context.new_page()
    context.close()


def test_the_film_plays_by_itself_glides_and_stops_at_the_end(moving: Page, demo: str) -> None:
    faults: list[str] = []
    moving.on("pageerror", lambda error: faults.append(str(error)))
    view = _opened(moving, demo)
    expect(view).to_have_class(re.compile("playing"))
    expect(view).to_have_attribute("data-position", re.compile(r"\.\d*[1-9]"))
    expect(view.locator(".readout")).to_have_text(re.compile("^done"), timeout=30_000)
    expect(view).not_to_have_class(re.compile("playing"))
    assert _position(view) == 6
    assert faults == []


def test_another_sentence_starts_a_new_film(moving: Page, demo: str) -> None:
    view = _opened(moving, demo, "still=1")
    view.press("End")
    moving.get_by_role("combobox").first.click()
    moving.get_by_role("option").nth(1).click()
    expect(view.locator(".text")).to_have_text(re.compile("It rained"))
    assert _position(view) == 0
    view.press("End")
    expect(view.locator(".readout")).to_have_text("done · 0 entities from 60 noisy spans")
