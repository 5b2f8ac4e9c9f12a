"""How the simulated annotator corrects a draft to gold, and what each correction costs.

A gesture is a key press, a click or a drag on the Annotate page; pointing at something, reading
and scrolling cost nothing. The annotator is as thrifty as the page allows, and never wrong:

    add       drag over the words, press the label's key                2
    relabel   point at the span, press the label's key                  1
    move      drag the end that is wrong                                1 an end
    reject    point at the span, press X                                1
    submit    Ctrl+Enter: what is left is right, next document          1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from app.editing import DraftSpan
from core.types import Key, key_of

ADD = 2
SUBMIT = 1


@dataclass(frozen=True, slots=True)
class Correction:
    """Operations of the page that bring a draft nearer to gold."""

    operations: tuple[dict[str, Any], ...]
    gestures: int
    start: int
    end: int


def corrections(spans: Sequence[DraftSpan], gold: Iterable[Key]) -> list[Correction]:
    """All that a draft needs, in reading order. What is suggested rightly needs nothing: it is
    accepted by submitting."""
    live = [span for span in spans if span.status != "rejected"]
    right = {key_of(span) for span in live}
    wanted = dict.fromkeys(gold)
    missing = [key for key in wanted if key not in right]
    wrong = [span for span in live if key_of(span) not in wanted]
    found = []
    taken = {key_of(span) for span in live}
    for cost, span, key in sorted(_repairs(wrong, missing, taken), key=lambda repair: repair[0]):
        if span in wrong and key in missing:
            wrong.remove(span)
            missing.remove(key)
            found.append(Correction(tuple(_repair(span, key, taken)), cost, *key[:2]))
    found += [
        Correction(
            ({"op": "delete" if span.source == "person" else "reject", "id": span.id},),
            1,
            span.start,
            span.end,
        )
        for span in wrong
    ]
    found += [
        Correction(
            (
                {
                    "op": "add",
                    "id": f"{start}-{end}-{label}",
                    "start": start,
                    "end": end,
                    "label": label,
                },
            ),
            ADD,
            start,
            end,
        )
        for start, end, label in missing
    ]
    return sorted(found, key=lambda span: (span.start, -span.end))


def _repairs(
    wrong: Sequence[DraftSpan], missing: Sequence[Key], taken: Set[Key]
) -> Iterator[tuple[int, DraftSpan, Key]]:
    """What turning a wrong span into a missing one costs, where that is cheaper than rejecting
    the one and adding the other."""
    for span in wrong:
        for key in missing:
            if span.start < key[1] and key[0] < span.end:
                cost = len(list(_differences(span, key)))
                blocked = {_moved(span, key), _relabelled(span, key)} <= taken
                if cost < 1 + ADD and not blocked:
                    yield cost, span, key


def _differences(span: DraftSpan, key: Key) -> Iterator[str]:
    yield from ("start",) if span.start != key[0] else ()
    yield from ("end",) if span.end != key[1] else ()
    yield from ("label",) if span.label != key[2] else ()


def _moved(span: DraftSpan, key: Key) -> Key:
    return key[0], key[1], span.label


def _relabelled(span: DraftSpan, key: Key) -> Key:
    return span.start, span.end, key[2]


def _repair(span: DraftSpan, key: Key, taken: Set[Key]) -> list[dict[str, Any]]:
    """The boundaries first, unless another span has just these and this label."""
    start, end, label = key
    steps: list[dict[str, Any]] = []
    if (span.start, span.end) != (start, end):
        steps.append({"op": "move", "id": span.id, "start": start, "end": end})
    if span.label != label:
        steps.append({"op": "relabel", "id": span.id, "label": label})
    return steps[::-1] if _moved(span, key) in taken else steps
