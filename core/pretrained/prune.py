"""Choose which pieces of a multilingual vocabulary to keep.

No corpus is needed: the pieces are sorted by their log-probabilities over a hundred languages, and
a list of those that English text uses comes with the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

SPACE = "▁"
"""SentencePiece's mark of a word's beginning."""
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def choose_pieces(pieces: Sequence[str], preferred: AbstractSet[str], count: int) -> list[int]:
    """The ids of the `count` pieces to keep, ascending.

    The order is: special pieces, every single character (so that a word of any script still splits
    into known pieces), preferred pieces, all others; within each kind the more probable first.
    `pieces` must be sorted by falling probability. Raises ValueError if `count` has no room for the
    first two kinds.
    """
    priorities = [_priority(piece, preferred) for piece in pieces]
    required = sum(turn <= _CHARACTER for turn in priorities)
    if count < required:
        raise ValueError(
            f"a vocabulary of {count} pieces has no room for the {required} special pieces and "
            f"single characters: ask for at least {required}"
        )
    order = sorted(range(len(pieces)), key=lambda index: (priorities[index], index))
    return sorted(order[:count])


_SPECIAL, _CHARACTER, _PREFERRED, _OTHER = range(4)


def _priority(piece: str, preferred: AbstractSet[str]) -> int:
    if piece in SPECIALS:
        return _SPECIAL
    if len(piece) == 1:
        return _CHARACTER
    return _PREFERRED if piece in preferred else _OTHER
