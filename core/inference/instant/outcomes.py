"""How good suggestions were on a document, by label: plain data, for the learning curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...types import Entity


class LabelOutcome(NamedTuple):
    """The suggestions and entities of one label."""

    right: int = 0
    relabelled: int = 0
    """Entities of the label that were suggested with another one."""
    wrong: int = 0
    """Suggestions of the label where there is no entity."""
    missed: int = 0
    """Entities of the label where nothing was suggested."""
    misnamed: int = 0
    """Suggestions of the label where the entity has another one."""

    @property
    def gestures(self) -> int:
        """What correcting costs: 1 for a wrong label or suggestion, 2 for a missed entity."""
        return self.relabelled + self.wrong + 2 * self.missed

    @property
    def entities(self) -> int:
        """The entities of the label."""
        return self.right + self.relabelled + self.missed

    @property
    def suggested(self) -> int:
        """The suggestions of the label."""
        return self.right + self.wrong + self.misnamed

    def __add__(self, other: object) -> LabelOutcome:
        if not isinstance(other, LabelOutcome):
            return NotImplemented
        return LabelOutcome(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class LessonOutcomes:
    """What was suggested on a document before it was learnt, by label."""

    instant: Mapping[str, LabelOutcome]
    """By the model and the head together."""
    model: Mapping[str, LabelOutcome] | None
    """By the model alone; None if it was not asked."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            name: by_label and {label: item._asdict() for label, item in by_label.items()}
            for name, by_label in (("instant", self.instant), ("model", self.model))
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LessonOutcomes:
        """Read `to_json`. Where `misnamed` was not counted yet, it is taken to be `relabelled`:
        exact over all labels, since either is the other's place."""
        read = [
            None
            if data[name] is None
            else {
                label: LabelOutcome(**{"misnamed": item["relabelled"], **item})
                for label, item in data[name].items()
            }
            for name in ("instant", "model")
        ]
        return cls(read[0] or {}, read[1])


def compare(
    gold: Sequence[Entity], suggested: Sequence[Entity], predicted: Sequence[Entity] | None
) -> LessonOutcomes:
    """Compare suggestions with a person's entities."""
    model = None if predicted is None else _by_label(gold, predicted)
    return LessonOutcomes(_by_label(gold, suggested), model)


def _by_label(gold: Iterable[Entity], suggested: Iterable[Entity]) -> dict[str, LabelOutcome]:
    keys = {entity.key for entity in gold}
    proposed = {entity.key for entity in suggested}
    places = {(start, end) for start, end, _ in keys}
    covered = {(start, end) for start, end, _ in proposed}
    outcomes: dict[str, LabelOutcome] = {}
    for key in sorted(keys | proposed):
        start, end, label = key
        outcome = LabelOutcome(
            right=int(key in keys and key in proposed),
            relabelled=int(key in keys - proposed and (start, end) in covered),
            wrong=int(key in proposed - keys and (start, end) not in places),
            missed=int(key in keys - proposed and (start, end) not in covered),
            misnamed=int(key in proposed - keys and (start, end) in places),
        )
        if any(outcome):
            outcomes[label] = outcomes.get(label, LabelOutcome()) + outcome
    return dict(sorted(outcomes.items()))
