"""python -m core annotate"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..discontinuous.combiner import Combiner
from ..discontinuous.documents import JoinedPrediction, join
from ..inference.pipeline import Pipeline
from ..modeling.hub import model_folder
from ..types import Entity, Prediction, SamplerSettings
from .documents import FORMATS, Document, batched, read_documents
from .output import add_json
from .shared import add_device

_BATCH = 64
"""Documents of a file that are annotated together; those of standard input are answered one by one,
as they come."""


def configure(parser: argparse.ArgumentParser) -> None:
    default = SamplerSettings()
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="documents (default: standard input)"
    )
    parser.add_argument(
        "--input-format",
        choices=FORMATS,
        default="auto",
        help='a document a line as text, or as JSON like {"text": …, "fixed": [{"start": …, '
        '"end": …, "label": …}], "suppressed": […]}: entities to keep fixed, and ones to suppress '
        "(default: by the file's suffix or first line)",
    )
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
    add_device(parser)
    add_json(parser, "JSON lines, as without it")


def run(options: argparse.Namespace) -> None:
    """Annotate documents, one a line, and print JSON lines."""
    folder = model_folder(options.model)
    pipeline = Pipeline.from_pretrained(folder, options.device)
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
    most = 1 if options.file is None or options.trace else _BATCH
    for batch in batched(read_documents(options.file, options.input_format), most):
        try:
            documents = [document for _, document in batch]
            records = list(_records(pipeline, documents, settings, options.trace, combiner))
        except ValueError as error:
            raise ValueError(f"line {batch[0][0]}: {error}") from error
        for record in records:
            print(json.dumps(record, ensure_ascii=False), flush=True)


def _records(
    pipeline: Pipeline,
    documents: Sequence[Document],
    settings: SamplerSettings,
    with_trace: bool,
    combiner: Combiner | None,
) -> Iterator[dict[str, Any]]:
    """The output records of documents that are annotated together."""
    if len(documents) == 1:
        yield _record(pipeline, documents[0], settings, with_trace, combiner)
        return
    for prediction in pipeline.pipe([document.text for document in documents], settings):
        yield (
            _plain_record(prediction)
            if combiner is None
            else _joined_record(join(pipeline, combiner, prediction))
        )


def _record(
    pipeline: Pipeline,
    document: Document,
    settings: SamplerSettings,
    with_trace: bool,
    combiner: Combiner | None,
) -> dict[str, Any]:
    if combiner is None:
        return annotate(pipeline, document, settings, with_trace)
    prediction = pipeline.predict(document.text, settings, document.fixed, document.suppressed)
    return _joined_record(join(pipeline, combiner, prediction))


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
    return _plain_record(pipeline.predict(text, settings, fixed, suppressed))


def _plain_record(prediction: Prediction) -> dict[str, Any]:
    return {
        "text": prediction.text,
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
