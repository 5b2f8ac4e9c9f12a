"""python -m core annotate"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

from ..discontinuous.combiner import Combiner
from ..discontinuous.documents import Joined, join
from ..inference.pipeline import Pipeline
from ..modeling.hub import model_folder
from ..types import Entity, SamplerSettings


def configure(parser: argparse.ArgumentParser) -> None:
    default = SamplerSettings()
    parser.add_argument("--model", help="folder, or name on a hub (default: the bundled one)")
    parser.add_argument("--steps", type=int, default=default.steps, help="γ")
    parser.add_argument("--num-spans", type=int, default=default.num_spans, help="K")
    parser.add_argument("--eta", type=float, default=default.eta, help="DDIM stochasticity η")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--threshold", type=float, help="φ, 0 to 1 (default: the model's own)")
    parser.add_argument("--flat", action="store_true", help="keep no overlapping entities")
    more = parser.add_mutually_exclusive_group()
    more.add_argument("--trace", action="store_true", help="add every denoising step")
    more.add_argument(
        "--fragments",
        action="store_true",
        help="join fragments into discontinuous entities, with a model that has learnt it",
    )
    parser.add_argument("--ensemble", type=int, default=default.ensemble, help="how many seeds")
    parser.add_argument(
        "--json",
        action="store_true",
        help='read lines like {"text": …, "fixed": [{"start": …, "end": …, "label": …}], '
        '"suppressed": […]}: entities to keep, and ones that must not return',
    )


def run(options: argparse.Namespace) -> None:
    """Documents on standard input, one a line; JSON lines on standard output."""
    folder = model_folder(options.model)
    pipeline = Pipeline.from_pretrained(folder)
    settings = SamplerSettings(
        options.steps,
        options.num_spans,
        options.eta,
        options.seed,
        options.threshold,
        options.flat,
        ensemble=options.ensemble,
    )
    combiner = Combiner.load(pipeline.model, folder) if options.fragments else None
    for number, line in enumerate(sys.stdin, start=1):
        given = read_line(line, number) if options.json else Given(line.removesuffix("\n"))
        if combiner is None:
            record = annotate(pipeline, given, settings, options.trace)
        else:
            said = pipeline.predict(given.text, settings, given.fixed, given.suppressed)
            record = _joined(join(pipeline, combiner, said))
        print(json.dumps(record, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Given:
    """A document, and what a person has decided about it."""

    text: str
    fixed: tuple[Entity, ...] = ()
    suppressed: tuple[Entity, ...] = ()


def read_line(line: str, number: int) -> Given:
    """A line of `--json`. Raises ValueError, naming the line, for anything else."""
    try:
        record = json.loads(line)
        fixed, suppressed = (
            tuple(_decided(**each) for each in record.get(role, ()))
            for role in ("fixed", "suppressed")
        )
        if not isinstance(record["text"], str):
            raise TypeError(f"text should be a string, got {record['text']!r}")
        return Given(record["text"], fixed, suppressed)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f'line {number} of --json input should look like {{"text": "…", "fixed": '
            f'[{{"start": 0, "end": 4, "label": "PER"}}], "suppressed": []}}; {error!r}'
        ) from error


def _decided(start: object, end: object, label: object, **_: object) -> Entity:
    """Entities as `annotate` writes them say more, which is left aside."""
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str)):
        raise TypeError(
            f"start and end should be whole numbers, label a string, got {start!r}, {end!r} "
            f"and {label!r}"
        )
    return Entity(start, end, label)


def annotate(
    pipeline: Pipeline, given: Given, settings: SamplerSettings, with_trace: bool
) -> dict[str, Any]:
    """One line of output."""
    text, fixed, suppressed = given.text, given.fixed, given.suppressed
    if with_trace:
        trace = pipeline.trace(text, settings, fixed, suppressed)
        record = trace.to_json()
        return {
            "text": text,
            "entities": [_entity(entity) for entity in trace.entities],
            "steps": record["steps"],
            "sentences": record["sentences"],
            "uncovered": record["uncovered"],
        }
    prediction = pipeline.predict(text, settings, fixed, suppressed)
    return {
        "text": text,
        "entities": [_entity(entity) for entity in prediction.entities],
        "uncovered": [asdict(token) for token in prediction.uncovered],
    }


def _joined(said: Joined) -> dict[str, Any]:
    return {
        "text": said.text,
        "entities": [_entity(entity) for entity in said.entities],
        "discontinuous": [asdict(entity) for entity in said.discontinuous],
        "uncovered": [asdict(token) for token in said.uncovered],
    }


def _entity(entity: Entity) -> dict[str, Any]:
    score = None if entity.score is None else round(entity.score, 4)
    said = {"start": entity.start, "end": entity.end, "label": entity.label, "score": score}
    return {**said, "confidence": asdict(entity.confidence) if entity.confidence else None}
