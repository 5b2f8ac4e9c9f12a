"""python -m core fragments: train a model's classifier for discontinuous entities."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..discontinuous.combiner import Combiner
from ..discontinuous.reader import read_fragmented
from ..discontinuous.records import single_fragment
from ..discontinuous.scores import FragmentScores, score_fragmented
from ..discontinuous.training import (
    measure_combiner,
    propose_fragments,
    train_combiner,
    within_window,
)
from ..evaluation.metrics import percent
from ..modeling.model import DiffusionNER
from .output import add_json, print_json, progress
from .shared import add_device
from .whole_numbers import whole_number


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, required=True, help="folder of a model trained on them"
    )
    files = {
        "--train": "sentences with fragments to train on, as JSON lines",
        "--dev": "sentences to select the best epoch on",
        "--test": "sentences to evaluate on, with and without joining (default: none)",
    }
    for name, text in files.items():
        parser.add_argument(name, type=Path, required=name != "--test", metavar="FILE", help=text)
    parser.add_argument("--epochs", type=whole_number(1), default=10, help="(default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="(default: 0)")
    add_device(parser)
    add_json(parser, "the scores as one JSON object, and progress on standard error")


def run(options: argparse.Namespace) -> None:
    """Train the classifier beside the model; score the test file with and without it."""
    with progress(options):
        results = _train(options)
    if options.json:
        print_json({"model": str(options.model), **results})


def _train(options: argparse.Namespace) -> dict[str, Any]:
    """The development scores of the best epoch, and those of the test file, if there is one."""
    model = DiffusionNER.load(options.model, options.device)
    examples, dev = read_fragmented(options.train), read_fragmented(options.dev)
    results: dict[str, Any] = {}
    for record in train_combiner(model, examples, dev, options.model, options.epochs, options.seed):
        marker = "  (best so far)" if record.best else ""
        print(
            f"epoch {record.epoch}: loss {record.loss:.3f}  {_line(record.scores)}{marker}",
            flush=True,
        )
        if record.best:
            results["development"] = {"epoch": record.epoch, **record.scores.to_json()}
    if options.test is not None:
        results["test"] = _measure(model, options.model, options.test)
    return results


def _measure(model: DiffusionNER, folder: Path, file: Path) -> dict[str, Any]:
    test = within_window(model, read_fragmented(file))
    spans = propose_fragments(model, [example.words for example in test])
    separate = score_fragmented(
        zip(
            test,
            [list(map(single_fragment, sentence_spans)) for sentence_spans in spans],
            strict=True,
        )
    )
    joined = measure_combiner(Combiner.load(model, folder), test, spans)
    print(f"{file}, joined:     {_line(joined)}")
    print(f"{file}, not joined: {_line(separate)}")
    return {
        "file": str(file),
        "joined": joined.to_json(),
        "not_joined": separate.to_json(),
    }


def _line(scores: FragmentScores) -> str:
    return (
        f"F1 {percent(scores.overall.f1)}, of {scores.discontinuous.gold} discontinuous entities "
        f"{percent(scores.discontinuous.f1)}"
    )
