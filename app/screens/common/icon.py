"""The icon on a browser's tab."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

from app.settings import ROOT


@cache
def icon() -> str:
    """As an address that holds the picture itself: nobody asks for it, here or elsewhere, so it is
    there before one has signed in too. Streamlit's own symbols are pictures on Google's servers."""
    picture = (ROOT / "assets" / "pictures" / "icon.png").read_bytes()
    return f"data:image/png;base64,{b64encode(picture).decode()}"
