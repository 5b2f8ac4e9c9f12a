from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.components.denoising import sentence_payload
from tests.app.traces import COLOURS, build_trace
from tests.browser.app_kit import settled
from tests.browser.denoising_kit import box_of, opened_view, position_of, right_of
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-demos")


def test_arrow_keys_step_through_the_frames(view: Locator) -> None:
    readout = view.locator(".readout")
    expect(readout).to_have_text("60 random spans: nothing is known yet")
    view.press("ArrowRight")
    view.press("ArrowRight")
    expect(readout).to_have_text(
        re.compile(r"^Step 2 of 5: \d+ of 60 spans aim at a name, \d+ within a word of it")
    )
    view.press("ArrowLeft")
    expect(readout).to_have_text(re.compile("^Step 1 of 5: "))
    view.press("End")
    expect(readout).to_have_text("Done: 7 entities from 60 random spans")
    view.press("Home")
    expect(readout).to_have_text(re.compile("^60 random spans"))


def test_the_slider_scrubs_and_speaks_the_step(view: Locator) -> None:
    seek = view.locator(".seek")
    seek.fill("3")
    expect(view.locator(".readout")).to_have_text(re.compile("^Step 3 of 5"))
    assert "Step 3 of 5" in (seek.get_attribute("aria-valuetext") or "")
    expect(view.locator(".spoken")).to_contain_text("Step 3 of 5")


def test_each_entity_is_banked_at_the_step_where_it_passes_and_stays(view: Locator) -> None:
    chips = view.locator("button.entity")
    expect(chips).to_have_count(7)
    expect(view.locator(".bank")).to_have_class("bank empty")
    for _ in range(2):
        view.press("ArrowRight")
        expect(chips.first).to_be_hidden()
    view.press("ArrowRight")
    expect(view.locator(".readout")).to_have_text(re.compile("New York and 5 more are found$"))
    expect(view.locator(".bank")).to_have_class("bank")
    for key in ("", "ArrowRight", "End"):
        if key:
            view.press(key)
        for number in range(7):
            expect(chips.nth(number)).to_be_visible()
    payload = sentence_payload(build_trace(), 0, COLOURS)
    first = payload["entities"][0]
    expect(chips.first.locator("small")).to_have_text(
        f"step 3 · {round(100 * first['scores'][2])} %"
    )
    shown = chips.evaluate_all(
        "all => all.map(b => [+b.dataset.start, +b.dataset.end, b.dataset.label])"
    )
    trace = build_trace()
    sentence = trace.sentences[0]
    wanted = [[e.start, e.end, e.label] for e in trace.entities if e.end <= sentence[-1].end]
    assert shown == wanted


def test_reduced_motion_waits_to_be_asked_and_jumps_from_frame_to_frame(
    clocked: Page, demos: Served
) -> None:
    clocked.clock.install()
    view = opened_view(clocked, demos)
    clocked.clock.run_for(10_000)
    assert position_of(view) == 0
    view.locator(".speed").select_option("2")
    clocked.evaluate(
        """() => { const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot)
             .find(s => s?.querySelector('.denoising')).querySelector('.denoising');
           window.seen = [];
           new MutationObserver(() => window.seen.push(+root.dataset.position))
             .observe(root, { attributes: true, attributeFilter: ['data-position'] }); }"""
    )
    view.press("Space")
    expect(view.locator(".play")).to_have_attribute("aria-label", "Pause")
    clocked.clock.run_for(10_000)
    expect(view.locator(".readout")).to_have_text(re.compile("^Done"))
    expect(view.locator(".play")).to_have_attribute("aria-label", "Play")
    assert sorted(set(clocked.evaluate("window.seen"))) == [0, 1, 2, 3, 4, 5, 6]


def test_hovering_over_an_entity_tells_how_many_spans_collapsed_on_it(view: Locator) -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    entity = payload["entities"][1]
    view.press("End")
    view.locator("button.entity").nth(1).hover()
    expect(view.locator(".note")).to_have_text(
        f"{len(entity['collapsed'])} of 60 noisy spans collapsed here · LOC · "
        f"{round(entity['score'] * 100)} %"
    )


