"""Every sentence that the denoising view says, shown and read aloud alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_MOST_AGREED = 5
_TITLE_LENGTH = 70


def choice(index: int, text: str, entities: int) -> str:
    line = " ".join(text.split())
    if len(line) > _TITLE_LENGTH:
        line = line[: _TITLE_LENGTH - 1].rstrip() + "…"
    return f"{index + 1}. {line} ({_count(entities, 'entity', 'entities')})"


def noise_readout(gamma: int, t: int, num_spans: int) -> str:
    return f"step 0 / {gamma} · t = {t} · {_count(num_spans, 'random span', 'random spans')}"


def noise_summary(num_spans: int) -> str:
    return f"Noise: {_count(num_spans, 'random span', 'random spans')}, no types yet."


def step_readout(number: int, gamma: int, t: int, confident: int, num_spans: int) -> str:
    return (
        f"step {number} / {gamma} · t = {t} · "
        f"{confident} of {_count(num_spans, 'span', 'spans')} confident"
    )


def step_summary(readout: str, votes: Sequence[tuple[str, str]]) -> str:
    """`votes` has a (text, label) for each confident span."""
    agreed = Counter(votes).most_common(_MOST_AGREED)
    spans = "; ".join(
        f"{text}, {label}, {_count(count, 'span', 'spans')}" for (text, label), count in agreed
    )
    return f"{readout.capitalize()}. {spans or 'No entity agreed on yet'}."


def entities_readout(entities: int, num_spans: int) -> str:
    entity_count = _count(entities, "entity", "entities")
    return f"done · {entity_count} from {_count(num_spans, 'noisy span', 'noisy spans')}"


def entities_summary(entities: Sequence[tuple[str, str, float, int]], num_spans: int) -> str:
    """`entities` has a (text, label, score, collapsed) for each entity kept."""
    if not entities:
        return f"No entity: none of {_count(num_spans, 'noisy span', 'noisy spans')} was kept."
    reasons = "; ".join(
        f"{text}, {label}, {score:.0%}, {_met(collapsed)}"
        for text, label, score, collapsed in entities
    )
    return f"{_count(len(entities), 'entity', 'entities')} kept. {reasons}."


def _met(collapsed: int) -> str:
    if not collapsed:
        return "no span collapsed here"
    return f"{_count(collapsed, 'span', 'spans')} collapsed here"


def _count(number: int, singular: str, many: str) -> str:
    return f"{number} {singular if number == 1 else many}"
