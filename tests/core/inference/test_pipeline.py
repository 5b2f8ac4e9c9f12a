from __future__ import annotations

import json
from itertools import islice, pairwise
from pathlib import Path

import pytest

from core.inference.pipeline import Pipeline
from core.inference.scoring import entity_score
from core.modeling.model import CARD
from core.text.tokenization import tokenize
from core.types import Entity, SamplerOptions, SamplerSettings, SentenceStep, Trace
from tests.core.conftest import Learned, NewModel
from tests.core.tiny import SENTENCES

TEXT = "Bank of China hired Ms. Haag.\nNothing of note was said in the meeting."
TOO_LONG = "https://example.org/" + "a/" * 2490
"""One word for us, thousands of subwords for the encoder."""
SETTINGS = SamplerSettings(steps=3, num_spans=40, seed=2)


@pytest.fixture(scope="module")
def pipeline(learned: Learned) -> Pipeline:
    return Pipeline.from_pretrained(learned.folder, "cpu")


@pytest.fixture(scope="module")
def trace(pipeline: Pipeline) -> Trace:
    return pipeline.trace(TEXT, SETTINGS)


def result(text: str, entities: tuple[Entity, ...]) -> list[tuple[str, str]]:
    return [(text[entity.start : entity.end], entity.label) for entity in entities]


def test_what_was_learnt_is_found_in_raw_text_nested_names_too(pipeline: Pipeline) -> None:
    prediction = pipeline.predict(TEXT)
    assert prediction.text == TEXT
    assert prediction.uncovered == ()
    assert result(TEXT, prediction.entities) == [
        ("Bank of China", "ORG"), ("China", "LOC"), ("Ms. Haag", "PER"),
    ]  # fmt: skip
    assert all(entity.score is not None and 0 < entity.score <= 1 for entity in prediction.entities)


def test_offsets_count_code_points(pipeline: Pipeline) -> None:
    shifted = "😀😀\n\n  " + TEXT
    entities = pipeline.predict(shifted).entities
    assert ("Bank of China", "ORG") in result(shifted, entities)


def test_many_texts_give_what_each_gives_alone(pipeline: Pipeline) -> None:
    texts = [TEXT, "", " ".join(SENTENCES[2].words), "Oslo", TEXT]
    many = list(pipeline.pipe(texts, SETTINGS))
    for text, combined in zip(texts, many, strict=True):
        single = pipeline.predict(text, SETTINGS)
        assert result(text, single.entities) == result(text, combined.entities)
        assert [entity.score for entity in single.entities] == pytest.approx(
            [entity.score for entity in combined.entities], abs=1e-5
        )


def test_a_sentences_entities_do_not_depend_on_the_sentences_around_it(
    pipeline: Pipeline,
) -> None:
    both = pipeline.predict(TEXT, SETTINGS).entities
    single = pipeline.predict(TEXT.splitlines()[0], SETTINGS).entities
    assert result(TEXT, both) == result(TEXT, single)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_a_text_without_words_has_no_entities_and_no_steps(pipeline: Pipeline, text: str) -> None:
    assert pipeline.predict(text).entities == ()
    assert list(pipeline.denoise(text)) == []
    assert pipeline.trace(text).steps == ()


def test_the_trace_is_the_prediction_and_the_steps_of_denoise(
    pipeline: Pipeline, trace: Trace
) -> None:
    assert trace.entities == pipeline.predict(TEXT, SETTINGS).entities
    assert trace.steps == tuple(pipeline.denoise(TEXT, SETTINGS))
    assert trace == pipeline.trace(TEXT, SETTINGS)
    assert trace != pipeline.trace(TEXT, SamplerSettings(steps=3, num_spans=40, seed=3))
    assert trace.threshold == pipeline.threshold()
    assert json.loads(json.dumps(trace.to_json()))["text"] == TEXT


def test_each_step_of_a_trace_has_k_spans_within_their_sentence(trace: Trace) -> None:
    assert [step.index for step in trace.steps] == [1, 2, 3]
    assert trace.steps[0].t == 1000
    assert trace.steps[-1].t_prev == 0
    for step in trace.steps:
        assert len(step.sentences) == len(trace.sentences) == 2
        for sentence, tokens in zip(step.sentences, trace.sentences, strict=True):
            for field in (sentence.noisy, sentence.spans, sentence.labels, sentence.p_left):
                assert len(field) == 40
            assert len(sentence.p_right) == len(sentence.p_type) == 40
            assert all(0 <= a < b <= len(tokens) for a, b in sentence.spans)
            assert all(0 <= a <= b <= len(tokens) for a, b in sentence.noisy)


