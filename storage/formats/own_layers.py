"""The layers that people make themselves, in what INCEpTION and WebAnno write."""

from __future__ import annotations

import re

_OWN = re.compile(r"(webanno\.custom|custom)\..+")


def own_layer(name: str) -> bool:
    """Whether a layer of this name was made by the project's people."""
    return _OWN.fullmatch(name) is not None
