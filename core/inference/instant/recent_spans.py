"""The spans of the sentences that were looked at last: a document is suggested on, and learnt when
it is submitted a minute later."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from ...modeling.model import DiffusionNER
from ..pipeline import Pipeline
from ..recent_sentences import RecentSentences
from .embeddings import SentenceSpans, embed_spans

MAX_BYTES = 64 * 2**20
"""For each model; a page of text has 6 MB of embeddings."""


class RecentSpans:
    """Embeddings of a model whose weights do not change, by the words of the sentence."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._spans = RecentSentences[SentenceSpans](max_bytes)

    def embed(self, pipeline: Pipeline, batch: Sequence[Sequence[str]]) -> list[SentenceSpans]:
        """As `embed_spans`, which is asked for the sentences that were not looked at lately."""
        keys = [tuple(words) for words in batch]
        spans_by_words = self._spans.get(keys)
        new = [words for words in dict.fromkeys(keys) if words not in spans_by_words]
        embedded = embed_spans(pipeline.model, new, pipeline.recent_states)
        new_spans = dict(zip(new, embedded, strict=True))
        self._spans.keep(new_spans)
        spans_by_words |= new_spans
        return [spans_by_words[words] for words in keys]


_by_model: WeakKeyDictionary[DiffusionNER, RecentSpans] = WeakKeyDictionary()


def recent_spans(model: DiffusionNER) -> RecentSpans:
    """Those of a model."""
    return _by_model.setdefault(model, RecentSpans())
