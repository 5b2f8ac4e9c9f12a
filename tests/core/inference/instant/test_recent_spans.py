"""Sentences that were looked at lately are not embedded again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from core.inference.instant import recent_spans
from core.inference.instant.embeddings import SentenceSpans
from core.inference.instant.recent_spans import RecentSpans
from core.inference.pipeline import Pipeline
from tests.core.conftest import NewModel

FIRST, SECOND, THIRD = ("Bo", "left"), ("Ada", "stayed"), ("Nobody",)


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The sentences that were embedded."""
    embedded: list[tuple[str, ...]] = []

    def embed(
        _model: object, batch: Sequence[Sequence[str]], _states: object
    ) -> list[SentenceSpans]:
        embedded.extend(map(tuple, batch))
        return [SentenceSpans(tuple(words), [], torch.ones(1, len(words))) for words in batch]

    monkeypatch.setattr(recent_spans, "embed_spans", embed)
    return embedded


def test_a_sentence_is_embedded_once_however_often_it_occurs(
    new_model: NewModel, embedded: list[tuple[str, ...]]
) -> None:
    spans = RecentSpans()
    pipeline = Pipeline(new_model())
    first = spans.embed(pipeline, [FIRST, SECOND, FIRST])
    again = spans.embed(pipeline, [SECOND, THIRD])
    assert embedded == [FIRST, SECOND, THIRD]
    assert [item.words for item in (*first, *again)] == [FIRST, SECOND, FIRST, SECOND, THIRD]


def test_only_the_last_ones_are_remembered(
    new_model: NewModel, embedded: list[tuple[str, ...]]
) -> None:
    spans = RecentSpans(max_bytes=16)
    pipeline = Pipeline(new_model())
    for sentence in (FIRST, SECOND, FIRST, THIRD, FIRST, SECOND):
        spans.embed(pipeline, [sentence])
    assert embedded == [FIRST, SECOND, THIRD, SECOND], "the oldest went when the third came"
