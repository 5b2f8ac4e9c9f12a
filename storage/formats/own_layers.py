"""The layers that people make themselves, in what INCEpTION and WebAnno write, and their labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OWN = re.compile(r"(webanno\.custom|custom)\..+")
# fmt: off
_LABELS = ("value", "label", "kind", "type", "category", "class", "entity", "tag", "name")
# fmt: on


def own_layer(name: str) -> bool:
    """Whether a layer of this name was made by the project's people."""
    return _OWN.fullmatch(name) is not None


def label_feature(features: Sequence[str]) -> str:
    """The feature that holds the labels: by its name, or else by the end of its name, or else the
    first."""
    for matches in (str.__eq__, str.endswith):
        for name in _LABELS:
            for feature in features:
                if matches(feature.lower(), name):
                    return feature
    return features[0]


def choice_note(layer: str, feature: str, features: Sequence[str]) -> str:
    """What to tell the person of a label that was taken from one feature of several."""
    passed = ", ".join(repr(name[:80]) for name in features if name != feature)
    return f"its labels are the feature {feature[:80]!r} of the layer {layer}, not {passed}"


def short_name(layer: str) -> str:
    """What a person calls a layer."""
    return layer.rpartition(".")[2][:80]


def feature_left_out(feature: str, layer: str) -> str:
    """The kind under which values of another feature are counted."""
    return f"values of the feature {feature[:80]} of the layer {layer}, left out"
