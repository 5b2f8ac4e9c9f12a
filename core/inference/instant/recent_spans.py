"""The spans of the sentences that were looked at last: a document is suggested on, and learnt when
it is submitted a minute later."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from ...modeling.model import DiffusionNER
from .embeddings import SentenceSpans, embed_spans

MAX_BYTES = 64 * 2**20
"""For each model; a page of text has 6 MB of embeddings."""


class RecentSpans:
    """Embeddings of a model whose weights do not change, by the words of the sentence."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._by_words: OrderedDict[tuple[str, ...], SentenceSpans] = OrderedDict()
        self._bytes = 0

    def embed(self, model: DiffusionNER, batch: Sequence[Sequence[str]]) -> list[SentenceSpans]:
        """As `embed_spans`, which is asked for the sentences that were not looked at lately."""
        keys = [tuple(words) for words in batch]
        with self._lock:
            spans_by_words = {
                words: spans for words in keys if (spans := self._by_words.get(words))
            }
        new = [words for words in dict.fromkeys(keys) if words not in spans_by_words]
        spans_by_words |= zip(new, embed_spans(model, new), strict=True)
        with self._lock:
            for words in keys:
                self._remember(words, spans_by_words[words])
        return [spans_by_words[words] for words in keys]

    def _remember(self, words: tuple[str, ...], spans: SentenceSpans) -> None:
        if words not in self._by_words:
            self._bytes += spans.embeddings.nbytes
        self._by_words[words] = spans
        self._by_words.move_to_end(words)
        while self._bytes > self.max_bytes:
            _, oldest = self._by_words.popitem(last=False)
            self._bytes -= oldest.embeddings.nbytes


_by_model: WeakKeyDictionary[DiffusionNER, RecentSpans] = WeakKeyDictionary()


def recent_spans(model: DiffusionNER) -> RecentSpans:
    """Those of a model."""
    return _by_model.setdefault(model, RecentSpans())
