"""Two model versions on the held-out documents of a project, and whether the better one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.services.annotation.drafts import renamed
from app.services.model_registry.significance import Counts, Difference, paired_bootstrap
from app.services.retraining.reviewed_part import decided
from app.services.suggestions.suggest import settings_of
from app.services.team.permissions import require
from core.types import Key, Prediction, SamplerSettings, key_of
from storage.engine import Sessions
from storage.records import DocumentRecord
from storage.repository import label_names, projects
from storage.repository.corrected import corrected


class NothingToCompareError(ValueError):
    """Why two versions cannot be compared, and what to do about it."""


class Asked(Protocol):
    """A model version that can annotate."""

    @property
    def model_version_id(self) -> int: ...

    def predict(self, text: str, settings: SamplerSettings) -> Prediction: ...


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """What came out; `a` and `b` are versions' numbers."""

    a: int
    b: int
    overall: Difference
    per_label: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Held:
    """A held-out document and what people found in it."""

    text: str
    entities: frozenset[Key]


def held_out(sessions: Sessions, project_id: int) -> tuple[tuple[str, ...], tuple[Held, ...]]:
    """The project's labels, and its submitted documents of the holdout split.

    Raises `NothingToCompareError` where there is none.
    """
    with sessions() as session:
        require(session, project_id, "review")
        labels = tuple(label.name for label in projects.labels(session, project_id))
        read = [
            decided(document, labels)[0] for document in corrected(session, project_id, ["holdout"])
        ]
    held = tuple(_truth(record) for parts in read for record in parts)
    if not held:
        raise NothingToCompareError(
            "no held-out document of this project is submitted, so models cannot be compared; "
            "submit some, the Documents page shows which are held out"
        )
    return labels, held


def compare(sessions: Sessions, project_id: int, a: Asked, b: Asked, seed: int = 0) -> HeadToHead:
    """Both versions read every held-out document, with the settings that suggestions are made
    with; entities count when exact.

    What a version says of labels that the project does not have is no error.
    """
    labels, held = held_out(sessions, project_id)
    with sessions() as session:
        names = label_names.current(session, project_id)
        settings = settings_of(projects.get(session, project_id))
    predictions = [
        [_said(model, document.text, settings, labels, names) for document in held]
        for model in (a, b)
    ]
    per_label = {
        label: _difference(held, predictions, {label}, seed)
        for label in labels
        if any(found[2] == label for truth in held for found in truth.entities)
    }
    overall = _difference(held, predictions, set(labels), seed)
    return HeadToHead(a.model_version_id, b.model_version_id, overall, per_label)


def _truth(record: DocumentRecord) -> Held:
    spans = record.entities or ()
    return Held(record.text, frozenset(map(key_of, spans)))


def _said(
    model: Asked,
    text: str,
    settings: SamplerSettings,
    labels: Collection[str],
    names: Mapping[str, str],
) -> frozenset[Key]:
    found = renamed(model.predict(text, settings).entities, names)
    return frozenset(entry.key for entry in found if entry.label in labels)


def _difference(
    held: Sequence[Held],
    predictions: Sequence[Sequence[frozenset[Key]]],
    labels: Collection[str],
    seed: int,
) -> Difference:
    sides = [
        [_counts(truth.entities, found, labels) for truth, found in zip(held, side, strict=True)]
        for side in predictions
    ]
    return paired_bootstrap(*sides, seed=seed)


def _counts(
    gold: frozenset[Key],
    found: frozenset[Key],
    labels: Collection[str],
) -> Counts:
    sizes = Counter(
        name
        for name, spans in (("gold", gold), ("predicted", found), ("correct", gold & found))
        for span in spans
        if span[2] in labels
    )
    return Counts(sizes["gold"], sizes["predicted"], sizes["correct"])
