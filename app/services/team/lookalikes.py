"""Names that look alike though their letters are of other alphabets: a Latin and a Cyrillic A."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_LATIN: Mapping[str, Mapping[str, str]] = {
    "CYRILLIC CAPITAL LETTER": {
        **{"A": "A", "VE": "B", "ES": "C", "IE": "E", "EN": "H", "JE": "J", "KA": "K", "EM": "M"},
        **{"O": "O", "ER": "P", "QA": "Q", "DZE": "S", "TE": "T", "IZHITSA": "V", "WE": "W"},
        **{"BYELORUSSIAN-UKRAINIAN I": "I", "HA": "X", "U": "Y"},
    },
    "CYRILLIC SMALL LETTER": {
        **{"A": "a", "ES": "c", "KOMI DE": "d", "IE": "e", "KOMI SJE": "g", "SHHA": "h"},
        **{"BYELORUSSIAN-UKRAINIAN I": "i", "JE": "j", "PALOCHKA": "l", "O": "o", "ER": "p"},
        **{"QA": "q", "DZE": "s", "IZHITSA": "v", "WE": "w", "HA": "x", "U": "y"},
    },
    "GREEK CAPITAL LETTER": {
        **{"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ETA": "H", "IOTA": "I", "KAPPA": "K"},
        **{"MU": "M", "NU": "N", "OMICRON": "O", "RHO": "P", "TAU": "T", "CHI": "X"},
        **{"UPSILON": "Y", "ZETA": "Z"},
    },
    "GREEK SMALL LETTER": {
        **{"ALPHA": "a", "IOTA": "i", "OMICRON": "o", "RHO": "p", "UPSILON": "u", "NU": "v"},
    },
}
"""By the names of Unicode: the letters that fonts draw as they draw a Latin one, after the table of
Unicode's technical standard 39."""
_AS_LATIN = {
    ord(unicodedata.lookup(f"{letters} {name}")): latin
    for letters, by_name in _LATIN.items()
    for name, latin in by_name.items()
}


def look_alike(name: str, other: str) -> bool:
    """Whether a reader takes the one for the other; case does not tell them apart."""
    return _drawn(name) == _drawn(other)


def _drawn(name: str) -> str:
    """What two names share that look alike: accents apart, since only some letters have one with
    theirs, and compatible forms as one."""
    letters = unicodedata.normalize("NFKD", name).translate(_AS_LATIN)
    return unicodedata.normalize("NFKD", letters.casefold())
