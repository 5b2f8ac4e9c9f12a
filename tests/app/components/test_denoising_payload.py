from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.components.denoising import Chosen, chosen_in
from app.components.denoising.payload import (
    NEUTRAL,
    light,
    sentence_choices,
    sentence_payload,
)
from app.components.denoising.stacking import rows
from core.types import (
    Entity,
    Pointers,
    SentenceStep,
    Step,
    Token,
    Trace,
)
from tests.app.traces import COLOURS, SENTENCES, build_trace, one_word

SENTENCE_NUMBERS = range(len(SENTENCES))
traces = st.builds(
    build_trace, steps=st.integers(1, 8), num_spans=st.integers(1, 40), seed=st.integers(0, 10**6)
)


@pytest.mark.parametrize("number", SENTENCE_NUMBERS)
def test_the_words_and_gaps_spell_the_sentence_exactly_as_it_is_written(number: int) -> None:
    payload = sentence_payload(build_trace(), number, COLOURS)
    written = "".join(a + b for a, b in zip(payload["words"], payload["gaps"], strict=True))
    assert written == SENTENCES[number][0]


@given(traces)
def test_the_last_frame_equals_the_prediction(trace: Trace) -> None:
    shown = []
    for number in SENTENCE_NUMBERS:
        payload = sentence_payload(trace, number, COLOURS)
        for bar in payload["entities"]:
            assert payload["frames"][-1]["at"][bar["slot"]] == (bar["start"], bar["end"])
            assert payload["frames"][-1]["labels"][bar["slot"]] == bar["label"]
            assert trace.text[slice(*bar["offsets"])] == bar["text"]
            shown.append((*bar["offsets"], payload["labels"][bar["label"]]["name"]))
    assert sorted(shown) == sorted((e.start, e.end, e.label) for e in trace.entities)


@given(traces)
def test_every_frame_is_data_of_the_trace(trace: Trace) -> None:
    payload = sentence_payload(trace, 0, COLOURS)
    steps = [step.sentences[0] for step in trace.steps]
    assert len(payload["frames"]) == len(steps) + 1
    noisy = [step.noisy for step in steps] + [steps[-1].spans]
    for frame, locations in zip(payload["frames"], noisy, strict=True):
        for (start, end), location in zip(frame["at"], locations, strict=True):
            assert (start, end) == pytest.approx(sorted(location), abs=0.006)
    for frame, step in zip(payload["frames"][1:], steps, strict=True):
        names = [payload["labels"][i]["name"] if i >= 0 else None for i in frame["labels"]]
        assert names == list(step.labels)
        assert frame["spans"] == list(step.spans)


@given(traces)
def test_each_entity_counts_the_noisy_spans_that_ended_on_its_boundaries(trace: Trace) -> None:
    payload = sentence_payload(trace, 0, COLOURS)
    last = trace.steps[-1].sentences[0]
    for bar in payload["entities"]:
        typed = {
            k
            for k, span in enumerate(last.spans)
            if span == (bar["start"], bar["end"]) and last.labels[k] is not None
        }
        assert set(bar["collapsed"]) == typed
        assert bar["slot"] in typed


def test_an_entity_whose_noisy_spans_went_elsewhere_tells_the_step_it_was_met_at() -> None:
    here = SentenceStep(((0.0, 1.0),), ((0, 1),), ("PER",), (0.9,), (0.9,), (0.9,))
    present = replace(here, spans=((1, 2),))
    trace = replace(
        one_word(here),
        text="Ann met",
        sentences=((Token(0, 3), Token(4, 7)),),
        steps=(Step(1, 1000, 500, (here,)), Step(2, 500, 0, (present,))),
        entities=(Entity(0, 3, "PER", 0.9),),
        scores=((0.9, 0.9),),
    )
    payload = sentence_payload(trace, 0, COLOURS)
    (bar,) = payload["entities"]
    assert (bar["collapsed"], bar["slot"], bar["step"], bar["score"]) == ([], 0, 1, 0.9)
    assert "Ann, PER, 90%, no span collapsed here" in payload["summary"]
    unscored = replace(trace, entities=(Entity(0, 3, "PER"),), scores=((),))
    payload = sentence_payload(unscored, 0, COLOURS)
    assert payload["entities"][0]["score"] is None
    assert "Ann, PER, –, no span collapsed here" in payload["summary"]


