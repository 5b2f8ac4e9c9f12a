from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from app.components.denoising import sentence_payload
from app.components.denoising.sharing import standalone
from tests.app.traces import COLOURS, build_trace
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-demos")


@pytest.fixture
def view(tab: Page, demos: Served) -> Locator:
    """The view on the English trace, for a reader who asked for reduced motion."""
    return _opened(tab, demos)


def _opened(page: Page, demos: Served, query: str = "") -> Locator:
    page.goto(f"{demos}/?demo=denoising_demo&{query}")
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


def test_reduced_motion_waits_to_be_asked_and_jumps_from_frame_to_frame(
    page: Page, demos: Served
) -> None:
    page.clock.install()
    view = _opened(page, demos)
    page.clock.run_for(10_000)
    assert _position(view) == 0
    view.locator(".speed").select_option("2")
    page.evaluate(
        """() => { const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot)
             .find(s => s?.querySelector('.denoising')).querySelector('.denoising');
           window.seen = [];
           new MutationObserver(() => window.seen.push(+root.dataset.position))
             .observe(root, { attributes: true, attributeFilter: ['data-position'] }); }"""
    )
    view.press("Space")
    expect(view.locator(".play")).to_have_attribute("aria-label", "Pause")
    page.clock.run_for(10_000)
    expect(view.locator(".readout")).to_have_text(re.compile("^done"))
    expect(view.locator(".play")).to_have_attribute("aria-label", "Play")
    assert sorted(set(page.evaluate("window.seen"))) == [0, 1, 2, 3, 4, 5, 6]


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


def test_bars_under_right_to_left_words_start_at_the_right(page: Page, demos: Served) -> None:
    view = _opened(page, demos, "trace=scripts")
    view.press("End")
    bar = _box(view.locator("button.entity").first)
    first, last = (_box(view.locator(".text span").nth(i)) for i in (1, 2))
    assert bar["x"] == pytest.approx(last["x"], abs=1.5)
    assert _right(bar) == pytest.approx(_right(first), abs=1.5)


def test_markup_in_the_text_is_shown_and_never_run(page: Page, demos: Served) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    view = _opened(page, demos, "trace=hostile")
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


def test_the_film_plays_by_itself_glides_and_stops_at_the_end(moving: Page, demos: Served) -> None:
    faults: list[str] = []
    moving.on("pageerror", lambda error: faults.append(str(error)))
    moving.clock.install()
    view = _opened(moving, demos, "charts=1")
    expect(view).to_have_class(re.compile("playing"))
    moving.clock.run_for(1000)
    expect(view).to_have_attribute("data-position", re.compile(r"\.\d*[1-9]"))
    moving.clock.fast_forward(60_000)
    expect(view.locator(".readout")).to_have_text(re.compile("^done"))
    expect(view).not_to_have_class(re.compile("playing"))
    assert _position(view) == 6
    assert faults == []


def test_another_sentence_starts_a_new_film(moving: Page, demos: Served) -> None:
    view = _opened(moving, demos, "still=1")
    view.press("End")
    moving.get_by_role("combobox").first.click()
    moving.get_by_role("option").nth(1).click()
    expect(view.locator(".text")).to_have_text(re.compile("It rained"))
    assert _position(view) == 0
    view.press("End")
    expect(view.locator(".readout")).to_have_text("done · 0 entities from 60 noisy spans")


def test_a_clicked_entity_tells_its_noisy_spans_its_steps_and_its_runners_up(
    view: Locator,
) -> None:
    entity = sentence_payload(build_trace(), 0, COLOURS)["entities"][3]
    view.press("End")
    expect(view.locator(".inspector")).to_be_hidden()
    view.locator("button.entity").nth(3).click()
    inspector = view.locator(".inspector")
    expect(inspector.locator(".title")).to_have_text("New York University Hospital ORG")
    expect(inspector.locator(".spans button")).to_have_text(
        [str(k + 1) for k in entity["collapsed"]]
    )
    expect(inspector.locator(".edges")).to_have_text(
        re.compile(r"Runner-up boundaries at step 5 · left: York \d+ % · right: 🏥 \d+ %")
    )
    rows = inspector.locator("table tr")
    expect(rows).to_have_count(6)
    last = rows.last.locator("td")
    expect(last.nth(2)).to_have_text("New York University Hospital")
    expect(last.nth(3)).to_have_text("ORG")
    expect(last.nth(7)).to_have_text(re.compile(r"^York \d+ %"))
    expect(view.page.get_by_text("chosen: 3 None")).to_be_visible()
    inspector.get_by_role("button", name="Close").click()
    expect(inspector).to_be_hidden()
    expect(view.page.get_by_text("chosen: None None")).to_be_visible()


