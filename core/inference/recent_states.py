"""The word states of the sentences that a model encoded last: a text is denoised, and then an
instant head embeds its spans. The encoder runs once for both.

B sentences, M words, H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from ..devices import send, shape_multiple
from ..modeling.model import DiffusionNER
from ..modeling.network import EncodedBatch
from .recent_sentences import RecentSentences, Words

MAX_BYTES = 16 * 2**20
"""On the model's device: 16,000 words of the bundled model, which has 1 KB a word. The projections
of an `EncodedBatch` would be 13 KB a word, and are a tenth of the encoder's work."""


class RecentStates:
    """H_S (M, H) by the words of the sentence, of one model, whose weights must not change.

    It can be pickled with its model; the states stay behind.
    """

    def __init__(self, model: DiffusionNER, max_bytes: int = MAX_BYTES) -> None:
        self.model = model
        self._states = RecentSentences[Tensor](max_bytes)

    def __reduce__(self) -> tuple[type[RecentStates], tuple[DiffusionNER, int]]:
        return RecentStates, (self.model, self._states.max_bytes)

    @torch.inference_mode()
    def encode(self, sentences: Sequence[Sequence[str]]) -> EncodedBatch:
        """Encode sentences as `DiffusionNER.encode` does, to the bit, and keep their states.

        None that were kept are taken: what a sentence was encoded beside changes the rounding of
        its states, and a seed replays only if what was asked before changes nothing.
        """
        batch = self.model.batch(sentences)
        word_states = self.model.word_states(batch)
        self._states.keep(_by_words(sentences, word_states))
        return self.model.project(word_states, batch.lengths)

    @torch.inference_mode()
    def reuse(self, sentences: Sequence[Sequence[str]]) -> EncodedBatch:
        """The same up to rounding, by an encoder that sees only sentences without kept states."""
        keys = [tuple(words) for words in sentences]
        states = self._states.get(keys)
        if new := [words for words in dict.fromkeys(keys) if words not in states]:
            encoded = _by_words(new, self.model.word_states(self.model.batch(new)))
            self._states.keep(encoded)
            states |= encoded
        device = self.model.device
        word_states = pad_sequence([states[words] for words in keys], batch_first=True)
        padding = -word_states.shape[1] % shape_multiple(device)
        lengths = torch.tensor([len(words) for words in keys])
        return self.model.project(F.pad(word_states, (0, 0, 0, padding)), send(lengths, device))


def _by_words(sentences: Sequence[Sequence[str]], word_states: Tensor) -> dict[Words, Tensor]:
    """The states (B, M, H) without their padding, in memory of their own."""
    return {
        tuple(words): states[: len(words)].clone()
        for words, states in zip(sentences, word_states, strict=True)
    }