def test_the_bar_of_an_entity_is_one_that_ended_on_it() -> None:
    """Also where it was surest at another step, by a noisy span that went on."""
    before = SentenceStep(
        ((0.0, 1.0),) * 3,
        ((0, 1), (1, 2), (1, 2)),
        ("PER",) * 3,
        (0.9,) * 3,
        (0.9,) * 3,
        (0.9,) * 3,
    )
    after = replace(before, spans=((1, 2), (0, 1), (0, 1)), p_left=(0.9, 0.4, 0.5))
    trace = replace(
        one_word(before),
        text="Ann met",
        sentences=((Token(0, 3), Token(4, 7)),),
        steps=(Step(1, 1000, 500, (before,)), Step(2, 500, 0, (after,))),
        entities=(Entity(0, 3, "PER", 0.9),),
        scores=((0.9, 0.9),),
    )
    (bar,) = sentence_payload(trace, 0, COLOURS)["entities"]
    assert (bar["collapsed"], bar["slot"], bar["step"]) == ([1, 2], 2, 1)


def test_an_entity_that_no_noisy_span_stands_for_is_in_no_film() -> None:
    trace = build_trace()
    loose = replace(trace, kept=(None, *trace.kept[1:]), scores=((), *trace.scores[1:]))
    assert sentence_choices(loose)[0].entities == sentence_choices(trace)[0].entities - 1
    shown = sentence_payload(loose, 0, COLOURS)["entities"]
    assert len(shown) == len(sentence_payload(trace, 0, COLOURS)["entities"]) - 1


def test_noise_has_no_types_and_no_confidence() -> None:
    noise = sentence_payload(build_trace(), 0, COLOURS)["frames"][0]
    assert len(noise["at"]) == 60
    empty = ("spans", "labels", "scores", "confident", "probabilities", "renewed", "pointers")
    assert all(noise[name] == [] for name in empty)  # type: ignore[literal-required]


def test_a_span_is_confident_when_it_is_typed_and_reaches_the_threshold() -> None:
    made = SentenceStep(
        noisy=((0.0, 1.0),) * 3,
        spans=((0, 1),) * 3,
        labels=("PER", "PER", None),
        p_left=(0.7, 0.6, 1.0),
        p_right=(0.7, 0.7, 1.0),
        p_type=(0.7, 0.67, 1.0),
    )
    frame = sentence_payload(one_word(made, threshold=0.68), 0, COLOURS)["frames"][-1]
    assert frame["confident"] == [True, False, False]
    assert frame["scores"] == [0.7, 0.663, 1.0]
    assert frame["readout"] == (
        "Step 1 of 1: 3 of 3 spans aim at a name, 3 within a word of it, Ann is found"
    )


def test_a_score_has_the_weights_of_the_model_that_was_traced() -> None:
    made = SentenceStep(((0.0, 1.0),), ((0, 1),), ("PER",), (0.9,), (0.9,), (0.3,))
    for weights, score in (((0.5, 0.5, 2.0), 0.5), ((1.0, 1.0, 1.0), 0.7)):
        trace = replace(one_word(made, threshold=0.6), weights=weights)
        frame = sentence_payload(trace, 0, COLOURS)["frames"][-1]
        assert frame["scores"] == [score]
        assert frame["confident"] == [score >= 0.6]


def test_boundaries_that_noise_has_crossed_are_put_in_order() -> None:
    made = SentenceStep(((0.9, 0.2),), ((0, 1),), (None,), (0.1,), (0.1,), (0.1,))
    payload = sentence_payload(one_word(made), 0, COLOURS)
    assert payload["frames"][0]["at"] == [(0.2, 0.9)]


def test_the_light_animation_has_what_the_overview_draws_and_a_fraction_of_the_size() -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    lighter = light(payload)
    assert len(json.dumps(lighter)) < 0.6 * len(json.dumps(payload))
    assert lighter["entities"] == payload["entities"]
    for frame, whole in zip(lighter["frames"], payload["frames"], strict=True):
        drawn = ("at", "spans", "labels", "scores", "renewed", "readout")
        assert [frame[name] for name in drawn] == [whole[name] for name in drawn]  # type: ignore[literal-required]


def test_a_sentence_without_entities_says_so() -> None:
    payload = sentence_payload(build_trace(), 1, COLOURS)
    assert payload["entities"] == []
    assert payload["summary"] == "No entity: none of 60 noisy spans was kept."


def test_the_choices_name_every_sentence_with_its_number_of_entities() -> None:
    choices = sentence_choices(build_trace())
    assert [(choice.index, choice.entities) for choice in choices] == [(0, 7), (1, 0), (2, 3)]
    assert choices[1].title == "2. It rained 🌧️ all day. (0 entities)"
    assert len(choices[0].title) < 90


def test_a_document_without_sentences_offers_no_choice() -> None:
    assert sentence_choices(build_trace(())) == ()


