"""Which columns somebody chose for the words and the tags."""

from __future__ import annotations

from dataclasses import dataclass

EXAMPLE = "word=2,tag=3"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns by number, from 1, or by the name that the file gives them; None: find it.

    A tag may be a feature of a column, `10:NER` for `NER=B-PER` in the tenth. Several tags are the
    levels of nested entities.
    """

    word: str | None = None
    tags: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = [] if self.word is None else [f"word={self.word}"]
        return ",".join(words + [f"tag={tag}" for tag in self.tags])


def parse_columns(text: str) -> ColumnChoice:
    """`"word=2,tag=3,tag=4"` → the choice. Raises `ValueError` for anything else."""
    word: str | None = None
    tags: list[str] = []
    for part in text.split(","):
        role, _equals, column = (piece.strip() for piece in part.partition("="))
        if role == "word" and column and word is None:
            word = column
        elif role == "tag" and column:
            tags.append(column)
        else:
            raise ValueError(
                f"expected columns as {EXAMPLE}, by number from 1 or by name, with one word and "
                f"one tag or more for nested entities (tag=3,tag=4), got {text!r}"
            )
        if column.isdigit() and int(column) == 0:
            raise ValueError(f"columns are numbered from 1, got {part.strip()!r}")
    return ColumnChoice(word, tuple(tags))