def test_what_any_step_predicted_and_reaches_the_threshold_is_an_entity(trace: Trace) -> None:
    """By the plain reading: every noisy span at every step, typed there and then."""
    decoded: dict[tuple[int, int, str], float] = {}
    for step in trace.steps:
        for sentence, tokens in zip(step.sentences, trace.sentences, strict=True):
            parts = (sentence.spans, sentence.labels, sentence.p_left, sentence.p_right)
            for (a, b), label, left, right, kind in zip(*parts, sentence.p_type, strict=True):
                score = entity_score(left, right, kind, calibration=trace.calibration)
                if label is None or score < trace.threshold:
                    continue
                location = (tokens[a].start, tokens[b - 1].end, label)
                decoded[location] = max(score, decoded.get(location, 0.0))
    entities = {(entity.start, entity.end, entity.label): entity.score for entity in trace.entities}
    assert decoded
    assert decoded.keys() <= entities.keys()
    assert all((entities[location] or 0) >= decoded[location] - 1e-5 for location in decoded)


def proposals(sentence: SentenceStep, slot: int) -> dict[tuple[int, int], tuple[float, float]]:
    """P^l and P^r of what one noisy span proposes: where it stands, and where each of its two
    likeliest left boundaries meets one of the right."""
    assert sentence.pointers is not None
    sides = sentence.pointers.left[slot], sentence.pointers.right[slot]
    lefts, rights = (sorted(range(len(p)), key=lambda i: -p[i])[:2] for p in sides)
    a, b = sentence.spans[slot]
    locations = {
        (a, b - 1),
        *((left, right) for left in lefts for right in rights if left <= right),
    }
    return {(at, to + 1): (sides[0][at], sides[1][to]) for at, to in locations}


def points_right(trace: Trace) -> bool:
    """Whether each entity is what the noisy span it is said to come from proposed there."""
    for origin, entity in zip(trace.kept, trace.entities, strict=True):
        assert origin is not None
        assert entity.confidence is not None
        sentence = trace.steps[origin.step - 1].sentences[origin.sentence]
        tokens = trace.sentences[origin.sentence]
        location = (
            [token.start for token in tokens].index(entity.start),
            [token.end for token in tokens].index(entity.end) + 1,
        )
        left, right = proposals(sentence, origin.slot)[location]
        kind = entity.confidence.type
        expected = entity_score(left, right, kind, calibration=trace.calibration)
        assert entity.score == pytest.approx(expected)
        if sentence.spans[origin.slot] == location:
            assert sentence.labels[origin.slot] == entity.label
    return bool(trace.entities)


def test_kept_points_at_the_step_and_noisy_span_of_each_entity(pipeline: Pipeline) -> None:
    trace = pipeline.trace(TEXT, SETTINGS, pointers=True)
    assert len(trace.kept) == len(trace.entities) == 3
    assert points_right(trace)


def test_every_suggestion_tells_why_it_may_be_believed(pipeline: Pipeline) -> None:
    settings = SamplerSettings(steps=3, num_spans=40, seed=2, ensemble=2)
    trace = pipeline.trace(TEXT, settings)
    assert trace.entities == pipeline.predict(TEXT, settings).entities
    assert len(trace.steps[0].sentences[0].spans) == 80
    for entity in trace.entities:
        sure = entity.confidence
        assert sure is not None
        assert sure.since is None or 1 <= sure.since <= 3
        assert 0 <= sure.support <= 1
        assert sure.support or sure.since is None
        assert sure.agreement is not None
        assert sure.agreement.existence >= sure.agreement.boundary
    assert json.loads(json.dumps(trace.to_json()))["entities"][0]["confidence"]["since"]


