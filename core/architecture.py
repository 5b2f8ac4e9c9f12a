"""Which generation of models this version can read. Nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEY = "architecture"
"""Where a model's `config.json` says its generation; the first one said nothing."""
ARCHITECTURE = 2
"""Grows when weights of before can no longer be used. 1: P^c without the product of both ends, and
φ on P^l + P^r + P^c."""


def outdated(saved: Mapping[str, Any]) -> str | None:
    """Why a model with this `config.json` cannot be used here, and what to do; None if it can."""
    found = saved.get(KEY, 1)
    if found == ARCHITECTURE:
        return None
    if isinstance(found, int) and found < ARCHITECTURE:
        when, remedy = (
            "an earlier",
            (
                "can no longer be used; train it again from the model that this version comes with "
                "(`python -m core train --from assets/models/default`)"
            ),
        )
    else:
        when, remedy = "a later", "cannot be used by this one; update Spanneal"
    return (
        f"was trained by {when} version of Spanneal (architecture {found}, this one reads "
        f"{ARCHITECTURE}) and {remedy}"
    )
