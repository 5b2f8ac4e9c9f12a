"""Tokenize words to subwords in batches, with the map back to words."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

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
    tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sequence[str]], max_subwords: int
) -> WordBatch:
    """Tokenize sentences of words into one padded batch.

    Only a single word longer than `max_subwords` is ever truncated; `core.text.segmentation` keeps
    sentences within the budget.
    """
    encodable = [[_encodable(word) for word in words] for words in sentences]
    with _TOKENIZING, panics_as_errors():
        encoded = tokenizer(
            encodable, is_split_into_words=True, truncation=True, max_length=max_subwords
        )
    rows = len(sentences)
    longest = max(len(ids) for ids in encoded["input_ids"])
    max_words = max(len(words) for words in sentences)
    input_ids = torch.zeros(rows, longest, dtype=torch.long)
    mask = torch.zeros(rows, longest, dtype=torch.long)
    word_of = torch.full((rows, longest), max_words, dtype=torch.long)
    shapes = torch.zeros(rows, max_words, dtype=torch.long)
    for row, words in enumerate(sentences):
        ids = encoded["input_ids"][row]
        word_indices = [max_words if word is None else word for word in encoded.word_ids(row)]
        input_ids[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = 1
        word_of[row, : len(ids)] = torch.tensor(word_indices)
        shapes[row, : len(words)] = torch.tensor([shape_of(word) for word in words])
    lengths = torch.tensor([len(words) for words in sentences])
    return WordBatch(input_ids, mask, word_of, shapes, lengths)


def _encodable(word: str) -> str:
    """The word with lone surrogates, which no tokenizer accepts, replaced by U+FFFD; its length
    stays."""
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