def test_to_stop_iterating_is_to_cancel(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    denoiser = pipeline.model.denoiser
    forward = denoiser.forward
    monkeypatch.setattr(denoiser, "forward", lambda *args: calls.append(1) or forward(*args))
    assert len(list(islice(pipeline.denoise(TEXT, SamplerSettings(steps=10)), 2))) == 2
    assert len(calls) == 2


def test_flat_keeps_no_overlapping_entities_and_the_threshold_filters(pipeline: Pipeline) -> None:
    flat = pipeline.predict(TEXT, SamplerSettings(flat=True)).entities
    assert len(flat) == 2
    assert all(item.end <= pair.start for item, pair in pairwise(flat))
    everything = pipeline.predict(TEXT, SamplerSettings(threshold=0.0)).entities
    scores = sorted(item.score or 0.0 for item in everything)
    middle = scores[len(scores) // 2]
    some = pipeline.predict(TEXT, SamplerSettings(threshold=middle - 1e-5)).entities
    assert 0 < len(some) <= len(everything)
    assert all((item.score or 0.0) >= middle - 1e-5 for item in some)
    assert pipeline.predict(TEXT, SamplerSettings(threshold=1.0)).entities == ()


def test_a_text_beyond_the_window_is_covered_to_its_end(pipeline: Pipeline) -> None:
    limit = pipeline.model.config.max_words
    words = [*["word,"] * 3 * limit, *SENTENCES[0].words[:6]]
    text = " ".join(words)
    windowed = pipeline.read(text)
    covered = {i for window in windowed.windows for i in range(window.start, window.end)}
    assert covered == set(range(len(tokenize(text))))
    assert len(windowed.windows) > 3
    assert windowed.uncovered == ()
    prediction = pipeline.predict(text)
    assert prediction.uncovered == ()
    assert len({(e.start, e.end) for e in prediction.entities}) == len(prediction.entities)


def test_a_word_too_long_for_any_window_is_reported_and_the_rest_still_read(
    pipeline: Pipeline,
) -> None:
    text = f"{TEXT}\n{TOO_LONG} said nothing.\n{TEXT}"
    assert len(TOO_LONG) == 5000
    for answer in (pipeline.predict(text), pipeline.trace(text)):
        (left_out,) = answer.uncovered
        assert text[left_out.start : left_out.end].startswith("https://example.org/a/a/")
        assert left_out.end - left_out.start > 4990
        assert result(text, answer.entities).count(("Bank of China", "ORG")) == 2


def test_what_is_kept_around_a_word_too_long_points_at_the_right_words(
    pipeline: Pipeline,
) -> None:
    text = f"{TEXT}\n{TOO_LONG} said nothing.\n{TEXT}"
    assert points_right(pipeline.trace(text, pointers=True))


def test_a_text_that_is_only_one_word_too_long_is_no_error(pipeline: Pipeline) -> None:
    prediction = pipeline.predict(TOO_LONG)
    assert len(prediction.uncovered) == 1
    assert prediction.entities == ()
    assert pipeline.trace(TOO_LONG).steps == ()


def test_saved_and_loaded_again_the_pipeline_says_the_same(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    pipeline.save_pretrained(tmp_path)
    again = Pipeline.from_pretrained(tmp_path, "cpu")
    assert again.labels == pipeline.labels
    assert again.threshold() == pipeline.threshold()
    assert again.predict(TEXT, SETTINGS) == pipeline.predict(TEXT, SETTINGS)


def test_the_model_card_travels_with_the_model(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.save_pretrained(tmp_path / "first")
    assert not (tmp_path / "first" / CARD).exists(), "a model without a card gets none"
    (tmp_path / "first" / CARD).write_text("# Its card – scores\n", "utf-8")

    Pipeline.from_pretrained(tmp_path / "first", "cpu").save_pretrained(tmp_path / "second")

    assert (tmp_path / "second" / CARD).read_text("utf-8") == "# Its card – scores\n"


def test_steps_and_noisy_spans_are_set_at_run_time(pipeline: Pipeline) -> None:
    for steps, num_spans in ((1, 20), (10, 120)):
        trace = pipeline.trace(TEXT, SamplerSettings(steps, num_spans))
        assert len(trace.steps) == steps
        assert len(trace.steps[0].sentences[0].spans) == num_spans


def test_any_script_is_read(new_model: NewModel) -> None:
    pipeline = Pipeline(new_model())
    text = "东京是日本的首都。 Київ – столиця. القاهرة 😀\n\u200b\ufeff"
    prediction = pipeline.predict(text, SamplerSettings(2, 10, threshold=0.0))
    assert prediction.entities
    assert all(text[entity.start : entity.end].strip() for entity in prediction.entities)


def test_whatever_takes_settings_takes_their_fields_as_keywords(new_model: NewModel) -> None:
    ner = Pipeline(new_model())
    options: SamplerOptions = {"steps": 2, "num_spans": 7, "seed": 3, "flat": True}
    settings = SamplerSettings(steps=2, num_spans=7, seed=3, flat=True)

    assert ner.predict(TEXT, **options) == ner.predict(TEXT, settings)
    assert ner.trace(TEXT, **options) == ner.trace(TEXT, settings)
    assert list(ner.parts(TEXT, **options)) == list(ner.parts(TEXT, settings))
    assert list(ner.denoise(TEXT, **options)) == list(ner.denoise(TEXT, settings))
