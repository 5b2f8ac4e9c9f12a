"""The embeddings of a sentence's spans under a frozen model: what the head learns from.

S spans, F features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...diffusion.boundaries import to_half_open
from ...modeling.model import DiffusionNER
from ..recent_states import RecentStates

MAX_WIDTH = 8
"""The longest span, in words."""


@dataclass(frozen=True)
class SentenceSpans:
    """All spans of a sentence up to `MAX_WIDTH` words, and their embeddings."""

    words: tuple[str, ...]
    places: list[tuple[int, int]]
    """Half-open word indices (start, end)."""
    embeddings: Tensor  # (S, F)

    @property
    def nbytes(self) -> int:
        """The memory of the embeddings."""
        return self.embeddings.nbytes


@torch.inference_mode()
def embed_spans(
    model: DiffusionNER,
    batch: Sequence[Sequence[str]],
    recent_states: RecentStates | None = None,
) -> list[SentenceSpans]:
    """Embed all short spans of sentences that fit the model's window. What `recent_states` of this
    model has is not encoded again."""
    embedded: list[SentenceSpans | None] = [None] * len(batch)
    filled = [row for row, words in enumerate(batch) if words]
    for rows in model.inference_batches([batch[row] for row in filled]):
        chosen = [filled[row] for row in rows]
        sentences = [batch[row] for row in chosen]
        if recent_states is None:
            encoded = model.encode(model.batch(sentences))
        else:
            encoded = recent_states.reuse(sentences)
        boundaries = [_short_spans(len(batch[row])) for row in chosen]
        padded = torch.nn.utils.rnn.pad_sequence(boundaries, batch_first=True).to(model.device)
        embeddings = model.denoiser.span_embeddings(padded, encoded).cpu()
        for index, row in enumerate(chosen):
            places = [(start, end) for start, end in to_half_open(boundaries[index]).tolist()]
            embedded[row] = SentenceSpans(
                tuple(batch[row]), places, embeddings[index, : len(places)].clone()
            )
    empty = torch.zeros(0, model.denoiser.span_embedding_size)
    return [spans or SentenceSpans((), [], empty) for spans in embedded]


def _short_spans(length: int) -> Tensor:
    """Inclusive word indices (S, 2) of the spans of up to `MAX_WIDTH` words."""
    return torch.tensor(
        [
            (left, right)
            for left in range(length)
            for right in range(left, min(length, left + MAX_WIDTH))
        ]
    )
