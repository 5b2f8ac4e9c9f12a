"""python -m core bench: measure the model's speed, part by part, beside the tagger."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..modeling.model import DiffusionNER, best_device
from ..research.bench.report import as_text, measure
from ..research.bench.subject import random_bert, sentences
from .shared import numbers


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, default=Path("assets/models/default"))
    parser.add_argument(
        "--shape",
        type=numbers,
        metavar="LAYERS,WIDTH",
        help="a BERT of this size with random weights instead (24,1024: BERT-large)",
    )
    parser.add_argument("--data", type=Path, help="file to annotate (default: the bundled samples)")
    parser.add_argument("--sentences", type=int, default=64, help="the number of sentences")
    parser.add_argument("--steps", type=numbers, default=[1, 5, 10], help="γ: 1,5,10")
    parser.add_argument("--num-spans", type=numbers, default=[10, 60, 120], help="K: 10,60,120")
    parser.add_argument("--rounds", type=int, default=3, help="runs; the median is reported")
    parser.add_argument("--device", help="only this one (default: the CPU, and a GPU if any)")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")


def run(options: argparse.Namespace) -> None:
    devices = [options.device] if options.device else list(dict.fromkeys(["cpu", best_device()]))
    results = []
    for device in devices:
        model = _model(options).to(device)
        examples = sentences(model, options.data, options.sentences)
        figures = measure(model, examples, options.steps, options.num_spans, options.rounds)
        results.append({"subject": _subject(options), **figures})
        if not options.json:
            print(f"{_subject(options)}, {as_text(figures)}\n", flush=True)
    if options.json:
        print(json.dumps(results, indent=2, ensure_ascii=False))


def _model(options: argparse.Namespace) -> DiffusionNER:
    if options.shape is None:
        return DiffusionNER.load(options.model)
    if len(options.shape) != 2:
        raise ValueError(f"--shape takes layers,width, got {options.shape}; try 24,1024")
    return random_bert(options.model, *options.shape)


def _subject(options: argparse.Namespace) -> str:
    if options.shape is None:
        return str(options.model)
    return "random weights of {} layers, {} wide".format(*options.shape)
