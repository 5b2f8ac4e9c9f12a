"""Tokenize words to subwords in batches, with the map back to words."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from ..devices import send
from ..text.word_shapes import shape_of
from .tokenizer_file import panics_as_errors


@dataclass(frozen=True)
class WordBatch:
    """Sentences as tensors. B sentences, S subwords, M words, padded with zeros."""

    input_ids: Tensor  # (B, S)
    attention_mask: Tensor  # (B, S)
    word_of: Tensor  # (B, S): index of the subword's word, M where it belongs to none
    shapes: Tensor  # (B, M)
    lengths: Tensor  # (B,)

    def to(self, device: torch.device) -> WordBatch:
        return WordBatch(
            send(self.input_ids, device),
            send(self.attention_mask, device),
            send(self.word_of, device),
            send(self.shapes, device),
            send(self.lengths, device),
        )


def subword_lengths(tokenizer: PreTrainedTokenizerBase, words: Sequence[str]) -> list[int]:
    """The number of subwords of each word."""
    if not words:
        return []
    counts = dict.fromkeys(words, 0)
    units = [[_encodable(word)] for word in counts]
    with _TOKENIZING, panics_as_errors():
        encoded = tokenizer(units, is_split_into_words=True, **_WITHOUT_SPECIALS)
    for word, ids in zip(counts, encoded["input_ids"], strict=True):
        counts[word] = len(ids)
    return [counts[word] for word in words]


_TOKENIZING = threading.Lock()
"""A fast tokenizer changes its own settings at a call, and then refuses a second thread."""
_WITHOUT_SPECIALS = {"add_special_tokens": False, "truncation": False, "verbose": False}


def word_batch(
    tokenizer: PreTrainedTokenizerBase,
    sentences: Sequence[Sequence[str]],
    max_subwords: int,
    multiple: int = 1,
    cache: SubwordCache | None = None,
) -> WordBatch:
    """Tokenize sentences of words into one padded batch, with numbers of words and subwords that
    are a multiple of `multiple`. Sentences in the `cache` are not tokenized again.

    Only a single word longer than `max_subwords` is ever truncated; `core.text.segmentation` keeps
    sentences within the budget.
    """
    if cache is None:
        encoded = tokenized(tokenizer, sentences, max_subwords)
    else:
        encoded = cache.of(tokenizer, sentences, max_subwords)
    width = _round_up(max(len(sentence.input_ids) for sentence in encoded), multiple)
    max_words = _round_up(max(len(sentence.shapes) for sentence in encoded), multiple)
    lengths = torch.tensor([len(sentence.shapes) for sentence in encoded])
    subwords = torch.tensor([len(sentence.input_ids) for sentence in encoded])
    return WordBatch(
        _padded([sentence.input_ids for sentence in encoded], width, 0),
        (torch.arange(width) < subwords[:, None]).long(),
        _padded(
            [[max_words if w is None else w for w in row.word_of] for row in encoded],
            width,
            max_words,
        ),
        _padded([sentence.shapes for sentence in encoded], max_words, 0),
        lengths,
    )


class TokenizedSentence(NamedTuple):
    """A sentence as the encoder's numbers."""

    input_ids: Sequence[int]
    word_of: Sequence[int | None]
    """Each subword's word; None for special tokens."""
    shapes: Sequence[int]
    """Each word's shape, an index in `SHAPES`."""


def tokenized(
    tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sequence[str]], max_subwords: int
) -> list[TokenizedSentence]:
    """Tokenize sentences of words in one call."""
    encodable = [[_encodable(word) for word in words] for words in sentences]
    with _TOKENIZING, panics_as_errors():
        encoded = tokenizer(
            encodable, is_split_into_words=True, truncation=True, max_length=max_subwords
        )
    return [
        TokenizedSentence(ids, encoded.word_ids(row), [shape_of(word) for word in words])
        for row, (ids, words) in enumerate(zip(encoded["input_ids"], sentences, strict=True))
    ]


class SubwordCache:
    """Tokenized sentences of a training set, which every epoch sees again.

    It takes sentences until it is full and drops none: epochs go around, so that the one dropped
    would be the next one asked for.
    """

    def __init__(self, max_subwords: int = 2_000_000) -> None:
        self._room = max_subwords
        self._sentences: dict[tuple[str, ...], TokenizedSentence] = {}

    def of(
        self,
        tokenizer: PreTrainedTokenizerBase,
        sentences: Sequence[Sequence[str]],
        max_subwords: int,
    ) -> list[TokenizedSentence]:
        """Tokenize the sentences that are not here yet, and return all."""
        keys = [tuple(words) for words in sentences]
        missing = [key for key in dict.fromkeys(keys) if key not in self._sentences]
        new: dict[tuple[str, ...], TokenizedSentence] = {}
        if missing:
            new = dict(zip(missing, tokenized(tokenizer, missing, max_subwords), strict=True))
        for key, sentence in new.items():
            if len(sentence.input_ids) <= self._room:
                self._room -= len(sentence.input_ids)
                self._sentences[key] = sentence
        return [new.get(key) or self._sentences[key] for key in keys]


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _padded(rows: Sequence[Sequence[int]], width: int, value: int) -> Tensor:
    """The rows as one tensor, filled up to `width` with `value`."""
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])


def _encodable(word: str) -> str:
    """The word with lone surrogates, which no tokenizer accepts, replaced by U+FFFD; its length
    stays."""
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
