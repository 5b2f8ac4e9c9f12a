"""A layout with the columns that somebody chose."""

from __future__ import annotations

from dataclasses import replace

from .choice import EXAMPLE, ColumnChoice
from .layout import LAST, Layout, TagColumn
from .notation import Notation


def chosen_layout(layout: Layout, choice: ColumnChoice) -> Layout:
    """The found layout with the chosen columns in it. Raises `ValueError`."""
    word = layout.word if choice.word is None else _index(layout, choice.word)
    tags = tuple(_tag(layout, tag) for tag in choice.tags) or layout.tags
    taken = {tag.index for tag in tags if tag.key is None}
    if word in taken:
        raise ValueError(
            f"column {word + 1} cannot hold both the words and the tags; "
            f"choose two columns, as --columns {EXAMPLE}"
        )
    automatic = {tag.index for tag in layout.tags if tag.key is None and layout.certain}
    return replace(
        layout,
        word=word,
        tags=tags,
        identifier=None if layout.identifier == word else layout.identifier,
        language=layout.language if word == layout.word else "",
        characters=layout.characters and word == layout.word,
        other_tags=tuple(sorted({*layout.other_tags, *automatic} - taken - {word})),
        certain=True,
    )


def _tag(layout: Layout, text: str) -> TagColumn:
    column, colon, key = text.rpartition(":")
    if colon and key and text not in layout.names:
        return TagColumn(_index(layout, column), key)
    index = _index(layout, text)
    same = (tag for tag in layout.tags if tag.index == index and tag.key is None)
    return next(same, TagColumn(index, notation=_spelling(layout)))


def _spelling(layout: Layout) -> Notation:
    return layout.tags[0].notation if layout.certain else Notation.STANDARD


def _index(layout: Layout, text: str) -> int:
    names = [name.strip().casefold() for name in layout.names]
    if text.casefold() in names:
        return names.index(text.casefold())
    if text == "last":
        return LAST if layout.width is None else layout.width - 1
    if not text.isdecimal() or int(text) < 1:
        listed = f"; its columns are called {', '.join(layout.names)}" if layout.names else ""
        raise ValueError(f"the file has no column {text!r}{listed}; numbers begin at 1")
    if layout.width is not None and int(text) > layout.width:
        raise ValueError(f"the file has {layout.width} columns, and no column {text}")
    return int(text) - 1
