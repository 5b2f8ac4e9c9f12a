"""The sentences of the denoising view, the same on the screen and for a screen reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_MOST_AGREED = 5
_TITLE_LENGTH = 70
_MOST_NAMES = 2
_NAME_LENGTH = 30


class Reached(NamedTuple):
    """How far the noisy spans of a sentence with entities are after a step."""

    aimed: int
    """Spans whose prediction is an entity, boundary by boundary."""
    close: int
    """Spans that lie with both boundaries within a word of an entity."""
    spans: int


def choice(index: int, text: str, entities: int) -> str:
    line = _clipped(text, _TITLE_LENGTH)
    return f"{index + 1}. {line} ({_count(entities, 'entity', 'entities')})"


def noise_readout(num_spans: int) -> str:
    return f"{_count(num_spans, 'random span', 'random spans')}: nothing is known yet"


def noise_summary(num_spans: int) -> str:
    return f"Noise: {_count(num_spans, 'random span', 'random spans')}, no types yet."


def step_readout(
    number: int, gamma: int, reached: Reached | None, restarted: int, banked: Sequence[str]
) -> str:
    """A step in one line. `reached` is None in a sentence without entities; `banked` has the texts
    of the entities that this step banked."""
    clauses = ["nothing convinces the model yet"]
    if reached is not None:
        aim = "aims" if reached.aimed == 1 else "aim"
        clauses = [
            f"{reached.aimed} of {_count(reached.spans, 'span', 'spans')} {aim} at a name",
            f"{reached.close or 'none'} within a word of it",
        ]
    if restarted:
        clauses.append(f"{restarted} {'starts' if restarted == 1 else 'start'} again")
    if banked:
        clauses.append(f"{_listed(banked)} {'is' if len(banked) == 1 else 'are'} found")
    return f"Step {number} of {gamma}: {', '.join(clauses)}"


def step_summary(readout: str, votes: Sequence[tuple[str, str]]) -> str:
    """`votes` has a (text, label) for each confident span."""
    agreed = Counter(votes).most_common(_MOST_AGREED)
    spans = "; ".join(
        f"{text}, {label}, {_count(count, 'span', 'spans')}" for (text, label), count in agreed
    )
    return f"{readout}. {spans or 'No entity agreed on yet'}."


def entities_readout(entities: int, num_spans: int) -> str:
    entity_count = _count(entities, "entity", "entities")
    return f"Done: {entity_count} from {_count(num_spans, 'random span', 'random spans')}"


def entities_summary(entities: Sequence[tuple[str, str, float | None, int]], num_spans: int) -> str:
    """`entities` has a (text, label, score, collapsed) for each entity kept."""
    if not entities:
        return f"No entity: none of {_count(num_spans, 'noisy span', 'noisy spans')} was kept."
    reasons = "; ".join(
        f"{text}, {label}, {_percent(score)}, {_met(collapsed)}"
        for text, label, score, collapsed in entities
    )
    return f"{_count(len(entities), 'entity', 'entities')} kept. {reasons}."


def _percent(score: float | None) -> str:
    return "–" if score is None else f"{score:.0%}"


def _met(collapsed: int) -> str:
    if not collapsed:
        return "no span collapsed here"
    return f"{_count(collapsed, 'span', 'spans')} collapsed here"


def _listed(names: Sequence[str]) -> str:
    """Some names and how many more there are: "Ann, Bo and 5 more"."""
    shown = [_clipped(name, _NAME_LENGTH) for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        shown.append(f"{len(names) - _MOST_NAMES} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _clipped(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _count(number: int, singular: str, many: str) -> str:
    return f"{number} {singular if number == 1 else many}"
