"""Which versions of the model format, and which architectures, this version can read. Nothing here
imports torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from ..config import Architecture
from ..installation import BUNDLED, PROGRAM

KEY = "architecture"
"""The field of `config.json` that holds the format's version; version 1 did not write it. The
architecture's name is the field of the same name in the part `model`."""
FORMAT = 5
"""Increased whenever weights change their names or meaning. 1: P^c without the biaffine term, and φ
on P^l + P^r + P^c. 2: any number of layers in the span encoder, usually one, and one φ for nested
and flat decoding. 3: φ on ½ P^l + ½ P^r + 2 P^c, up to 3. 4: without a named architecture."""
_HIGHEST_SCORE_BEFORE_4 = 3.0


def outdated(saved: Mapping[str, Any]) -> str | None:
    """Explain why the model with this `config.json` cannot be used here and what to do; None if it
    can."""
    version = saved.get(KEY, 1)
    model = saved.get("model")
    single_layer = isinstance(model, Mapping) and model.get("num_layers") == 1
    if version in (3, 4, FORMAT) or (version == 2 and single_layer):
        return _unknown_architecture(model)
    if isinstance(version, int) and version < FORMAT:
        release, remedy = (
            "an earlier",
            (
                "can no longer be used; train it again from the model that this version comes with "
                f"(`{PROGRAM} train --from {BUNDLED}`)"
            ),
        )
    else:
        release, remedy = "a later", "cannot be used by this one; update Spanneal"
    return (
        f"was trained by {release} version of Spanneal (model format {version}, this one reads "
        f"{FORMAT}, 4, 3, and 2 with one layer) and {remedy}"
    )


def _unknown_architecture(model: object) -> str | None:
    known = get_args(Architecture)
    name = model.get("architecture", known[0]) if isinstance(model, Mapping) else known[0]
    if name in known:
        return None
    return (
        f"has the architecture {name!r}, expected one of {', '.join(known)}; a later version of "
        "Spanneal may know it: update Spanneal, or train the model again"
    )


def settings(saved: Mapping[str, Any]) -> dict[str, Any]:
    """The `model` part of a readable `config.json`, converted to the current fields."""
    model = {name: value for name, value in saved["model"].items() if name != "num_layers"}
    model = {"flat_threshold": model["threshold"], **model}
    if saved[KEY] < 4:
        for name in ("threshold", "flat_threshold"):
            model[name] /= _HIGHEST_SCORE_BEFORE_4
    return model


def weight_name(name: str) -> str:
    """The current name of a weight of a readable model."""
    return re.sub(r"^denoiser\.layers\.0\.", "denoiser.span_encoder.", name)