def test_a_label_the_project_lacks_is_drawn_in_a_neutral_colour() -> None:
    payload = sentence_payload(build_trace(), 0, {"PER": "#e4572e"})
    colours = {label["name"]: label["color"] for label in payload["labels"]}
    assert colours["PER"] == "#e4572e"
    assert colours["ORG"] == NEUTRAL


@pytest.mark.parametrize("colour", ["red", "#fff", "red;background:url(//x)", "#e4572e;"])
def test_only_six_digit_colours_pass(colour: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        sentence_payload(build_trace(), 0, {"PER": colour})


@pytest.mark.parametrize("number", [-1, 3])
def test_a_sentence_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(IndexError, match="3 sentences"):
        sentence_payload(build_trace(), number, COLOURS)


def test_a_trace_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="no steps"):
        sentence_payload(replace(build_trace(), steps=()), 0, COLOURS)


@given(traces)
def test_the_payload_is_plain_json_and_small(trace: Trace) -> None:
    size = len(json.dumps(sentence_payload(trace, 0, COLOURS)))
    assert size < 4000 + 130 * trace.settings.num_spans * (trace.settings.steps + 1)


def test_the_pointers_of_each_noisy_span_come_surest_first_and_without_the_unlikely() -> None:
    words = (0.004, 0.6, 0.009, 0.387)
    made = SentenceStep(
        *(((0.0, 1.0),), ((1, 4),), ("PER",), (0.6,), (0.387,), (0.9,)),
        pointers=Pointers((words,), (words[::-1],)),
    )
    trace = replace(
        one_word(made),
        text="a b c d",
        sentences=(tuple(Token(2 * i, 2 * i + 1) for i in range(4)),),
        entities=(),
        kept=(),
        scores=(),
    )
    frame = sentence_payload(trace, 0, COLOURS)["frames"][1]
    assert frame["pointers"] == [([1, 600, 3, 387], [2, 600, 0, 387])]
    assert frame["probabilities"] == [(600, 387, 900)]


def test_a_trace_without_pointers_is_a_film_too() -> None:
    made = SentenceStep(((0.0, 1.0),), ((0, 1),), ("PER",), (0.9,), (0.9,), (0.9,))
    assert sentence_payload(one_word(made), 0, COLOURS)["frames"][1]["pointers"] == []


def test_each_frame_tells_which_noisy_spans_started_again() -> None:
    trace = build_trace()
    first = trace.steps[0]
    sentences = (replace(first.sentences[0], renewed=(3, 5)), *first.sentences[1:])
    again = replace(trace, steps=(replace(first, sentences=sentences), *trace.steps[1:]))
    frames = sentence_payload(again, 0, COLOURS)["frames"]
    assert [frame["renewed"] for frame in frames] == [[], [3, 5], [], [], [], []]


def test_a_film_is_named_by_what_is_in_it() -> None:
    names = [
        sentence_payload(build_trace(seed=seed), number, COLOURS)["id"]
        for seed, number in ((0, 0), (0, 0), (1, 0), (0, 2))
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_what_is_chosen_is_believed_only_for_this_film_and_within_it() -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    animation = payload["id"]
    assert chosen_in(payload, {"animation": animation, "entity": 6, "span": 59}) == Chosen(6, 59)
    assert chosen_in(payload, {"animation": animation, "entity": None, "span": 0}) == Chosen(
        None, 0
    )
    for wrong in (7, -1, True, "1", 1.0, None):
        assert chosen_in(payload, {"animation": animation, "entity": wrong}) == Chosen(None, None)
    for sent in (None, [], "x", {}, {"animation": "another", "entity": 1}):
        assert chosen_in(payload, sent) == Chosen(None, None)


spans = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(spans, max_size=12))
def test_spans_in_one_row_never_overlap(result: list[tuple[int, int]]) -> None:
    chosen = rows(result)
    for i, (a, row) in enumerate(zip(result, chosen, strict=True)):
        for b, other in zip(result[:i], chosen[:i], strict=True):
            assert row != other or a[1] <= b[0] or b[1] <= a[0]


def test_an_inner_entity_lies_nearer_to_the_words_than_the_one_around_it() -> None:
    assert rows([(0, 4), (0, 2), (3, 4)]) == [1, 0, 0]


def test_only_the_entities_decoded_from_a_sentence_are_shown_in_it() -> None:
    trace = build_trace()
    other = replace(
        trace, kept=tuple(replace(origin, sentence=1) for origin in trace.kept if origin)
    )
    assert sentence_payload(other, 0, COLOURS)["entities"] == []
