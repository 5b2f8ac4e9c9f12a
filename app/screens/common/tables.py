"""Tables to be edited on a page."""

from __future__ import annotations

from hashlib import blake2b

import pandas as pd


def key_of(name: str, frame: pd.DataFrame) -> str:
    """A key that changes with what is stored: Streamlit keeps edits by row number, and would lay
    them over whatever else comes to stand in that row."""
    return f"{name}_{digest(frame.to_dict('split'))}"


def digest(content: object) -> str:
    """Another for every content."""
    return blake2b(repr(content).encode(), digest_size=8).hexdigest()
