from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.components.denoising.animation import Payload
from app.components.denoising.payload import sentence_payload
from app.components.plots import Figure, as_csv, boundaries, confidence, river
from app.components.plots.lives import lives
from tests.app.traces import COLOURS, build_trace

FIGURES = (river, confidence)


def _payload(sentence: int = 0, **how: int) -> Payload:
    return sentence_payload(build_trace(**how), sentence, COLOURS)


def _curves(trace: Figure) -> list[list[float]]:
    """The curves of one trace, which None separates."""
    curves: list[list[float]] = [[]]
    for x in trace["x"]:
        if x is None:
            curves.append([])
        else:
            curves[-1].append(x)
    return curves[:-1]


@pytest.mark.parametrize("draw", FIGURES)
@pytest.mark.parametrize("sentence", [0, 1, 2])
def test_plotly_accepts_every_figure(draw: Callable[[Payload], Figure], sentence: int) -> None:
    figure = go.Figure(draw(_payload(sentence)))
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.font.color is None


@given(st.integers(1, 7), st.integers(1, 30), st.integers(0, 1000))
def test_the_river_has_one_curve_per_noisy_span(steps: int, num_spans: int, seed: int) -> None:
    payload = _payload(steps=steps, num_spans=num_spans, seed=seed)
    curves = [curve for trace in river(payload)["data"] for curve in _curves(trace)]
    assert len(curves) == num_spans
    assert {len(curve) for curve in curves} == {steps + 1}


def test_every_curve_that_collapsed_flows_into_the_middle_of_its_entity() -> None:
    payload = _payload()
    data = {trace["name"]: trace for trace in river(payload)["data"]}
    for number, label in enumerate(payload["labels"]):
        if label["name"] not in data:
            continue
        ends = sorted(curve[-1] for curve in _curves(data[label["name"]]))
        wanted = [
            (entity["start"] + entity["end"]) / 2
            for entity in payload["entities"]
            if entity["label"] == number
            for _ in entity["collapsed"]
        ]
        assert ends == sorted(wanted)


def test_the_river_ends_in_one_bar_per_entity() -> None:
    payload = _payload()
    layout = river(payload)["layout"]
    bars = [(round(s["x0"]), round(s["x1"]), s["fillcolor"]) for s in layout["shapes"]]
    assert bars == [
        (e["start"], e["end"], payload["labels"][e["label"]]["color"]) for e in payload["entities"]
    ]
    assert [note["text"] for note in layout["annotations"]].count("ORG") == 3


def test_a_long_sentence_labels_its_entities_words_and_few_others() -> None:
    words = " ".join(f"word{i}" for i in range(200))
    trace = build_trace(((words, ((50, 52, "PER"),)),))
    axis = river(sentence_payload(trace, 0, COLOURS))["layout"]["xaxis"]
    assert {"word50", "word51"} <= set(axis["ticktext"])
    assert len(axis["ticktext"]) <= 27


def _panels(figure: Figure) -> dict[str, list[dict[str, Any]]]:
    """The curves of each small picture, by its axis."""
    panels: dict[str, list[dict[str, Any]]] = {}
    for curve in figure["data"]:
        panels.setdefault(curve["xaxis"], []).append(curve)
    return panels


def test_each_entitys_score_has_a_small_picture_beside_the_threshold() -> None:
    payload = _payload()
    figure = confidence(payload)
    *entities, (nothing,) = _panels(figure).values()
    assert len(entities) == 7
    for entity, (score, threshold, dot) in zip(payload["entities"], entities, strict=True):
        assert score["name"].startswith(entity["text"][:21])
        assert score["y"] == entity["scores"]
        assert score["y"][-1] == entity["score"], "never 0 % for what the model found"
        assert set(threshold["y"]) == {payload["threshold"]}
        assert (dot["x"], dot["y"]) == ([3], [entity["scores"][2]])
    last = payload["frames"][-1]["labels"]
    assert nothing["y"][-1] == last.count(-1) / len(last)


@pytest.mark.parametrize("entities", [0, 1, 25])
def test_no_two_small_pictures_overlap(entities: int) -> None:
    words = " ".join(f"word{i}" for i in range(100))
    trace = build_trace(((words, [(4 * i, 4 * i + 2, "ORG") for i in range(entities)]),))
    layout = confidence(sentence_payload(trace, 0, COLOURS))["layout"]
    boxes = [
        (*layout[name]["domain"], *layout[name.replace("x", "y", 1)]["domain"])
        for name in layout
        if name.startswith("xaxis")
    ]
    assert len(boxes) == entities + 1
    for number, (left, right, low, high) in enumerate(boxes):
        assert 0 <= left < right <= 1.0001
        assert -0.0001 <= low < high <= 1
        for other in boxes[:number]:
            assert right <= other[0] or other[1] <= left or high <= other[2] or other[3] <= low


def test_the_others_are_dimmed_while_one_entity_is_chosen() -> None:
    panels = list(_panels(confidence(_payload(), 3)).values())[:-1]
    dimmed = ["opacity" in panel[0] for panel in panels]
    assert dimmed == [number != 3 for number in range(7)]


