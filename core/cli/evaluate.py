"""python -m core evaluate"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..data.fitting import fit_to_window
from ..evaluation.measure import measure, with_annotated_labels
from ..evaluation.metrics import percent
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings
from .label_notes import note_labels
from .output import add_json, print_json
from .shared import add_columns, add_device, numbers, read_data


def configure(parser: argparse.ArgumentParser) -> None:
    default = SamplerSettings()
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--data", type=Path, required=True, help="JSONL or column file")
    add_columns(parser)
    parser.add_argument("--steps", type=numbers, default=[default.steps], help="γ: 5, or 1,5,10")
    parser.add_argument("--num-spans", type=int, default=default.num_spans, help="K")
    parser.add_argument("--eta", type=float, default=default.eta, help="DDIM stochasticity η")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--threshold", type=float, help="φ, 0 to 1 (default: the model's own)")
    parser.add_argument("--flat", action="store_true", help="no overlapping entities")
    parser.add_argument("--ensemble", type=int, default=default.ensemble, help="number of seeds")
    parser.add_argument(
        "--no-renew", action="store_true", help="turn box renewal off: the paper's Algorithm 2"
    )
    parser.add_argument(
        "--errors", action="store_true", help="count missed entities and false suggestions by kind"
    )
    add_device(parser)
    add_json(parser, "one JSON object instead of tables")


def run(options: argparse.Namespace) -> None:
    model = DiffusionNER.load(options.model, options.device)
    read = read_data(options.data, options.columns)
    note_labels({options.data: read}, model.config.labels)
    sentences = with_annotated_labels(read)
    examples = fit_to_window(model, sentences)
    too_long = _count_entities(sentences) - _count_entities(examples)
    sampler = SamplerSettings(
        num_spans=options.num_spans,
        eta=options.eta,
        seed=options.seed,
        threshold=options.threshold,
        flat=options.flat,
        renew=not options.no_renew,
        ensemble=options.ensemble,
    )
    rows = [measure(model, examples, replace(sampler, steps=steps)) for steps in options.steps]
    if options.json:
        names = {"model": str(options.model), "data": str(options.data)}
        print_json({**names, "beyond": too_long, "runs": rows})
        return
    if too_long:
        print(f"{too_long} gold entities exceed every context window and are not counted\n")
    for row in rows:
        print(
            f"γ = {row['steps']}, K = {row['num_spans']}, φ = {row['threshold']:.3f}: "
            f"{row['sentences_per_second']:.1f} sentences/s, {row['distinct_spans']:.2f} distinct "
            "spans per sentence"
        )
        print(row["table"])
        print(
            f"expected calibration error {percent(row['calibration_error'])} % of the scores that "
            f"reach φ, {percent(row['uncalibrated_error'])} % without calibration\n"
        )
        if options.errors:
            print(row["error_table"] + "\n")


def _count_entities(examples: Sequence[Example]) -> int:
    return sum(len(example.entities) for example in examples)
