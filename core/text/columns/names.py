"""Names that headers, `# global.columns` and features give to columns."""

from __future__ import annotations

import re

from .notation import OUTSIDE, is_tag

_WORDS = frozenset(
    [
        "word",
        "words",
        "token",
        "tokens",
        "form",
        "text",
        "tok",
        "wordform",
        "surface",
        "char",
        "character",
    ]
)
_TAGS = frozenset(
    [
        "tag",
        "tags",
        "label",
        "labels",
        "entity",
        "entities",
        "iob",
        "iob2",
        "iob1",
        "bio",
        "bioes",
        "bilou",
        "iobtag",
        "biotag",
        "ne",
        "ner",
        "nerc",
        "gold",
        "name",
        "named",
        "namedentity",
    ]
)
_SENTENCES = frozenset(
    [
        "sentence",
        "sentences",
        "sent",
        "sentenceid",
        "sentid",
        "sentenceidx",
        "sentencenumber",
        "sentenceno",
        "sentidx",
        "sentnum",
    ]
)
_TAG_BEGINNINGS = ("ner", "nelabel", "netag", "necoarse", "nefine", "nenested", "entity", "named")
_NO_NAMES = OUTSIDE - {"O", "o"} | {""}
_OTHER_TAGS = frozenset(["pos", "postag", "chunk", "chunktag", "dep", "deprel", "upos", "xpos"])


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def names_words(name: str) -> bool:
    return _key(name) in _WORDS


def names_tags(name: str) -> bool:
    key = _key(name)
    return key not in _OTHER_TAGS and (key in _TAGS or key.startswith(_TAG_BEGINNINGS))


def names_sentences(name: str) -> bool:
    return _key(name) in _SENTENCES


def is_header(cells: list[str]) -> bool:
    """Whether a row names the columns, and is no word with its tag (NE is a part of speech)."""
    tagged = any(is_tag(cell) for cell in cells if cell.strip() not in _NO_NAMES)
    return any(map(names_words, cells)) and any(map(names_tags, cells)) and not tagged
