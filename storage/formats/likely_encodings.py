"""Which encodings a text that is not UTF-8 may be in, and the words by which a person can tell.

Nothing is read by a guess: windows-1252 and windows-1250 differ in a few letters alone, and no
statistics tells them apart in a short text. So several candidates are offered, each with the words
that it reads differently, and somebody chooses.
"""

from __future__ import annotations

import codecs
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ENCODINGS: Mapping[str, str] = {
    "windows-1252": "Western European",
    "iso-8859-15": "Western European with €",
    "iso-8859-1": "Western European, Latin-1",
    "windows-1250": "Central European",
    "iso-8859-2": "Central European, Latin-2",
    "mac-roman": "Western European, old Macs",
    "cp850": "Western European, DOS",
    "windows-1254": "Turkish",
    "windows-1257": "Baltic",
    "windows-1251": "Cyrillic",
    "koi8-r": "Cyrillic, KOI8",
    "windows-1253": "Greek",
    "windows-1255": "Hebrew",
    "windows-1256": "Arabic",
    "cp932": "Japanese, Shift_JIS",
    "euc-jp": "Japanese, EUC",
    "gb18030": "Chinese, GB",
    "big5": "Chinese, Big5",
    "euc-kr": "Korean",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
}
"""The encodings that a file can be read in, besides what says itself what it is, with their use.
Of several that read a text alike, the first is offered."""

MOST_OFFERED = 4
WORDS_SHOWN = 4
_LONGEST_WORD = 24
_MESS = 0.6
"""charset-normalizer's share of odd characters up to which it hands a reading on; its default, 0.2,
leaves Polish in ISO-8859-2 without any."""
_NEAR = 0.25
"""By how much more mess a reading is still offered beside the cleanest."""
_STEP = 0.07
"""Mess that differs by less says nothing: Finnish as Mac Roman has 0.00, as windows-1252 0.06."""
_COHERENT = 0.1
_PYTHON = {codecs.lookup(name).name.replace("-", "_"): name for name in ENCODINGS}


@dataclass(frozen=True, slots=True)
class EncodingCandidate:
    """How a text reads in one encoding."""

    encoding: str
    """A key of `ENCODINGS`."""
    words: tuple[str, ...]
    """Some of the text's words beyond ASCII, the same ones in all candidates of one text."""

    def __str__(self) -> str:
        return f"{self.encoding} ({', '.join(self.words[:2])})" if self.words else self.encoding


def named(encoding: str) -> str:
    """The key of `ENCODINGS` for an encoding that goes by several names, as `latin-1` does.

    Raises `ValueError` where it is none of them.
    """
    try:
        return _PYTHON[codecs.lookup(encoding).name.replace("-", "_")]
    except LookupError:
        raise ValueError(
            f"{encoding!r} is no encoding that files are read in; expected one of "
            f"{', '.join(ENCODINGS)}"
        ) from None


def likely(sample: bytes) -> tuple[EncodingCandidate, ...]:
    """What a text that is not UTF-8 may be in, the likeliest first; empty where none is likely."""
    from charset_normalizer import from_bytes

    offered = [name for name in _PYTHON if name != "iso8859_1"]  # windows-1252 without its quotes
    matches = from_bytes(sample, cp_isolation=offered, threshold=_MESS, enable_fallback=False)
    ranked = sorted(
        (
            int(match.chaos / _STEP),
            match.coherence < _COHERENT,
            min(_rank(name) for name in match.could_be_from_charset),
            match.chaos,
        )
        for match in matches
    )
    names = list(ENCODINGS)
    cleanest = min((chaos for *_, chaos in ranked), default=0.0)
    clean = [names[rank] for *_, rank, chaos in ranked if chaos <= cleanest + _NEAR]
    return _candidates(sample, clean[:MOST_OFFERED])


def _rank(encoding: str) -> int:
    return list(ENCODINGS).index(_PYTHON[encoding])


def _candidates(sample: bytes, encodings: Sequence[str]) -> tuple[EncodingCandidate, ...]:
    """Each with the same words, first those that most of them read differently; of several that
    read the text alike, the first."""
    texts: dict[str, str] = {}
    for encoding in encodings:
        texts.setdefault(sample.decode(encoding, errors="ignore"), encoding)
    if next(iter(texts.values()), "").startswith("utf-16"):  # blanks are no bytes in it
        return tuple(
            EncodingCandidate(encoding, _first_words(text)) for text, encoding in texts.items()
        )
    words = [token for token in dict.fromkeys(sample.split()) if not token.isascii()]
    read = {
        encoding: [_shown(word.decode(encoding, errors="ignore")) for word in words]
        for encoding in texts.values()
    }
    differing = sorted(zip(*read.values(), strict=True), key=lambda shown: -len(set(shown)))
    chosen = [shown for shown in differing if all(shown)][:WORDS_SHOWN]
    return tuple(
        EncodingCandidate(encoding, tuple(shown[number] for shown in chosen))
        for number, encoding in enumerate(read)
    )


def _first_words(text: str) -> tuple[str, ...]:
    words = (_shown(word) for word in dict.fromkeys(text.split()) if not word.isascii())
    return tuple(words)[:WORDS_SHOWN]


def _shown(word: str) -> str:
    clipped = word.strip(string.punctuation)[:_LONGEST_WORD]
    return "".join(char if char.isprintable() else "\ufffd" for char in clipped)
