"""Tokenize words to subwords in batches, with the map back to words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

import torch
from torch import Tensor
from transformers import BatchEncoding, PreTrainedTokenizerBase

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


class WordTokenizer:
    """A tokenizer of sentences that are given in words.

    A word's subwords do not depend on its neighbours, so words that were met are not tokenized
    again: a text's windows are measured in subwords before they are encoded, and training meets
    each sentence in every epoch. It holds up to `room` words and starts anew when they are more.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, room: int = 65_536) -> None:
        self._tokenizer = tokenizer
        self._room = room
        self._subwords: dict[str, tuple[int, ...]] = {}

    def lengths(self, words: Sequence[str]) -> list[int]:
        """The number of subwords of each word."""
        return [len(subwords) for subwords in self._of(words)]

    def widths(self, sentences: Sequence[Sequence[str]]) -> list[int]:
        """The number of subwords of each sentence, special tokens included."""
        specials = sum(map(len, self._specials)) if sentences else 0
        return [sum(map(len, subwords)) + specials for subwords in self._by_sentence(sentences)]

    def batch(
        self, sentences: Sequence[Sequence[str]], max_subwords: int, multiple: int = 1
    ) -> WordBatch:
        """Tokenize sentences into one padded batch, with numbers of words and subwords that are a
        multiple of `multiple`.

        Only a single word longer than `max_subwords` is ever truncated; `core.text.segmentation`
        keeps sentences within the budget.
        """
        before, after = self._specials
        lengths = [len(words) for words in sentences]
        max_words = _round_up(max(lengths), multiple)
        input_ids, word_of = [], []
        for subwords in self._by_sentence(sentences):
            room = max_subwords - len(before) - len(after)
            inner = list(chain.from_iterable(subwords))[:room]
            owners = [word for word, ids in enumerate(subwords) for _ in ids][:room]
            input_ids.append([*before, *inner, *after])
            word_of.append([max_words] * len(before) + owners + [max_words] * len(after))
        widths = [len(row) for row in input_ids]
        width = _round_up(max(widths), multiple)
        return WordBatch(
            _padded(input_ids, width, 0),
            (torch.arange(width) < torch.tensor(widths)[:, None]).long(),
            _padded(word_of, width, max_words),
            _padded([[shape_of(word) for word in words] for words in sentences], max_words, 0),
            torch.tensor(lengths),
        )

    @cached_property
    def _specials(self) -> tuple[list[int], list[int]]:
        """The special tokens before and after the words of a sentence."""
        encoded = self._encoded(["a"], add_special_tokens=True)
        ids, owners = encoded["input_ids"][0], encoded.word_ids(0)
        words = [place for place, word in enumerate(owners) if word is not None]
        first, last = (words[0], words[-1] + 1) if words else (-(-len(ids) // 2),) * 2
        return ids[:first], ids[last:]

    def _by_sentence(self, sentences: Sequence[Sequence[str]]) -> Iterator[list[tuple[int, ...]]]:
        """The subwords of each word, sentence by sentence, from one call of the tokenizer."""
        subwords = iter(self._of(list(chain.from_iterable(sentences))))
        return (list(islice(subwords, len(words))) for words in sentences)

    def _of(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """The subwords of each word."""
        known = self._subwords
        missing = [word for word in dict.fromkeys(words) if word not in known]
        if not missing:
            return [known[word] for word in words]
        ids = self._encoded(missing, add_special_tokens=False)["input_ids"]
        new = dict(zip(missing, map(tuple, ids), strict=True))
        subwords = [new[word] if word in new else known[word] for word in words]
        held = {word: ids for word, ids in new.items() if len(word) <= _LONGEST}
        if len(known) + len(held) <= self._room:
            known.update(held)
        else:
            self._subwords = dict(islice(held.items(), self._room))
        return subwords

    def _encoded(self, words: Sequence[str], add_special_tokens: bool) -> BatchEncoding:
        """Tokenize words, each as a sentence of its own."""
        units = [[_encodable(word)] for word in words]
        with _TOKENIZING, panics_as_errors():
            return self._tokenizer(
                units,
                is_split_into_words=True,
                add_special_tokens=add_special_tokens,
                truncation=False,
                verbose=False,
            )


_TOKENIZING = threading.Lock()
"""A fast tokenizer changes its own settings at a call, and then refuses a second thread."""
_LONGEST = 64
"""Code points of a word that is held; longer ones are rarely met again."""


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _padded(rows: Sequence[Sequence[int]], width: int, value: int) -> Tensor:
    """The rows as one tensor, filled up to `width` with `value`."""
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])


def _encodable(word: str) -> str:
    """The word with lone surrogates, which no tokenizer accepts, replaced by U+FFFD; its length
    stays."""
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
