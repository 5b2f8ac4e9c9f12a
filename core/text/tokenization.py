"""Raw text into words with code-point offsets, in any script.

One regular expression, tried at each position from the most specific kind of word (a URL) to
the least (any one grapheme). Every code point that is not white space lies in exactly one
token and no token holds white space. Boundaries err on the side of cutting, because an entity
can only begin and end where a word does: "London-based" is three words, "Kyiv's" two.

Every repetition that can fail after a long run is bounded or possessive, so the time is linear
in the text even where the text is one line of 10 MB.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from ..types import Token

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\u30FC\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts written without spaces: one grapheme, one word."""

_START = rf"[[\p{{L}}\p{{N}}\p{{GCB=Prepend}}]--[{_UNSPACED}]]"
_MARKS = r"\p{M}\p{GCB=Extend}\p{GCB=SpacingMark}\u200D"
_INSIDE = rf"[{_START}{_MARKS}\u00AD]"
_RUN = rf"(?:{_START}{_INSIDE}*+)"
"""Letters and digits with their marks; soft hyphens and joiners do not end a word."""

_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_EXTEND = rf"[{_MARKS}]"

_URL = r"(?i:(?:https?|ftp)://|www\.)(?:{ok}|\({ok}*+\))*(?:{end}|\({ok}*+\))".format(
    ok=rf"[^\s\x1C-\x1F<>\"()“”«»{_UNSPACED}\u3000-\u303F\uFF00-\uFFEF]",
    end=rf"[^\s\x1C-\x1F<>\"()“”«»{_UNSPACED}\u3000-\u303F\uFF00-\uFFEF'’.,;:!?\]}}…*]",
)
_HOST = r"(?:[\p{L}\p{N}\-]{1,63}+\.){1,8}"
_EMAIL = rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}}._%+\-]{{0,63}}+@{_HOST}\p{{L}}{{2,24}}+"
_DOMAIN = (
    rf"{_HOST}(?:com|org|net|edu|gov|info|io|co|uk|de|fr|eu|ua|pl)(?!{_INSIDE})"
    r"(?:/[\p{L}\p{N}/_%#?=&.~+\-]{0,2000}[\p{L}\p{N}/_=])?"
)
_MENTION = rf"(?<!{_INSIDE})@[[\p{{L}}\p{{N}}_]--[{_UNSPACED}]]++"
_HASHTAG = rf"(?<!{_INSIDE})[#\uFF03](?=[\p{{N}}_]*+\p{{L}})[\p{{L}}\p{{N}}_{_MARKS}]++"

_FLAG = r"\p{RI}\p{RI}"
_KEYCAP = r"[0-9#*]\uFE0F?\u20E3"
_PICTURE_PART = rf"\p{{Extended_Pictographic}}{_EXTEND}*+"
_PICTURE = rf"{_PICTURE_PART}(?:(?<=\u200D){_PICTURE_PART})*+"
_IDEOGRAPH = rf"(?=[{_UNSPACED}])\X"

_TITLES = (
    "Mr|Mrs|Ms|Messrs|Mx|Dr|Drs|Prof|St|Ste|Sts|Jr|Sr|Gen|Col|Capt|Cpt|Cmdr|Lt|Sgt|Maj|Cpl|Adm"
    "|Rev|Hon|Gov|Sen|Rep|Pres|Supt|Insp|Det|Amb|Mme|Mlle|Hr|Sra|Dra|Inc|Ltd|Corp|Bros|Co|Cie"
    "|Dept|Univ|Assn|Mt|Ft|Ave|Blvd|Ph\\.D|M\\.Sc|B\\.Sc|Ed\\.D|vs|etc|al|approx|ca|cf|resp|dba"
    "|г|м|ул|вул|обл|им|ім|проф|акад"  # noqa: RUF001
)
_BEFORE_NUMBER = (
    "No|Nos|Nr|pp?|Fig|Figs|Eq|Sec|Art|Ch|Vol|c|b|d|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_ABBREVIATION = (
    rf"(?:(?:{_TITLES})\.(?!{_INSIDE})|(?:{_BEFORE_NUMBER})\.(?=\h?\p{{N}})|v\.(?=\h+\p{{Lu}}))"
)
_LETTER = rf"[\p{{L}}--[{_UNSPACED}]]\p{{M}}{{0,4}}+"
_ACRONYM = rf"(?:{_LETTER}\.)+{_LETTER}(?!{_INSIDE})\.?"
_INITIALS = rf"(?:\p{{Lu}}\p{{M}}{{0,4}}+\.)+(?=\h*+[\p{{L}}\p{{N}},;:&(\-–—]|{_APOSTROPHE}s)"

_CLITIC = rf"(?i:s|m|d|re|ve|ll)(?!{_INSIDE})"
_NOT = rf"[nN]{_APOSTROPHE}[tT](?!{_INSIDE})"
_CLITIC_WORD = rf"(?:(?<=[^\s\x1C-\x1F]){_APOSTROPHE}{_CLITIC}|(?<=\p{{L}}){_NOT})"
_NEGATED = rf"{_START}{_INSIDE}*?(?={_NOT})"
_ELIDED = (
    rf"(?i:[ldjmtscn]|qu|jusqu|lorsqu|puisqu|dell|nell|sull|dall|all|un|quell)"
    rf"{_APOSTROPHE}(?!{_CLITIC})(?={_START})"
)
_WORD = (
    rf"{_RUN}(?:(?:{_APOSTROPHE}(?!{_CLITIC})|(?<=\p{{Nd}})[.,:](?=\p{{Nd}})"
    rf"|(?<=\p{{Hebrew}})[\"\u05F3\u05F4](?=\p{{Hebrew}})){_RUN})*+"
)
_DOTS = r"\.{2,3}+|-{2,3}+"
_ANYTHING = r"[^\s\x1C-\x1F]"

_PLAIN = r"[A-Za-z]++(?=[ ,;\n])"
"""What most English words look like; the same answer as below, found at once."""

_TOKEN = regex.compile(
    r"[\s\x1C-\x1F]*+((?:"
    + "|".join(
        (
            _PLAIN, _URL, _EMAIL, _DOMAIN, _MENTION, _HASHTAG, _FLAG, _KEYCAP, _PICTURE,
            _IDEOGRAPH, _ABBREVIATION, _ACRONYM, _INITIALS, _CLITIC_WORD, _NEGATED, _ELIDED,
            _WORD, _DOTS, _ANYTHING,
        )
    )
    + rf"){_EXTEND}*+)",
    regex.V1,
)  # fmt: skip


def tokenize(text: str) -> tuple[Token, ...]:
    """The words of `text` in order, as half-open code-point offsets.

    Letters, digits and their marks run together; a script without spaces gives one grapheme a
    word; URLs, e-mail addresses, @mentions, #hashtags, emoji, numbers ("1,234.5") and dotted
    abbreviations ("U.S.", "Ms.") stay whole; hyphens, English clitics ("'s", "n't") and Romance
    elisions ("l'") are cut off; any other symbol is a word of its own, except that up to three
    dots or dashes in a row are one. Deterministic, linear in the length of the text.
    """
    return tuple(tokens(text))


def tokens(text: str) -> Iterator[Token]:
    """The words of `tokenize`, one after another."""
    end = len(text.rstrip())
    return (Token(*match.span(1)) for match in _TOKEN.finditer(text, 0, end))
