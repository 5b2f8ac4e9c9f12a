"""python -m core evaluate"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.data import label_set, read_examples
from core.evaluation import keep, propose
from core.fitting import fit
from core.metrics import as_table, score
from core.model import DiffusionNER, best_device
from core.types import Example, SamplerSettings


def configure(parser: argparse.ArgumentParser) -> None:
    default = SamplerSettings()
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--data", type=Path, required=True, help="JSONL or CoNLL file")
    parser.add_argument("--steps", type=_numbers, default=[default.steps], help="γ: 5, or 1,5,10")
    parser.add_argument("--num-spans", type=int, default=default.num_spans, help="K")
    parser.add_argument("--eta", type=float, default=default.eta, help="DDIM stochasticity η")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--threshold", type=float, help="φ (default: the model's own)")
    parser.add_argument("--flat", action="store_true", help="keep no overlapping entities")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(options: argparse.Namespace) -> None:
    model = DiffusionNER.load(options.model, best_device())
    examples = fit(model, looked_for(read_examples(options.data)))
    sampler = SamplerSettings(
        num_spans=options.num_spans,
        eta=options.eta,
        seed=options.seed,
        threshold=options.threshold,
        flat=options.flat,
    )
    rows = [measure(model, examples, replace(sampler, steps=steps)) for steps in options.steps]
    if options.json:
        print(json.dumps({"model": str(options.model), "data": str(options.data), "runs": rows}))
        return
    for row in rows:
        print(
            f"γ = {row['steps']}, K = {row['num_spans']}, φ = {row['threshold']}: "
            f"{row['sentences_per_second']:.1f} sentences/s, "
            f"{row['distinct_spans']:.2f} distinct spans a sentence"
        )
        print(row["table"] + "\n")


def looked_for(examples: Sequence[Example]) -> list[Example]:
    """Labels that a corpus never uses are unknown there: predicting one is no error."""
    labels = frozenset(label_set(examples))
    return [replace(example, labels=example.labels or labels) for example in examples]


def measure(
    model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings
) -> dict[str, Any]:
    """Scores and speed of one setting. `distinct_spans` counts what the K noisy spans of a
    sentence propose before φ: 1.0 everywhere would mean that they have collapsed."""
    threshold = model.config.threshold if sampler.threshold is None else sampler.threshold
    start = time.perf_counter()
    found = propose(model, [example.words for example in examples], sampler)
    seconds = time.perf_counter() - start
    kept = [keep(each, threshold, sampler.flat) for each in found]
    scores = score(zip(examples, kept, strict=True))
    return {
        **scores.to_json(),
        "steps": sampler.steps,
        "num_spans": sampler.num_spans,
        "threshold": threshold,
        "sentences_per_second": len(examples) / seconds,
        "distinct_spans": sum(map(len, found)) / max(1, len(found)),
        "table": as_table(scores),
    }


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]
