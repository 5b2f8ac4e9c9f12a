"""f_θ(x_t, S, t) as the paper has it (section 4.2): noisy spans in, P^l, P^r and P^c of the same
spans out. `ModelConfig.departures` exchange single parts for ours.

B sentences, K spans, M words, H hidden, C types and ∅ (the last index).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...config import ModelConfig
from ...devices import mixed_precision
from ...diffusion import boundaries as codec
from ..attention import KeyValue, SpanEncoder
from ..embeddings import Positions, sinusoidal
from ..network import PROBABILITY_SCALE, BoundaryLogProbs, DenoisingNetwork, EncodedBatch
from ..pointer import BoundaryPointer
from ..span_features import SpanFeatures, SpanTable
from .parts import AdditivePointer, MeanPooling


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
        """(l, r) of Algorithm 2, line 7, (B, K, 1, 2): the argmax of P^l and of P^r, and where they
        cross, which the paper leaves open, the best pair that does not."""
        return self.best()[:, :, None]

    def type_probs(self) -> Tensor:
        """P^c (B, K, C + 1): the softmax layer of the classifier (section 4.2)."""
        return self.type_logits.float().softmax(-1)


class PaperDenoiser(DenoisingNetwork[PaperBatch]):
    """The architecture `paper`: H̄_X = SpanEncoder(H_S, H_X) + E_t, two pointers, and
    P^c = Classifier(H̄_X), a two-layer perceptron."""

    label_rows = ("classifier.2.weight", "classifier.2.bias")

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size, ours = config.hidden_size, config.departures
        self.scale = config.scale
        self.features = SpanFeatures(size) if "features" in ours else MeanPooling()
        self.positions = Positions(size) if "positions" in ours else None
        self.span_encoder = SpanEncoder(config)
        product = "pointer" in ours
        self.left, self.right = (
            BoundaryPointer(size, config.pointer_size) if product else AdditivePointer(size)
            for _ in range(2)
        )
        self.classifier = nn.Sequential(
            nn.Linear(size, size), nn.ReLU(), nn.Linear(size, len(config.labels) + 1)
        )
        self._embedding_size = 3 * size + len(config.labels) + 1

    def encode(self, word_states: Tensor, lengths: Tensor) -> PaperBatch:
        """Compute what depends on the sentence alone, once for all timesteps (section 4.2)."""
        index = torch.arange(word_states.shape[1], device=word_states.device)
        places = self.positions.words(index) if self.positions else word_states.new_zeros(())
        return PaperBatch(
            lengths,
            index < lengths[:, None],
            self.features.table(word_states),
            self.span_encoder.project_kv(word_states, places),
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
            self.classifier(spans),
        )

    def type_logits(self, boundaries: Tensor, encoded: PaperBatch) -> Tensor:
        """Type logits (B, K, C + 1) of spans (B, K, 2) of inclusive word indices, taken as noisy
        spans with hardly any noise, at t = 1. The search for label errors needs them."""
        t = boundaries.new_ones(len(boundaries))
        with mixed_precision(boundaries.device):  # as the states were encoded
            spans = self._encode_spans(boundaries, boundaries.float(), t, encoded)
            return self.classifier(spans).float()

    def span_embeddings(self, boundaries: Tensor, encoded: PaperBatch) -> Tensor:
        """The spans' features before and after the span encoder, as at t = 1 but each alone, the
        classifier's hidden layer and P^c: (B, K, `span_embedding_size`)."""
        pooled = self.features(encoded.table, boundaries)
        t, positions = boundaries.new_ones(len(boundaries)), boundaries.float()
        with mixed_precision(boundaries.device):
            spans = self._encode_spans(boundaries, positions, t, encoded, attend_others=False)
            hidden = self.classifier[1](self.classifier[0](spans))
            probs = PROBABILITY_SCALE * self.classifier[2](hidden).softmax(-1)
        return torch.cat([part.float() for part in (pooled, spans, hidden, probs)], -1)

    @property
    def span_embedding_size(self) -> int:
        return self._embedding_size

    def _encode_spans(
        self,
        boundaries: Tensor,
        positions: Tensor,
        t: Tensor,
        encoded: PaperBatch,
        attend_others: bool = True,
    ) -> Tensor:
        """H̄_X = SpanEncoder(H_S, H_X) + E_t (B, K, H)."""
        spans = self.features(encoded.table, boundaries)  # H_X, by mean pooling
        places = self.positions(positions) if self.positions else spans.new_zeros(spans.shape)
        time = sinusoidal(t, spans.shape[-1])[:, None]  # E_t
        return self.span_encoder(spans, places, encoded.kv, encoded.mask, attend_others) + time
