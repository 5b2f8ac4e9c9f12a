"""What every architecture's denoising network f_θ(x_t, S, t) takes and gives (section 4.2): the
interface between a network and the sampler, the training and `DiffusionNER`.

B sentences, K spans, M words, H hidden, C types and ∅ (the last index).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn

from ..diffusion import boundaries as codec

PROBABILITY_SCALE = 3.0
"""Of the probabilities in a span's embedding, beside features of unit variance."""


@dataclass(frozen=True)
class EncodedBatch:
    """The encoded sentences of a batch: everything that does not depend on the timestep. Each
    network adds its tables."""

    lengths: Tensor  # (B,)
    mask: Tensor  # (B, M), true on words


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

    def type_probs(self) -> Tensor | None:
        """P^c (B, K, C + 1) of the noisy spans themselves; None where the type is that of the
        predicted span, whichever noisy span predicts it (`DenoisingNetwork.type_logits`)."""
        return None


Batch = TypeVar("Batch", bound=EncodedBatch)


class DenoisingNetwork(nn.Module, Generic[Batch]):
    """Predict clean boundaries from noisy spans, and types."""

    label_rows: ClassVar[tuple[str, ...]]
    """Parameters with one row for each type, ∅ last."""

    def encode(self, word_states: Tensor, lengths: Tensor) -> Batch:
        """Project the word states H_S (B, M, H) once for all timesteps."""
        raise NotImplementedError

    def forward(self, x_t: Tensor, t: Tensor, encoded: Batch) -> BoundaryLogProbs:
        """Predict the boundaries of K spans from x_t (B, K, 2) at t (B,)."""
        raise NotImplementedError

    def type_logits(self, boundaries: Tensor, encoded: Batch) -> Tensor:
        """Type logits (B, K, C + 1) of any spans (B, K, 2) of inclusive word indices."""
        raise NotImplementedError

    def all_type_logits(self, boundaries: Tensor, encoded: Batch) -> Tensor:
        """`type_logits` of all spans of at most W words, in the order of
        `core.training.type_supervision.all_spans`: (B, M W, C + 1). A network may have a faster way
        to them."""
        return self.type_logits(boundaries, encoded)

    def span_embeddings(self, boundaries: Tensor, encoded: Batch) -> Tensor:
        """What the network knows of spans (B, K, 2) of inclusive word indices, for another
        classifier to learn from (`core.inference.instant`): (B, K, `span_embedding_size`)."""
        raise NotImplementedError

    @property
    def span_embedding_size(self) -> int:
        """F, the width of `span_embeddings`."""
        raise NotImplementedError