def test_a_pointer_that_passes_over_asks_the_page_for_nothing(clocked: Page, demos: Served) -> None:
    sent: list[object] = []
    clocked.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    clocked.clock.install()
    view = opened_view(clocked, demos, "still")
    settled(clocked)
    view.press("End")
    before = len(sent)
    entity = view.locator("button.entity").nth(1)
    entity.hover()
    clocked.mouse.move(0, 0)
    clocked.clock.run_for(1_000)
    entity.click()
    clocked.clock.run_for(1_000)
    expect(clocked.get_by_text("chosen: 1 None")).to_be_visible()
    assert len(sent) == before + 1


def test_a_clicked_entity_stays_marked_while_the_film_runs_back(view: Locator) -> None:
    view.press("End")
    view.locator("button.entity").nth(1).click()
    view.page.mouse.move(0, 0)
    view.page.keyboard.press("ArrowLeft")
    view.page.keyboard.press("ArrowLeft")
    expect(view.locator(".readout")).to_have_text(re.compile("^Step 4 of 5"))
    expect(view.locator(".note")).to_have_text(re.compile("noisy spans collapsed here · LOC"))


PAINTED = """(view, [left, right]) => {
    const stage = view.querySelector('.stage'), canvas = stage.querySelector('canvas');
    const words = [...view.querySelectorAll('.text span')];
    const ratio = canvas.width / canvas.clientWidth, origin = stage.getBoundingClientRect();
    const row = words[left].getBoundingClientRect();
    const box = (word) => words[word].getBoundingClientRect();
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const from = Math.round((row.bottom + 4 - origin.top) * ratio);
    const bottom = stage.querySelector('.bank').getBoundingClientRect().top - origin.top;
    const columns = [];
    for (let x = 0; x < canvas.width; x++) {
        let strong = 0;
        for (let y = from; y < bottom * ratio; y++) {
            strong += pixels.data[4 * (y * canvas.width + x) + 3] > 120;
        }
        if (strong > 3) columns.push(x / ratio);
    }
    const edges = [box(left).left, box(right).right, box(left).right, box(right).left];
    const ends = [Math.min(...edges), Math.max(...edges)].map((x) => x - origin.left);
    return { ends, painted: [Math.min(...columns), Math.max(...columns)] };
}"""
"""The words' outer ends, and the outermost columns with strong bars below them, in pixels."""


def test_the_settled_bars_lie_under_their_own_words(view: Locator) -> None:
    view.press("End")
    entities = sentence_payload(build_trace(), 0, COLOURS)["entities"]
    visible = view.evaluate(PAINTED, [entities[0]["start"], entities[-1]["end"] - 1])
    assert visible["painted"] == pytest.approx(visible["ends"], abs=3)


def test_bars_under_right_to_left_words_start_at_the_right(tab: Page, demos: Served) -> None:
    view = opened_view(tab, demos, "trace=scripts")
    view.locator(".seek").fill("5")
    expect(view.locator(".text")).to_have_css("direction", "rtl")
    first, second = (box_of(view.locator(".text span").nth(i)) for i in (1, 2))
    assert second["x"] < first["x"]
    visible = view.evaluate(PAINTED, [1, 4])
    assert visible["painted"] == pytest.approx(visible["ends"], abs=3)


def test_the_sentence_fills_the_width_of_the_stage(view: Locator) -> None:
    stage, words = box_of(view.locator(".stage")), view.locator(".text span")
    first, last = box_of(words.first), box_of(words.last)
    if first["y"] == last["y"]:
        assert right_of(last) - first["x"] > 0.9 * (stage["width"] - 40)
    assert all(right_of(box_of(words.nth(i))) <= right_of(stage) for i in range(words.count()))


