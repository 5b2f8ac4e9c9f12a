"""python -m core annotate"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.discontinuous.combiner import Combiner
from core.discontinuous.documents import Joined, join
from core.pipeline import Pipeline
from core.types import Entity, SamplerSettings


def configure(parser: argparse.ArgumentParser) -> None:
    default = SamplerSettings()
    parser.add_argument("--model", type=Path, default=Path("assets/models/default"))
    parser.add_argument("--steps", type=int, default=default.steps, help="γ")
    parser.add_argument("--num-spans", type=int, default=default.num_spans, help="K")
    parser.add_argument("--eta", type=float, default=default.eta, help="DDIM stochasticity η")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--threshold", type=float, help="φ (default: the model's own)")
    parser.add_argument("--flat", action="store_true", help="keep no overlapping entities")
    more = parser.add_mutually_exclusive_group()
    more.add_argument("--trace", action="store_true", help="add every denoising step")
    more.add_argument(
        "--fragments",
        action="store_true",
        help="join fragments into discontinuous entities, with a model that has learnt it",
    )


def run(options: argparse.Namespace) -> None:
    """Text on standard input, a document a line; JSON lines on standard output."""
    pipeline = Pipeline.load(options.model)
    settings = SamplerSettings(
        options.steps,
        options.num_spans,
        options.eta,
        options.seed,
        options.threshold,
        options.flat,
    )
    combiner = Combiner.load(pipeline.model, options.model) if options.fragments else None
    for line in sys.stdin:
        text = line.removesuffix("\n")
        if combiner is None:
            record = annotate(pipeline, text, settings, options.trace)
        else:
            record = _joined(join(pipeline, combiner, pipeline.predict(text, settings)))
        print(json.dumps(record, ensure_ascii=False))


def annotate(
    pipeline: Pipeline, text: str, settings: SamplerSettings, with_trace: bool
) -> dict[str, Any]:
    """One line of output."""
    if with_trace:
        trace = pipeline.trace(text, settings)
        record = trace.to_json()
        return {
            "text": text,
            "entities": [_entity(entity) for entity in trace.entities],
            "steps": record["steps"],
            "sentences": record["sentences"],
            "uncovered": record["uncovered"],
        }
    prediction = pipeline.predict(text, settings)
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
    return {"start": entity.start, "end": entity.end, "label": entity.label, "score": score}
