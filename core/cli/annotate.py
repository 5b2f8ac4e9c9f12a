"""python -m core annotate"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

from ..discontinuous.combiner import Combiner
from ..discontinuous.documents import JoinedPrediction, join
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
    parser.add_argument("--flat", action="store_true", help="no overlapping entities")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--trace", action="store_true", help="add every denoising step")
    mode.add_argument(
        "--fragments",
        action="store_true",
        help="join fragments into discontinuous entities, with a model trained for it",
    )
    parser.add_argument("--ensemble", type=int, default=default.ensemble, help="number of seeds")
    parser.add_argument(
        "--json",
        action="store_true",
        help='read lines like {"text": …, "fixed": [{"start": …, "end": …, "label": '
        '…}], "suppressed": […]}: entities to keep fixed, and ones to suppress',
    )


def run(options: argparse.Namespace) -> None:
    """Annotate documents from standard input, one a line, and print JSON lines."""
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
        document = read_line(line, number) if options.json else Document(line.removesuffix("\n"))
        if combiner is None:
            record = annotate(pipeline, document, settings, options.trace)
        else:
            prediction = pipeline.predict(
                document.text, settings, document.fixed, document.suppressed
            )
            record = _joined_record(join(pipeline, combiner, prediction))
        print(json.dumps(record, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Document:
    """A document with a person's decisions about it."""

    text: str
    fixed: tuple[Entity, ...] = ()
    suppressed: tuple[Entity, ...] = ()


def read_line(line: str, number: int) -> Document:
    """Parse a line of `--json`. Raises ValueError with the line's number."""
    try:
        record = json.loads(line)
        fixed, suppressed = (
            tuple(_parse_entity(**entity) for entity in record.get(role, ()))
            for role in ("fixed", "suppressed")
        )
        if not isinstance(record["text"], str):
            raise TypeError(f"text should be a string, got {record['text']!r}")
        return Document(record["text"], fixed, suppressed)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f'line {number} of --json input should look like {{"text": "…", "fixed": '
            f'[{{"start": 0, "end": 4, "label": "PER"}}], "suppressed": []}}; {error!r}'
        ) from error


def _parse_entity(start: object, end: object, label: object, **_: object) -> Entity:
    """Parse an entity, ignoring further fields that `annotate` itself writes."""
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str)):
        raise TypeError(
            f"start and end should be whole numbers, label a string, got {start!r}, {end!r} "
            f"and {label!r}"
        )
    return Entity(start, end, label)


def annotate(
    pipeline: Pipeline, document: Document, settings: SamplerSettings, with_trace: bool
) -> dict[str, Any]:
    """The output record of one document."""
    text, fixed, suppressed = document.text, document.fixed, document.suppressed
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


def _joined_record(joined: JoinedPrediction) -> dict[str, Any]:
    return {
        "text": joined.text,
        "entities": [_entity(entity) for entity in joined.entities],
        "discontinuous": [asdict(entity) for entity in joined.discontinuous],
        "uncovered": [asdict(token) for token in joined.uncovered],
    }


def _entity(entity: Entity) -> dict[str, Any]:
    score = None if entity.score is None else round(entity.score, 4)
    record = {"start": entity.start, "end": entity.end, "label": entity.label, "score": score}
    return {**record, "confidence": asdict(entity.confidence) if entity.confidence else None}
