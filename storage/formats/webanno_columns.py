"""What the cells of a WebAnno TSV 3 file are, by its header: layers, and features of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.formats.own_layers import choice_note, label_feature, own_layer, short_name
from storage.formats.webanno_escapes import FEATURE, LAYER

_LAYER_KINDS = ("#T_SP", "#T_CH", "#T_RL")
"""Spans, chains and relations; what else the header says makes no cells."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells hold what, counted from the first after the word."""

    label: int | None
    """The entities; None where no layer is theirs."""
    layer: str = ""
    """The entities' layer, as a person calls it."""
    features: Mapping[int, str] = field(default_factory=dict)
    """The other features of that layer."""
    others: Mapping[int, str] = field(default_factory=dict)
    """The layers of the other cells."""
    note: str | None = None
    """Which feature the labels are, where several may be."""


def find_columns(header: Sequence[str]) -> Columns:
    """The columns of a header's lines."""
    cells: list[tuple[str, str, bool]] = []
    for line in header:
        kind, _, rest = line.partition("=")
        if kind in _LAYER_KINDS:
            layer, *features = [part for part in rest.split("|") if part] or [""]
            cells += [(layer, feature, kind == "#T_SP") for feature in features or [""]]
    own_layers = {layer for layer, _, spans in cells if spans and own_layer(layer)}
    if any(cell[:2] == (LAYER, FEATURE) for cell in cells):
        return _columns(cells, LAYER, FEATURE, None)
    if len(own_layers) != 1:
        return Columns(None, others={i: short_name(cell[0]) for i, cell in enumerate(cells)})
    (layer,) = own_layers
    features = [cell[1] for cell in cells if cell[0] == layer]
    label = label_feature(features)
    note = choice_note(short_name(layer), label, features) if len(features) > 1 else None
    return _columns(cells, layer, label, note)


def _columns(
    cells: Sequence[tuple[str, str, bool]], layer: str, label: str, note: str | None
) -> Columns:
    column = next(i for i, cell in enumerate(cells) if cell[:2] == (layer, label))
    return Columns(
        column,
        short_name(layer),
        {i: cell[1] for i, cell in enumerate(cells) if cell[0] == layer and i != column},
        {i: short_name(cell[0]) for i, cell in enumerate(cells) if cell[0] != layer},
        note,
    )
