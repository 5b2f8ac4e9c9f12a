"""How often sentences are tokenized, and into how many shapes of batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from core.data.batching import EpochSampler
from core.inference.candidates import propose
from core.modeling import subwords
from core.modeling.subwords import SubwordCache, WordBatch, word_batch
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]
FIELDS = tuple(WordBatch.__dataclass_fields__)


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
    model, settings = new_model(), SamplerSettings(steps=3, num_spans=30)
    exact = propose(model, WORDS, settings)
    monkeypatch.setattr("core.devices._SHAPE_MULTIPLE", {"cpu": 8})
    rounded = propose(model, WORDS, settings)
    for before, after in zip(exact, rounded, strict=True):
        scores = {candidate.span: candidate.score for candidate in before}
        assert {candidate.span: candidate.score for candidate in after} == pytest.approx(scores)


class CountingTokenizer:
    """A tokenizer that counts the sentences it is given."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.sentences = 0

    def __call__(self, sentences: Sequence[Sequence[str]], **options: Any) -> Any:
        self.sentences += len(sentences)
        return self.tokenizer(sentences, **options)


def test_training_tokenizes_each_sentence_once(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = new_model()
    counting = CountingTokenizer(model.tokenizer)
    monkeypatch.setattr(subwords, "tokenized", lambda _, *rest: tokenized(counting, *rest))
    for _ in range(3):
        model.batch(WORDS)
    assert counting.sentences == len(WORDS)
    with torch.inference_mode():
        model.batch(WORDS)
    assert counting.sentences == 2 * len(WORDS), "what is annotated is not kept in memory"


tokenized = subwords.tokenized


def test_a_batch_of_kept_sentences_is_the_same(new_model: NewModel) -> None:
    tokenizer, cache = new_model().tokenizer, SubwordCache()
    fresh = word_batch(tokenizer, WORDS, 512)
    for _ in range(2):
        stored = word_batch(tokenizer, [*WORDS, WORDS[0]], 512, cache=cache)
        for name in FIELDS:
            assert torch.equal(getattr(stored, name)[: len(WORDS)], getattr(fresh, name))


@pytest.mark.parametrize(("room", "again"), [(0, 4), (1_000, 0)])
def test_a_full_cache_takes_no_more(new_model: NewModel, room: int, again: int) -> None:
    counting, cache = CountingTokenizer(new_model().tokenizer), SubwordCache(room)
    for _ in range(2):
        cache.of(counting, WORDS, 512)  # type: ignore[arg-type]
    assert counting.sentences == len(WORDS) + again
