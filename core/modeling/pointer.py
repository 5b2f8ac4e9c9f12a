"""The boundary pointers: for each noisy span, a distribution over words for its left or right edge.

B sentences, K spans, M words, H hidden, P the pointer's inner width.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class BoundaryPointer(nn.Module):
    """P^δ = softmax((H_S W_S^δ)(H̄_X W_X^δ)ᵀ) for one boundary δ, after section 4.2.

    The paper adds the two projections and applies a perceptron with a sigmoid to each of the K x M
    sums. Their product is as good and one matrix multiplication (docs/results/training.md); the
    softmax runs over the words, since the objective takes -log P of one word. A learned weight for
    each span penalises the distance to the noisy boundary, so that the pointer uses positions as
    well as words.
    """

    def __init__(self, hidden_size: int, pointer_size: int) -> None:
        super().__init__()
        self.words = nn.Linear(hidden_size, pointer_size)
        self.spans = nn.Linear(hidden_size, pointer_size, bias=False)
        self.reach = nn.Linear(hidden_size, 1)

    def forward(self, word_states: Tensor, spans: Tensor, distance: Tensor, mask: Tensor) -> Tensor:
        """Return log P^δ (B, K, M).

        `word_states` (B, M, P) is `self.words` of the sentence, computed once; `spans` is (B, K,
        H); `distance` (B, K, M) is measured from the noisy boundary, in words; `mask` (B, M) is
        true on words.
        """
        logits = self.spans(spans) @ word_states.transpose(1, 2) * word_states.shape[-1] ** -0.5
        logits = logits - F.softplus(self.reach(spans)) * distance
        return logits.masked_fill(~mask[:, None], -1e4).log_softmax(dim=-1)