def test_an_entity_too_narrow_for_its_label_has_none_in_the_river() -> None:
    words = " ".join(f"word{i}" for i in range(100))
    targets = ((5, 6, "PER"), (10, 20, "ORG"))
    payload = sentence_payload(build_trace(((words, targets),)), 0, COLOURS)
    assert [note["text"] for note in river(payload)["layout"]["annotations"]] == ["ORG"]


def test_markup_in_a_text_stays_text() -> None:
    text = '<a href="javascript:alert(1)">Ann</a> & co'
    trace = build_trace(((text, ((0, -1, "PER"),)),))
    payload = sentence_payload(trace, 0, COLOURS)
    assert payload["entities"]
    for draw in FIGURES:
        message = json.dumps(draw(payload), ensure_ascii=False)
        assert "<a" not in message
        assert "&lt;" in message


def test_a_large_film_is_a_few_curves_however_many_spans_it_has() -> None:
    words = " ".join(f"word{i}" for i in range(400))
    targets = tuple((10 * i, 10 * i + 2, "PER") for i in range(20))
    payload = sentence_payload(
        build_trace(((words, targets),), steps=20, num_spans=200), 0, COLOURS
    )
    assert len(river(payload)["data"]) == 2, "one for PER, one for what became nothing"
    assert len(confidence(payload)["data"]) == 1 + 3 * len(payload["entities"]) == 61


def _restarting(*slots: int) -> Payload:
    """The film where some noisy spans start again after step 2."""
    payload = _payload()
    payload["frames"][2]["renewed"] = list(slots)
    return payload


def test_a_path_breaks_where_its_span_starts_again() -> None:
    payload = _restarting(4)
    frames = payload["frames"]
    curves = [curve for trace in river(payload)["data"] for curve in _curves(trace)]
    assert len(curves) == 61
    before = [sum(frame["at"][4]) / 2 for frame in frames[:2]]
    assert [*before, sum(frames[2]["spans"][4]) / 2] in curves
    assert [sum(frame["at"][4]) / 2 for frame in frames[2:]] in curves


def test_a_path_that_met_an_entity_and_started_again_has_its_colour_until_then() -> None:
    payload = _restarting(0)
    person = payload["entities"][0]
    payload["frames"][2]["spans"][0] = (person["start"], person["end"])
    payload["frames"][2]["labels"][0] = person["label"]
    first, second, *_ = lives(payload)
    assert (first.slot, first.first, first.last, first.entity) == (0, 0, 2, person)
    assert (second.slot, second.first, second.last) == (0, 2, 5)
    message = json.dumps(river(payload)["data"], ensure_ascii=False)
    assert f"noisy span 1 reached {person['text']} at step 2, restarts" in message


def test_chosen_noisy_spans_stand_out_in_the_river() -> None:
    payload = _payload()
    chosen = payload["entities"][3]["collapsed"]
    data = river(payload, chosen)["data"]
    strong = [trace for trace in data if trace["line"]["width"] == 3]
    assert sum(len(_curves(trace)) for trace in strong) == len(chosen)
    assert all(trace["name"].endswith(", chosen") for trace in strong)
    assert all(trace["opacity"] < 0.3 for trace in data if trace not in strong)


@pytest.mark.parametrize("edge", [0, 1])
def test_the_heat_map_has_each_words_probability_at_each_step(edge: int) -> None:
    trace = build_trace()
    payload = sentence_payload(trace, 0, COLOURS)
    figure = go.Figure(boundaries(payload, 7))
    heat = [value for value in figure.data if value.type == "heatmap"][edge]
    assert len(heat.z) == 5
    for number, row in enumerate(heat.z):
        pointers = trace.steps[number].sentences[0].pointers
        assert pointers is not None
        exact = (pointers.left, pointers.right)[edge][7]
        assert row == pytest.approx([p if p >= 0.01 else 0 for p in exact], abs=6e-4)


def test_the_heat_map_frames_the_word_that_was_taken() -> None:
    payload = _payload()
    frames = boundaries(payload, 7)["layout"]["shapes"]
    taken = [frame["spans"][7] for frame in payload["frames"][1:]]
    assert [shape["x0"] for shape in frames] == [
        *(start for start, _ in taken),
        *(end - 1 for _, end in taken),
    ]


def test_a_film_without_pointers_has_an_empty_heat_map() -> None:
    payload = _payload()
    for frame in payload["frames"]:
        frame["pointers"] = []
    heat = boundaries(payload, 0)["data"][0]
    assert {value for row in heat["z"] for value in row} == {0.0}


def test_the_data_of_each_picture_is_a_table() -> None:
    payload = _payload()
    rows = list(csv.reader(as_csv(confidence(payload)).splitlines()))
    assert rows[0] == ["curve", "x", "y", "value"]
    assert ["threshold φ", "1", "0.7", ""] in rows
    heat = list(csv.reader(as_csv(boundaries(payload, 0)).splitlines()))[1:]
    assert len(heat) == 2 * 5 * len(payload["words"])
    assert len(as_csv(river(payload)).splitlines()) == 1 + 60 * 7


def test_no_name_in_a_table_is_taken_for_a_formula() -> None:
    text = "=HYPERLINK & <b>"
    payload = sentence_payload(build_trace(((text, ((0, -1, "PER"),)),)), 0, COLOURS)
    assert payload["entities"][0]["text"].startswith("=HYPERLINK & <")
    message = as_csv(confidence(payload))
    assert "'=HYPERLINK & <" in message
    assert "\n=" not in message