def test_n_walks_through_the_noisy_spans_of_the_chosen_entity(view: Locator) -> None:
    collapsed = sentence_payload(build_trace(), 0, COLOURS)["entities"][3]["collapsed"]
    view.press("End")
    view.locator("button.entity").nth(3).press("Enter")
    title = view.locator(".title")
    for k in collapsed[:2]:
        view.press("n")
        expect(title).to_have_text(f"Noisy span {k + 1} ORG")
    view.press("Shift+N")
    expect(title).to_have_text(f"Noisy span {collapsed[0] + 1} ORG")
    expect(view.page.get_by_text(f"chosen: 3 {collapsed[0]}", exact=True)).to_be_visible()
    expect(view.locator(".spoken")).to_have_text(
        f"noisy span {collapsed[0] + 1} collapsed on New York University Hospital"
    )
    view.press("Escape")
    expect(view.locator(".inspector")).to_be_hidden()


def test_a_noisy_span_can_be_named_by_its_number(view: Locator) -> None:
    view.locator(".pick").fill("7")
    expect(view.locator(".title")).to_have_text(re.compile("^Noisy span 7 "))
    view.locator(".pick").fill("61")
    expect(view.locator(".inspector")).to_be_hidden()


def test_a_click_on_a_thin_bar_shows_its_trajectory(view: Locator) -> None:
    """Where one bar lies alone, a click finds it; beside all bars it finds none."""
    payload = sentence_payload(build_trace(), 0, COLOURS)
    view.press("ArrowRight")
    stage = view.locator(".stage")
    hit = None
    for y in range(34, 80):
        stage.hover(position={"x": 300, "y": y})
        if "hits" in (stage.get_attribute("class") or ""):
            hit = y
            break
    assert hit is not None
    stage.click(position={"x": 300, "y": hit})
    expect(view.locator(".title")).to_have_text(re.compile(r"^Noisy span \d+"))
    k = int(view.locator(".pick").input_value()) - 1
    expect(view.locator(".title")).to_have_text(re.compile(f"^Noisy span {k + 1} "))
    first = view.locator("table tr").nth(1).locator("td")
    start, end = payload["frames"][0]["at"][k]
    shown = [float(number) for number in first.nth(1).inner_text().split(" – ")]
    assert shown == pytest.approx([start, end], abs=0.06)
    expect(view.locator("table tr.now td").first).to_have_text("1")
    stage.click(position={"x": 300, "y": 3})
    expect(view.locator(".inspector")).to_be_hidden()


def test_a_row_of_the_table_seeks_to_its_step(view: Locator) -> None:
    view.press("n")
    view.locator("table tr").nth(4).click()
    assert _position(view) == 4
    expect(view.locator("table tr.now td").first).to_have_text("4")


def test_a_film_of_200_noisy_spans_and_100_words_keeps_up(page: Page, demos: Served) -> None:
    """A frame measures nothing on the page, and draws a shape or two for each span."""
    view = _opened(page, demos, "trace=long&still=1")
    view.press("n")
    counts = view.evaluate(
        """(root) => {
            const counts = {measured: 0, filled: 0};
            const count = (type, method, what) => {
                const real = type.prototype[method];
                type.prototype[method] = function (...given) {
                    counts[what] += 1;
                    return real.apply(this, given);
                };
            };
            for (const type of [Element, Range]) {
                count(type, 'getBoundingClientRect', 'measured');
                count(type, 'getClientRects', 'measured');
            }
            for (const method of ['fill', 'fillRect', 'stroke', 'fillText']) {
                count(CanvasRenderingContext2D, method, 'filled');
            }
            const seek = root.querySelector('.seek');
            for (let i = 0; i < 60; i++) {
                seek.value = 0.3 + i / 3;
                seek.dispatchEvent(new Event('input'));
            }
            return counts;
        }"""
    )
    assert counts["measured"] == 0
    assert 60 * 200 <= counts["filled"] <= 60 * 3 * 200


@pytest.fixture
def shared(tmp_path: Path) -> str:
    """A film as a file on disk, of a sentence that tries to break out."""
    text = "Ann </script><script>alert(1)</script> <img src=x onerror=alert(1)> met Bob ."
    trace = build_trace(((text, ((0, 1, "PER"), (-2, -1, "PER"))),))
    payload = sentence_payload(trace, 0, COLOURS)
    file = tmp_path / "film.html"
    file.write_text(standalone(payload, title="A film", caption="seed 0"), encoding="utf-8")
    return file.as_uri()


def test_a_shared_film_plays_from_its_file_alone(moving: Page, shared: str) -> None:
    asked: list[str] = []
    faults: list[str] = []
    moving.on("request", lambda request: asked.append(request.url))
    moving.on("pageerror", lambda error: faults.append(str(error)))
    moving.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    moving.clock.install()
    moving.goto(shared)
    view = moving.locator(".denoising")
    expect(view).to_have_class(re.compile("playing"))
    moving.clock.run_for(1000)
    moving.clock.fast_forward(60_000)
    expect(view.locator(".readout")).to_have_text(re.compile("^done"))
    expect(view.locator(".text")).to_contain_text("</script><script>alert(1)</script>")
    view.locator("button.entity").first.click()
    expect(view.locator(".title")).to_have_text("Ann PER")
    view.press("Home")
    expect(view.locator(".readout")).to_have_text(re.compile("step 0 / 5"))
    assert view.locator("img").count() == 0
    assert asked == [shared]
    assert faults == []