def test_two_animations_run_on_one_slider(tab: Page, demos: Served) -> None:
    view = opened_view(tab, demos, "beside=1")
    expect(view.locator(".name")).to_have_text(["γ = 5", "γ = 10"])
    view.locator(".seek").fill("4")
    expect(view.locator(".readout")).to_have_text(
        [re.compile("^Step 2 of 5"), re.compile("^Step 4 of 10")]
    )
    view.press("End")
    expect(view.locator(".readout")).to_have_text([re.compile("^Done"), re.compile("^Done")])
    view.locator(".scene").nth(1).locator("button.entity").first.click()
    expect(view.locator(".inspector table tr")).to_have_count(11)


def test_the_whole_document_plays_together_and_a_click_chooses_a_sentence(
    page: Page, demos: Served
) -> None:
    """A row that was out of sight shows the present step when it is scrolled to."""
    view = opened_view(page, demos, "overview=1")
    rows = view.locator(".sentence")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    expect(rows.locator("small")).to_have_text(["0 of 7 found", "no entity", "0 of 3 found"])
    view.press("End")
    expect(rows.locator("small")).to_have_text(["7 of 7 found", "no entity", "3 of 3 found"])
    stage = rows.nth(2).locator("canvas")
    at_the_end = stage.evaluate("canvas => canvas.toDataURL()")
    page.set_viewport_size({"width": 1200, "height": 300})
    view.locator(".seek").scroll_into_view_if_needed()
    expect(rows.nth(2)).not_to_be_in_viewport()
    view.press("Home")
    rows.nth(2).scroll_into_view_if_needed()
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before",
        arg=[stage.element_handle(), at_the_end],
    )
    rows.nth(2).click()
    expect(page.get_by_text("wanted: sentence 2")).to_be_visible()


def test_markup_in_the_text_is_shown_and_never_run(page: Page, demos: Served) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    view = opened_view(page, demos, "trace=hostile")
    expect(view.locator(".text")).to_have_text("Ann <img src=x onerror=alert(1)> met Bob .")
    view.press("End")
    expect(view.locator("button.entity").first).to_be_visible()
    assert view.locator("img").count() == 0
    assert alerts == []


def test_the_film_plays_by_itself_glides_and_stops_at_the_end(moving: Page, demos: Served) -> None:
    faults: list[str] = []
    moving.on("pageerror", lambda error: faults.append(str(error)))
    moving.clock.install()
    view = opened_view(moving, demos, "charts=1")
    expect(view).to_have_class(re.compile("playing"))
    moving.clock.run_for(1000)
    expect(view).to_have_attribute("data-position", re.compile(r"\.\d*[1-9]"))
    moving.clock.fast_forward(60_000)
    expect(view.locator(".readout")).to_have_text(re.compile("^Done"))
    expect(view).not_to_have_class(re.compile("playing"))
    assert position_of(view) == 6
    assert faults == []


def test_another_sentence_starts_a_new_film(tab: Page, demos: Served) -> None:
    view = opened_view(tab, demos, "still=1")
    view.press("End")
    tab.get_by_role("combobox").first.click()
    tab.get_by_role("option").nth(1).click()
    expect(view.locator(".text")).to_have_text(re.compile("It rained"))
    assert position_of(view) == 0
    view.press("End")
    expect(view.locator(".readout")).to_have_text("Done: 0 entities from 60 random spans")


def test_a_film_of_200_noisy_spans_and_100_words_keeps_up(tab: Page, demos: Served) -> None:
    """A frame measures nothing on the page, sets a font only where it writes, and draws a shape or
    two for each span."""
    view = opened_view(tab, demos, "trace=long&still=1")
    view.press("n")
    counts = view.evaluate(
        """(root) => {
            const counts = {measured: 0, filled: 0, fonts: 0};
            const pen = CanvasRenderingContext2D.prototype;
            const font = Object.getOwnPropertyDescriptor(pen, 'font');
            Object.defineProperty(pen, 'font', {
                get: font.get, set(value) { counts.fonts += 1; font.set.call(this, value); },
            });
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
    assert counts["fonts"] <= 60
    assert 60 * 200 <= counts["filled"] <= 60 * 3 * 200
