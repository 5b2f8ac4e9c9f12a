"""Sentences that were looked at lately are not embedded again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from core.inference.instant import recent_spans
from core.inference.instant.embeddings import SentenceSpans
from core.inference.instant.recent_spans import RecentSpans
from core.modeling.model import DiffusionNER

FIRST, SECOND, THIRD = ("Bo", "left"), ("Ada", "stayed"), ("Nobody",)


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The sentences that were embedded."""
    embedded: list[tuple[str, ...]] = []

    def embed(_model: object, batch: Sequence[Sequence[str]]) -> list[SentenceSpans]:
        embedded.extend(map(tuple, batch))
        return [SentenceSpans(tuple(words), [], torch.ones(1, len(words))) for words in batch]

    monkeypatch.setattr(recent_spans, "embed_spans", embed)
    return embedded


def test_a_sentence_is_embedded_once_however_often_it_occurs(
    embedded: list[tuple[str, ...]],
) -> None:
    spans = RecentSpans()
    model: DiffusionNER = None  # type: ignore[assignment]
    first = spans.embed(model, [FIRST, SECOND, FIRST])
    again = spans.embed(model, [SECOND, THIRD])
    assert embedded == [FIRST, SECOND, THIRD]
    assert [item.words for item in (*first, *again)] == [FIRST, SECOND, FIRST, SECOND, THIRD]


def test_only_the_last_ones_are_remembered(embedded: list[tuple[str, ...]]) -> None:
    spans = RecentSpans(max_bytes=16)
    model: DiffusionNER = None  # type: ignore[assignment]
    for sentence in (FIRST, SECOND, FIRST, THIRD, FIRST, SECOND):
        spans.embed(model, [sentence])
    assert embedded == [FIRST, SECOND, THIRD, SECOND], "the oldest went when the third came"
