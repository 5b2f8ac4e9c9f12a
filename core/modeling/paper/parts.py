"""The parts of the paper's entity decoder (section 4.2) that ours replaced, each with the interface
of its replacement. B sentences, K spans, M words, H hidden."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from ...diffusion.boundaries import to_half_open
from ..span_features import gather_words


class MeanPooling(nn.Module):
    """H_X (section 4.2): the mean of the inner-span tokens, by running sums of the words."""

    def table(self, word_states: Tensor) -> Tensor:
        """The running sums (B, M + 1, H) of word states (B, M, H)."""
        return F.pad(word_states.float().cumsum(dim=1), (0, 0, 1, 0))

    def forward(self, table: Tensor, boundaries: Tensor) -> Tensor:
        """H_X (B, K, H) of spans (B, K, 2) of inclusive word indices."""
        start, end = to_half_open(boundaries).unbind(-1)
        return (gather_words(table, end) - gather_words(table, start)) / (end - start)[:, :, None]


class AdditivePointer(nn.Module):
    """P^δ = sigmoid(MLP(H_S W_S^δ + H̄_X W_X^δ)) for one boundary δ (section 4.2)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.words = nn.Linear(hidden_size, hidden_size, bias=False)  # W_S^δ
        self.spans = nn.Linear(hidden_size, hidden_size, bias=False)  # W_X^δ
        self.perceptron = nn.Sequential(
            nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 1)
        )

    def forward(self, word_states: Tensor, spans: Tensor, distance: Tensor, mask: Tensor) -> Tensor:
        """Return log P^δ (B, K, M) from the sentence's `self.words` (B, M, H), computed once, the
        spans (B, K, H) and the mask (B, M) of words. `distance` is ours, and not used."""
        fused = word_states[:, None] + self.spans(spans)[:, :, None]  # H_SX (B, K, M, H)
        logits = self.perceptron(fused).squeeze(-1).float()
        return F.logsigmoid(logits).masked_fill(~mask[:, None], -1e4)
