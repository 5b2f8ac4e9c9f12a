"""What is measured of a trained model, by name: each gives rows of plain numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from core.experiments.students import Ours, Theirs
from core.measuring import measure
from core.metrics import Scores, score
from core.types import Example, SamplerSettings

Rows = list[dict[str, Any]]
Measure = Callable[[Ours | Theirs, Sequence[Example], Sequence[SamplerSettings]], Rows]

_TOLD = ("precision", "recall", "f1", "nested_recall", "nested_gold", "gold", "sentences")


def scores(
    student: Ours | Theirs, examples: Sequence[Example], samplers: Sequence[SamplerSettings]
) -> Rows:
    """P, R, F1, nested recall and sentences a second: ours with each sampler, a baseline once."""
    if isinstance(student, Theirs):
        start = time.perf_counter()
        said = student.baseline.predict([example.words for example in examples])
        pace = len(examples) / (time.perf_counter() - start)
        return [{**_told(score(zip(examples, said, strict=True))), "sentences_per_second": pace}]
    rows = []
    for sampler in samplers:
        found = measure(student.model, examples, sampler)
        rows.append(
            {
                **asdict(sampler),
                **{name: found[name] for name in _TOLD},
                "threshold": found["threshold"],
                "distinct_spans": found["distinct_spans"],
                "sentences_per_second": found["sentences_per_second"],
            }
        )
    return rows


def measured(
    student: Ours | Theirs,
    name: str,
    examples: Sequence[Example],
    samplers: Sequence[SamplerSettings],
    flat: bool,
) -> Rows:
    """The rows of the measure `name`, with flat decoding where the corpus is flat."""
    return MEASURES[name](student, examples, [replace(each, flat=flat) for each in samplers])


def _told(found: Scores) -> dict[str, Any]:
    whole = found.to_json()
    return {name: whole[name] for name in _TOLD}


MEASURES: dict[str, Measure] = {"scores": scores}
