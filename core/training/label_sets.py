"""Which labels a model has after it is fine-tuned on a corpus with labels of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LabelMode = Literal["auto", "replace", "join"]
"""`replace`: the corpus's labels. `join`: the parent's, and the corpus's new ones. `auto`: `join`
if the corpus has no new label, so that a corpus that lacks one loses none; else `replace`, since
the parent's labels, which nobody looked for in the corpus, would go on winning over new ones."""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """The labels of a fine-tuned model, and how they differ from its parent's."""

    labels: tuple[str, ...]
    new: tuple[str, ...]
    dropped: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"labels: {', '.join(self.labels)}"]
        if self.new:
            parts.append(f"new: {', '.join(self.new)}")
        if self.dropped:
            parts.append(f"dropped: {', '.join(self.dropped)} (--labels join keeps them)")
        return "; ".join(parts)


def label_change(
    parent: Sequence[str], corpus: Sequence[str], mode: LabelMode = "auto"
) -> LabelChange:
    """The labels after fine-tuning a model with the labels `parent` on a corpus with `corpus`."""
    new = tuple(label for label in corpus if label not in parent)
    if mode == "join" or (mode == "auto" and not new):
        return LabelChange((*parent, *new), new, ())
    dropped = tuple(label for label in parent if label not in corpus)
    return LabelChange(tuple(corpus), new, dropped)
