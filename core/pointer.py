"""The boundary pointers: for each noisy span, how likely each word is its left or right edge.

B sentences, K spans, M words, H hidden, P the pointer's inner width.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class BoundaryPointer(nn.Module):
    """P^δ = softmax(MLP(H_S W_S^δ + H̄_X W_X^δ)) for one boundary δ (section 4.2).

    The two-layer perceptron's first layer is the pair (W_S, W_X). The paper's sigmoid is
    replaced by a softmax over the words, since the objective takes -log P of one word.
    A bias, learned for each span, weighs the distance to the noisy boundary; without it the
    pointer knows words but not places.
    """

    def __init__(self, hidden_size: int, pointer_size: int) -> None:
        super().__init__()
        self.words = nn.Linear(hidden_size, pointer_size)
        self.spans = nn.Linear(hidden_size, pointer_size, bias=False)
        self.score = nn.Linear(pointer_size, 1, bias=False)
        self.reach = nn.Linear(hidden_size, 1)

    def forward(self, words: Tensor, spans: Tensor, distance: Tensor, mask: Tensor) -> Tensor:
        """log P^δ (B, K, M).

        `words` (B, M, P) is `self.words` of the sentence, computed once; `spans` (B, K, H);
        `distance` (B, K, M) from the noisy boundary, in words; `mask` (B, M) is true on words.
        """
        fused = words[:, None] + self.spans(spans)[:, :, None]  # (B, K, M, P)
        logits = F.relu(fused, inplace=not self.training) @ self.score.weight[0]
        logits = logits - F.softplus(self.reach(spans)) * distance
        return logits.masked_fill(~mask[:, None], -1e4).log_softmax(dim=-1)
