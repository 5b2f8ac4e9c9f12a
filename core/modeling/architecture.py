"""Which generation of models this version can read. Nothing here imports torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..inference.scoring import WEIGHTS
from ..installation import BUNDLED, PROGRAM

KEY = "architecture"
"""Where a model's `config.json` says its generation; the first one said nothing."""
ARCHITECTURE = 4
"""Grows when weights are named or used otherwise than before. 1: P^c without the product of both
ends, and φ on P^l + P^r + P^c. 2: any number of layers in the span encoder, one as a rule,
and one φ for nested and flat decoding. 3: φ on ½ P^l + ½ P^r + 2 P^c, up to 3."""


def outdated(saved: Mapping[str, Any]) -> str | None:
    """Why a model with this `config.json` cannot be used here, and what to do; None if it can."""
    found = saved.get(KEY, 1)
    model = saved.get("model")
    one_layer = isinstance(model, Mapping) and model.get("num_layers") == 1
    if found in (3, ARCHITECTURE) or (found == 2 and one_layer):
        return None
    if isinstance(found, int) and found < ARCHITECTURE:
        when, remedy = (
            "an earlier",
            (
                "can no longer be used; train it again from the model that this version comes with "
                f"(`{PROGRAM} train --from {BUNDLED}`)"
            ),
        )
    else:
        when, remedy = "a later", "cannot be used by this one; update Spanneal"
    return (
        f"was trained by {when} version of Spanneal (architecture {found}, this one reads "
        f"{ARCHITECTURE}, 3, and 2 with one layer) and {remedy}"
    )


def settings(saved: Mapping[str, Any]) -> dict[str, Any]:
    """The `model` part of a `config.json` that is not `outdated`, in this generation's fields."""
    model = {name: value for name, value in saved["model"].items() if name != "num_layers"}
    model = {"flat_threshold": model["threshold"], **model}
    if saved[KEY] < 4:
        for name in ("threshold", "flat_threshold"):
            model[name] /= WEIGHTS
    return model


def weight_name(name: str) -> str:
    """What this generation calls a weight of a model that is not `outdated`."""
    return re.sub(r"^denoiser\.layers\.0\.", "denoiser.span_encoder.", name)
