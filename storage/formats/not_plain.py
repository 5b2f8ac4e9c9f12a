"""Files that nobody would annotate as they stand: markup of other tools and tables, by name.

Only what is evident is refused: prose may begin with `<`, have commas and speak of T1.
"""

from __future__ import annotations

import re

from storage.formats.evident_table import OWN_JSON, table_refusal
from storage.formats.gzipped import ending

_AS_IT_IS = "to import it as it stands, choose the format 'Plain texts' (--format text)"
_OTHER_XML = (
    "this is XML, of which UIMA CAS XMI alone is read; write a line "
    f"{OWN_JSON} of each document (--format jsonl)"
)
_XML_HEAD = r"(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?"
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(_XML_HEAD + r"<collection\b(?=.*<(?:passage|infon)\b)", re.DOTALL),
        "this is BioC's XML, which is not read; export the collection in PubTator's format "
        "(--format pubtator)",
    ),
    (
        re.compile(_XML_HEAD + r"<GateDocument\b"),
        f"this is GATE's XML, which is not read; write a line {OWN_JSON} of each document "
        "(--format jsonl)",
    ),
    (
        re.compile(r"<\?xml\s(?![^>]*>\s*(?:<!DOCTYPE html|<html)\b)", re.IGNORECASE),
        _OTHER_XML,
    ),
    (
        re.compile(r"<(?!html\b)[a-z][\w.:-]*\s[^<>]{0,2000}\bxmlns\b", re.IGNORECASE),
        _OTHER_XML,
    ),
    (
        re.compile(r".*?<(?:ENAMEX|TIMEX|NUMEX)\s+TYPE=\"", re.DOTALL | re.IGNORECASE),
        "its entities stand in <ENAMEX> tags within the text, which are not read; write a line "
        f"{OWN_JSON} of each document (--format jsonl)",
    ),
    (
        re.compile(r".*?<START:[\w-]+> [^<]{1,200} <END>", re.DOTALL),
        "its entities stand in OpenNLP's <START:…> tags within the text, which are not read; "
        f"write a line {OWN_JSON} of each document (--format jsonl)",
    ),
    (
        re.compile(r"(?:[^\n]*\n){0,5}?nlu:\s*\n\s*- (?:intent|synonym|regex|lookup):"),
        "this is Rasa's YAML, which is not read; make JSON of it with 'rasa data convert nlu "
        "--data FILE --out nlu.json -f json'",
    ),
)
_ELEMENT = re.compile(r"<(?:!--|!DOCTYPE\s(?!html\b)|(?!html\b)[a-z])[^<>]*>", re.IGNORECASE)
_XML_ENDINGS = (".xml", ".tei")
_BRAT_LINE = re.compile(r"(?:[TREAMN]\d+|\*|#\d+)\t\S.*")
_BRAT_ENTITY = re.compile(r"T\d+\t\S+ \d+ \d+(?:;\d+ \d+)*(?:\t.*)?")
_TAGGED_WORD = re.compile(
    r"[^\s|]+\|(?:[^\s|]+\|)?(?:O|[BIMELSUW]-\S+|[A-Z_]{3,})"
    r"|[^\s/]+/(?:[^\s/]+/)?(?:O|[BIMELSUW]-\S+|[A-Z_]{3,})"
)
_OUTSIDE = ("|O", "/O")
_LINES, _WORDS = 50, 500
"""So many are looked at."""
_SHARE_TAGGED = 0.95


def not_plain(start: bytes, name: str) -> str | None:
    """What a file that begins so is instead of plain text, and what to do; None for a text."""
    text = start.decode(errors="ignore").lstrip("\ufeff \t\r\n")
    is_xml = ending(name) in _XML_ENDINGS
    reason = (
        _markup(text)
        or (_OTHER_XML if is_xml and _ELEMENT.match(text) else None)
        or _standoff(text)
        or _tagged(text)
        or table_refusal(text, name)
    )
    return f"{reason}; {_AS_IT_IS}" if reason else None


def _markup(text: str) -> str | None:
    return next((reason for pattern, reason in _MARKUP if pattern.match(text)), None)


def _standoff(text: str) -> str | None:
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    if not all(map(_BRAT_LINE.fullmatch, lines)) or not any(map(_BRAT_ENTITY.fullmatch, lines)):
        return None
    return (
        "these are brat's annotations without their text; pack each annotation file with its "
        ".txt of the same name as a ZIP (--format brat)"
    )


def _tagged(text: str) -> str | None:
    words = text.split(maxsplit=_WORDS)[:_WORDS]
    tagged = sum(_TAGGED_WORD.fullmatch(word) is not None for word in words)
    if tagged < 2 or tagged < _SHARE_TAGGED * len(words):
        return None
    if not any(word.endswith(_OUTSIDE) for word in words):
        return None
    return (
        f"each word has its tag behind it ({words[0][:40]!r}), which is not read; put each word "
        "with its tag on a line of its own, a tab between, and a blank line after each sentence "
        "(--format conll)"
    )
