"""f_θ(x_t, S, t) as the paper has it (section 4.2): noisy spans in, P^l, P^r and P^c of the same
spans out. `ModelConfig.departures` exchange single parts for ours.

B sentences, K spans, M words, H hidden, C types and ∅ (the last index).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...config import ModelConfig
from ...diffusion import boundaries as codec
from ..attention import KeyValue, SpanEncoder
from ..embeddings import sinusoidal
from ..network import BoundaryLogProbs, DenoisingNetwork, EncodedBatch
from ..pointer import BoundaryPointer
from ..span_features import SpanFeatures, SpanTable
from .parts import AdditivePointer, MeanPooling, NoPositions, Positions


@dataclass(frozen=True)
class PaperBatch(EncodedBatch):
    """The sentences of a batch, projected for each part of the decoder."""

    table: Tensor | SpanTable
    kv: KeyValue | None
    left_word_states: Tensor  # (B, M, H): H_S W_S^l
    right_word_states: Tensor  # (B, M, H): H_S W_S^r


@dataclass(frozen=True)
class TypedLogProbs(BoundaryLogProbs):
    """P^l, P^r and P^c of K noisy spans."""

    type_logits: Tensor  # (B, K, C + 1)

    def candidates(self, lengths: Tensor) -> Tensor:
        """(l, r) of Algorithm 2, line 7: each noisy span proposes its best boundaries alone, (B, K,
        1, 2). The two argmaxes, and where they cross, which the paper leaves open, the best pair
        that does not."""
        return self.best()[:, :, None]

    def type_probs(self) -> Tensor:
        """P^c (B, K, C + 1): the softmax layer of the classifier."""
        return self.type_logits.float().softmax(-1)


class PaperDenoiser(DenoisingNetwork[PaperBatch]):
    """The architecture `paper`: H̄_X = SpanEncoder(H_S, H_X) + E_t, then two pointers and a
    classifier of the noisy span."""

    label_rows = ("classifier.2.weight", "classifier.2.bias")

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size, ours = config.hidden_size, config.departures
        self.scale = config.scale
        self.features = SpanFeatures(size) if "features" in ours else MeanPooling()
        self.positions = Positions(size) if "positions" in ours else NoPositions()
        self.span_encoder = SpanEncoder(config)
        self.left, self.right = (
            BoundaryPointer(size, config.pointer_size)
            if "pointer" in ours
            else AdditivePointer(size)
            for _ in range(2)
        )
        self.classifier = nn.Sequential(
            nn.Linear(size, size), nn.ReLU(), nn.Linear(size, len(config.labels) + 1)
        )

    def encode(self, word_states: Tensor, lengths: Tensor) -> PaperBatch:
        """Compute what depends on the sentence alone, once and for all timesteps (section 4.2)."""
        index = torch.arange(word_states.shape[1], device=word_states.device)
        return PaperBatch(
            lengths,
            index < lengths[:, None],
            self.features.table(word_states),
            self.span_encoder.project_kv(word_states, self.positions.words(word_states)),
            self.left.words(word_states),
            self.right.words(word_states),
        )

    def forward(self, x_t: Tensor, t: Tensor, encoded: PaperBatch) -> TypedLogProbs:
        """Equation 5: P^l, P^r and P^c of K spans from x_t (B, K, 2) at t (B,)."""
        positions = codec.to_positions(x_t, encoded.lengths, self.scale)  # (B, K, 2)
        boundaries = codec.to_boundaries(x_t, encoded.lengths, self.scale)  # footnote 3
        spans = self._encode_spans(boundaries, positions, t, encoded)
        index = torch.arange(encoded.mask.shape[1], device=x_t.device)
        left, right = (positions[..., None] - index).abs().unbind(2)
        return TypedLogProbs(
            self.left(encoded.left_word_states, spans, left, encoded.mask),
            self.right(encoded.right_word_states, spans, right, encoded.mask),
            self.classifier(spans),  # P^c = Classifier(H̄_X)
        )

    def type_logits(self, boundaries: Tensor, encoded: PaperBatch) -> Tensor:
        """Type logits (B, K, C + 1) of spans (B, K, 2) of inclusive word indices, taken as noisy
        spans that hardly have noise: t = 1. Algorithm 2 does not need them; the search for label
        errors does."""
        t = boundaries.new_ones(len(boundaries))
        return self.classifier(self._encode_spans(boundaries, boundaries.float(), t, encoded))

    def _encode_spans(
        self, boundaries: Tensor, positions: Tensor, t: Tensor, encoded: PaperBatch
    ) -> Tensor:
        """H̄_X = SpanEncoder(H_S, H_X) + E_t (B, K, H)."""
        spans = self.features(encoded.table, boundaries)  # H_X
        places = self.positions(positions)
        time = sinusoidal(t, spans.shape[-1])[:, None]  # E_t
        return self.span_encoder(spans, places, encoded.kv, encoded.mask) + time
