"""f_θ(x_t, S, t): the entity decoder that predicts clean boundaries and types (section 4.2).

B sentences, K spans, M words, H hidden, C types and ∅ (the last index).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..config import ModelConfig
from ..diffusion import boundaries as codec
from .attention import KeyValue, SpanEncoder
from .embeddings import sinusoidal
from .pointer import BoundaryPointer
from .span_features import SpanFeatures, SpanTable
from .type_classifier import TypeClassifier, TypeTable


@dataclass(frozen=True)
class EncodedBatch:
    """The encoded sentences of a batch: everything that does not depend on the timestep."""

    lengths: Tensor  # (B,)
    mask: Tensor  # (B, M), true on words
    noisy_table: SpanTable
    type_table: TypeTable
    kv: KeyValue | None
    left_word_states: Tensor  # (B, M, P)
    right_word_states: Tensor  # (B, M, P)


@dataclass(frozen=True)
class BoundaryLogProbs:
    """The boundary pointers' output for K spans."""

    left_log_probs: Tensor  # (B, K, M)
    right_log_probs: Tensor  # (B, K, M)

    def best(self) -> Tensor:
        """The most probable boundaries l <= r, inclusive: (B, K, 2)."""
        return codec.best_boundaries(self.left_log_probs, self.right_log_probs)

    def candidates(self, lengths: Tensor) -> Tensor:
        """The best boundaries, then the two likeliest left ones combined with the two likeliest
        right ones, for sentences of `lengths` (B,) words: (B, K, N, 2).

        N is 5, or 2 if all sentences have one word. A pair in the wrong order or past the end of
        its sentence is replaced by the best one.
        """
        best = self.best()[:, :, None]
        top = min(2, self.left_log_probs.shape[-1])
        left = self.left_log_probs.topk(top, -1).indices.repeat_interleave(top, -1)
        right = self.right_log_probs.topk(top, -1).indices.repeat(1, 1, top)
        mask = (left <= right) & (right < lengths[:, None, None])
        pairs = torch.where(mask[..., None], torch.stack([left, right], -1), best)
        return torch.cat([best, pairs], 2)


class Denoiser(nn.Module):
    """Predict clean boundaries from noisy spans, and the type of any span."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.scale = config.scale
        self.noisy_features = SpanFeatures(size)
        self.place = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, size))
        self.time = nn.Sequential(nn.Linear(size, size), nn.SiLU(), nn.Linear(size, size))
        self.word_place = nn.Linear(size // 2, size)
        self.span_encoder = SpanEncoder(config)
        self.left = BoundaryPointer(size, config.pointer_size)
        self.right = BoundaryPointer(size, config.pointer_size)
        self.types = TypeClassifier(config)

    def encode(self, word_states: Tensor, lengths: Tensor) -> EncodedBatch:
        """Project the word states H_S (B, M, H) once for all timesteps."""
        index = torch.arange(word_states.shape[1], device=word_states.device)
        places = self.word_place(sinusoidal(index, self.word_place.in_features))
        return EncodedBatch(
            lengths,
            index < lengths[:, None],
            self.noisy_features.table(word_states),
            self.types.table(word_states),
            self.span_encoder.project_kv(word_states, places),
            self.left.words(word_states),
            self.right.words(word_states),
        )

    def forward(self, x_t: Tensor, t: Tensor, encoded: EncodedBatch) -> BoundaryLogProbs:
        """Predict the boundaries of K spans from x_t (B, K, 2) at t (B,)."""
        positions = codec.to_positions(x_t, encoded.lengths, self.scale)  # (B, K, 2)
        boundaries = codec.to_boundaries(x_t, encoded.lengths, self.scale)
        spans = self.noisy_features(encoded.noisy_table, boundaries)
        half = spans.shape[-1] // 2
        places = self.place(sinusoidal(positions, half).flatten(2))
        time = self.time(sinusoidal(t, 2 * half))[:, None]  # E_t
        index = torch.arange(encoded.mask.shape[1], device=x_t.device)
        distance = (positions[..., None] - index).abs()  # (B, K, 2, M)
        left, right = distance.unbind(2)
        spans = self.span_encoder(spans, places, encoded.kv, encoded.mask) + time
        return BoundaryLogProbs(
            self.left(encoded.left_word_states, spans, left, encoded.mask),
            self.right(encoded.right_word_states, spans, right, encoded.mask),
        )

    def type_logits(self, boundaries: Tensor, encoded: EncodedBatch) -> Tensor:
        """Type logits (B, K, C + 1), ∅ last, of spans (B, K, 2) of inclusive word indices.

        The type depends on the predicted span and not on the noisy one, so that all noisy spans
        that reach the same boundaries receive the same target.
        """
        return self.types(encoded.type_table, boundaries)
