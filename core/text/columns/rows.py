"""Tell lines apart: words, blank lines, comments, headers, and marks between sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

DOCUMENT_START = "-DOCSTART-"
_COMMENT = re.compile(r"#(?:[\s#]|$|\s*[\w.:-]+\s*=)")
_GLOBAL = re.compile(r"#\s*global\.columns\s*=\s*(.+)", re.IGNORECASE)
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
_PART_OF_WORD = re.compile(r"\d+[-.]\d+")


def looks_like_comment(line: str) -> bool:
    """Whether a line may be a comment; `#` with its tag is one only for who knows no layout."""
    return bool(_COMMENT.match(line))


def global_columns(line: str) -> tuple[str, ...]:
    """The names of CoNLL-U Plus, `# global.columns = ID FORM NE`; empty for other lines."""
    match = _GLOBAL.match(line)
    return tuple(match[1].split()) if match else ()


def starts_document(cells: Sequence[str]) -> bool:
    return any(cell.strip().startswith(DOCUMENT_START) for cell in cells[:2])


def is_markup(cells: Sequence[str]) -> bool:
    """`<HEADLINE>` or `</s>` alone in its line: structure, and no word."""
    return (
        bool(cells)
        and bool(_MARKUP.fullmatch(cells[0].strip()))
        and not any(cell.strip() for cell in cells[1:])
    )


def is_token_range(identifier: str) -> bool:
    """`1-2`, a multiword token whose words follow, or `5.1`, a word that the text does not have."""
    return bool(_PART_OF_WORD.fullmatch(identifier.strip()))
