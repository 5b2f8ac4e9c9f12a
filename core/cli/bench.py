"""python -m core bench: measure the model's speed, part by part, beside the tagger."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..devices import best_device, device_of
from ..inference.pipeline import Pipeline
from ..modeling.hub import model_folder
from ..modeling.model import DiffusionNER
from ..research.bench.report import as_text, measure
from ..research.bench.subject import random_bert, sentences
from ..research.bench.texts import text_speeds, text_table
from .output import add_json, print_json
from .shared import numbers
from .whole_numbers import whole_number


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", help="folder, or name on a hub (default: the bundled one)")
    parser.add_argument(
        "--shape",
        type=numbers,
        metavar="LAYERS,WIDTH",
        help="a BERT of this size with random weights instead (24,1024: BERT-large)",
    )
    parser.add_argument("--data", type=Path, help="file to annotate (default: the bundled samples)")
    parser.add_argument("--sentences", type=whole_number(1), default=64, help="number of sentences")
    parser.add_argument("--steps", type=numbers, default=[1, 5, 10], help="γ: 1,5,10")
    parser.add_argument("--num-spans", type=numbers, default=[10, 60, 120], help="K: 10,60,120")
    parser.add_argument(
        "--rounds", type=whole_number(1), default=3, help="number of runs; the median is reported"
    )
    parser.add_argument("--device", help="only this device (default: the CPU, and a GPU if any)")
    parser.add_argument(
        "--texts",
        action="store_true",
        help="only measure throughput on many texts, batched and one by one, in CPU time",
    )
    add_json(parser, "a JSON list instead of tables")


def run(options: argparse.Namespace) -> None:
    names = [options.device] if options.device else dict.fromkeys(["cpu", best_device()])
    devices = [device_of(name) for name in names]
    results = []
    for device in devices:
        model = _model(options).to(device)
        examples = sentences(model, options.data, options.sentences)
        if options.texts:
            texts = [" ".join(example.words) for example in examples]
            rows = text_speeds(Pipeline(model), texts, options.rounds)
            figures, table = {"device": str(device), "texts": rows}, text_table(rows)
        else:
            figures = measure(model, examples, options.steps, options.num_spans, options.rounds)
            table = as_text(figures)
        results.append({"subject": _subject(options), **figures})
        if not options.json:
            print(f"{_subject(options)}, {table}\n", flush=True)
    if options.json:
        print_json(results)


def _model(options: argparse.Namespace) -> DiffusionNER:
    if options.shape is None:
        return Pipeline.from_pretrained(options.model, "cpu").model
    if len(options.shape) != 2:
        raise ValueError(f"--shape takes layers,width, got {options.shape}; try 24,1024")
    return random_bert(model_folder(options.model), *options.shape)


def _subject(options: argparse.Namespace) -> str:
    if options.shape is None:
        return options.model or "the bundled model"
    return "random weights of {} layers, {} wide".format(*options.shape)
