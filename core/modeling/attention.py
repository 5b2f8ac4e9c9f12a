"""The span encoder: self-attention between spans and cross-attention to the words (section 4.2).

B sentences, K spans, M words, H hidden, A heads.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig


class KeyValue(NamedTuple):
    """The projected keys and values of a sentence for cross-attention, computed once."""

    keys: Tensor  # (B, A, M, H / A)
    values: Tensor  # (B, A, M, H / A)


class Attention(nn.Module):
    """Multi-head attention with keys and values that can be reused between calls."""

    def __init__(self, hidden_size: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        self.query = nn.Linear(hidden_size, hidden_size)
        self.key = nn.Linear(hidden_size, hidden_size)
        self.value = nn.Linear(hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, hidden_size)

    def project_kv(self, keys: Tensor, values: Tensor) -> KeyValue:
        return KeyValue(self._split(self.key(keys)), self._split(self.value(values)))

    def forward(self, queries: Tensor, kv: KeyValue, mask: Tensor | None = None) -> Tensor:
        """Attend from queries (B, K, H) to `kv`: (B, K, H). `mask` (B, M) is true at valid
        positions."""
        attended = F.scaled_dot_product_attention(
            self._split(self.query(queries)),
            kv.keys,
            kv.values,
            attn_mask=None if mask is None else mask[:, None, None],
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out(attended.transpose(1, 2).flatten(2))

    def _split(self, states: Tensor) -> Tensor:
        return states.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


class SpanEncoder(nn.Module):
    """Self-attention, cross-attention and a feed-forward layer; either attention can be ablated.

    Positional encodings of spans and words are added to queries and keys only, as in DAB-DETR.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size = config.hidden_size
        attention = (size, config.num_heads, config.dropout)
        self.self_attention = Attention(*attention) if config.self_attention else None
        self.cross_attention = Attention(*attention) if config.cross_attention else None
        self.feed_forward = nn.Sequential(
            nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(3))
        self.dropout = nn.Dropout(config.dropout)

    def project_kv(self, word_states: Tensor, word_places: Tensor) -> KeyValue | None:
        """Project the words' keys and values; None if cross-attention is ablated."""
        if self.cross_attention is None:
            return None
        return self.cross_attention.project_kv(word_states + word_places, word_states)

    def forward(
        self,
        spans: Tensor,
        places: Tensor,
        kv: KeyValue | None,
        mask: Tensor,
        attend_others: bool = True,
    ) -> Tensor:
        """Update spans (B, K, H), given their positional encodings `places` (B, K, H), the words'
        `kv` and their mask (B, M). Unless they `attend_others`, spans attend to themselves."""
        if self.self_attention is not None:
            queries, values = spans + places, spans
            if not attend_others:
                queries, values = queries.flatten(0, 1)[:, None], spans.flatten(0, 1)[:, None]
            span_kv = self.self_attention.project_kv(queries, values)
            update = self.self_attention(queries, span_kv).view_as(spans)
            spans = self.norms[0](spans + self.dropout(update))
        if self.cross_attention is not None and kv is not None:
            update = self.cross_attention(spans + places, kv, mask)
            spans = self.norms[1](spans + self.dropout(update))
        return self.norms[2](spans + self.dropout(self.feed_forward(spans)))
