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
from .network import BoundaryLogProbs, DenoisingNetwork, EncodedBatch
from .pointer import BoundaryPointer
from .span_features import SpanFeatures, SpanTable
from .type_classifier import TypeClassifier, TypeTable


@dataclass(frozen=True)
class ProjectedBatch(EncodedBatch):
    """The sentences of a batch, projected for each part of the denoiser."""

    noisy_table: SpanTable
    type_table: TypeTable
    kv: KeyValue | None
    left_word_states: Tensor  # (B, M, P)
    right_word_states: Tensor  # (B, M, P)


class Denoiser(DenoisingNetwork[ProjectedBatch]):
    """The architecture `spanneal`: boundaries from noisy spans, types from any span."""

    label_rows = tuple(f"types.{name}" for name in TypeClassifier.label_rows)

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

    def encode(self, word_states: Tensor, lengths: Tensor) -> ProjectedBatch:
        """Project the word states H_S (B, M, H) once for all timesteps."""
        index = torch.arange(word_states.shape[1], device=word_states.device)
        places = self.word_place(sinusoidal(index, self.word_place.in_features))
        return ProjectedBatch(
            lengths,
            index < lengths[:, None],
            self.noisy_features.table(word_states),
            self.types.table(word_states),
            self.span_encoder.project_kv(word_states, places),
            self.left.words(word_states),
            self.right.words(word_states),
        )

    def forward(self, x_t: Tensor, t: Tensor, encoded: ProjectedBatch) -> BoundaryLogProbs:
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

    def type_logits(self, boundaries: Tensor, encoded: ProjectedBatch) -> Tensor:
        """Type logits (B, K, C + 1), ∅ last, of spans (B, K, 2) of inclusive word indices.

        The type depends on the predicted span and not on the noisy one, so that all noisy spans
        that reach the same boundaries receive the same target.
        """
        return self.types(encoded.type_table, boundaries)

    def all_type_logits(self, boundaries: Tensor, encoded: ProjectedBatch) -> Tensor:
        return self.types.of_all_spans(encoded.type_table, boundaries)

    def span_embeddings(self, boundaries: Tensor, encoded: ProjectedBatch) -> Tensor:
        """The type classifier's view of spans and of the words around them, see
        `TypeClassifier.embed`."""
        return self.types.embed(encoded.type_table, boundaries, encoded.mask)

    @property
    def span_embedding_size(self) -> int:
        return self.types.embedding_size
