"""Tables to be edited on a page."""

from __future__ import annotations

from hashlib import blake2b

import pandas as pd


def key_of(name: str, frame: pd.DataFrame) -> str:
    """A key that changes with what is stored: Streamlit keeps edits by row number, and would lay
    them over whatever else comes to stand in that row."""
    rows = repr(frame.to_dict("split")).encode()
    return f"{name}_{blake2b(rows, digest_size=8).hexdigest()}"
