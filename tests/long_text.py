"""A long document of our own sentences, for what only long documents show."""

from __future__ import annotations

import random

_PEOPLE = ("Anna Berg", "Olena Kovalenko", "Peter Novak", "Lena Fischer", "Ada Lovelace")
_FIRMS = ("Bank of Norway", "Nordwind AG", "Acme Corporation", "New York University", "Red Cross")
_PLACES = ("Oslo", "Kyoto", "New York", "Lima", "Vienna")
_SENTENCES = (
    "{person} joined the {firm} in {place} last spring, after a long search for a new trade.",
    "The {firm} opened an office in {place}, where {person} will lead a team of twelve people.",
    "Nobody at the meeting remembered who had first proposed the new rule.",
    "In {place}, {person} met the board of the {firm} and spoke about prices.",
    "The weather was fair, and the road along the river was open again.",
)


def long_text(words: int = 20_000, seed: int = 1) -> str:
    """Return chapters of paragraphs with at least so many words, the same for each seed."""
    draw = random.Random(seed)
    lines: list[str] = []
    written = 0
    while written < words:
        if len(lines) % 12 == 0:
            lines.append(f"Chapter {len(lines) // 12 + 1}: {draw.choice(_PLACES)}")
        sentences = [
            draw.choice(_SENTENCES).format(
                person=draw.choice(_PEOPLE), firm=draw.choice(_FIRMS), place=draw.choice(_PLACES)
            )
            for _ in range(4)
        ]
        lines.append(" ".join(sentences))
        written += sum(len(sentence.split()) for sentence in sentences)
    return "\n".join(lines)
