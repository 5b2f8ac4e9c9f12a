"""How often words are tokenized, and into how many shapes of batches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.batching import EpochSampler
from core.inference.candidates import propose
from core.modeling.subwords import WordTokenizer
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]


def shapes_of_an_epoch(new_model: NewModel) -> set[torch.Size]:
    """The shapes of subwords and of words in one epoch of sentences of 3 to 60 words."""
    model = new_model(max_words=100)
    sentences = [["said"] * (3 + number % 58) for number in range(1_200)]
    sampler = EpochSampler([len(words) for words in sentences], [], 16, 0.0, 0)
    batches = [model.batch([sentences[row] for row in rows]) for rows in sampler.batches(0)]
    return {tensor.shape for batch in batches for tensor in (batch.input_ids, batch.shapes)}


def test_a_gpu_sees_few_shapes_of_batches(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = shapes_of_an_epoch(new_model)
    monkeypatch.setattr("core.devices._SHAPE_MULTIPLE", {"cpu": 8})
    rounded = shapes_of_an_epoch(new_model)
    assert all(width % 8 == 0 for _, width in rounded)
    assert len(rounded) <= 9 < 50 < len(exact)


def test_rounded_shapes_change_no_prediction(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, sampler = new_model(), SamplerSettings(steps=3, num_spans=30)
    exact = propose(model, WORDS, sampler)
    monkeypatch.setattr("core.devices._SHAPE_MULTIPLE", {"cpu": 8})
    rounded = propose(model, WORDS, sampler)
    for before, after in zip(exact, rounded, strict=True):
        scores = {candidate.span: candidate.score for candidate in before}
        assert {candidate.span: candidate.score for candidate in after} == pytest.approx(scores)


class CountingTokenizer:
    """A tokenizer that counts the words it is given."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.words = 0

    def __call__(self, sentences: Sequence[Sequence[str]], **options: Any) -> Any:
        self.words += sum(map(len, sentences))
        return self.tokenizer(sentences, **options)


def counted(new_model: NewModel, room: int = 1_000) -> tuple[CountingTokenizer, WordTokenizer]:
    """A word tokenizer, and the tokenizer that it asks."""
    tokenizer: Any = CountingTokenizer(new_model().tokenizer)
    return tokenizer, WordTokenizer(tokenizer, room)


def test_a_word_is_tokenized_once_for_windows_batches_and_epochs(new_model: NewModel) -> None:
    tokenizer, subwords = counted(new_model)
    subwords.widths(WORDS)
    distinct = len(set(chain.from_iterable(WORDS)))
    assert tokenizer.words == distinct + 1, "one more word shows the special tokens"
    for _ in range(3):
        subwords.batch(WORDS, 512)
    assert tokenizer.words == distinct + 1


@given(st.lists(st.lists(st.text(max_size=9), min_size=1, max_size=5), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sentences_put_together_from_words_are_those_of_the_tokenizer(
    new_model: NewModel, sentences: list[list[str]]
) -> None:
    tokenizer = new_model().tokenizer
    subwords = WordTokenizer(tokenizer, room=6)
    batch = subwords.batch(sentences, 512)
    ids = tokenizer(encodable(sentences), is_split_into_words=True)["input_ids"]
    assert [
        row[:width] for row, width in zip(batch.input_ids.tolist(), map(len, ids), strict=True)
    ] == ids
    assert batch.attention_mask.sum(1).tolist() == subwords.widths(sentences)
    assert subwords.widths(sentences) == [len(row) for row in ids]


def encodable(sentences: list[list[str]]) -> list[list[str]]:
    """The sentences with U+FFFD for lone surrogates."""
    return [
        [word.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for word in words]
        for words in sentences
    ]


def test_a_word_longer_than_a_window_is_cut_between_the_special_tokens(
    new_model: NewModel,
) -> None:
    tokenizer = new_model().tokenizer
    words = ["Bo", "a" * 90]
    ids = tokenizer(words, is_split_into_words=True, truncation=True, max_length=9)["input_ids"]
    assert WordTokenizer(tokenizer).batch([words], 9).input_ids.tolist() == [ids]
    assert len(ids) == 9


def test_no_more_words_than_its_room_are_held_and_no_long_ones(new_model: NewModel) -> None:
    tokenizer, subwords = counted(new_model, room=3)
    for words, asked in [(["a", "b"], 2), (["b", "a"], 2), (["c", "d"], 4), (["c", "a"], 5)]:
        assert subwords.lengths(words) == WordTokenizer(tokenizer.tokenizer).lengths(words)
        assert tokenizer.words == asked, words
    long = "a" * 65
    for asked in (6, 7):
        subwords.lengths([long])
        assert tokenizer.words == asked
