"""python -m core fragments: train a model's classifier for discontinuous entities."""

from __future__ import annotations

import argparse
from pathlib import Path

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
from ..modeling.model import DiffusionNER
from .shared import add_device


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
    parser.add_argument("--epochs", type=int, default=10, help="(default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="(default: 0)")
    add_device(parser)


def run(options: argparse.Namespace) -> None:
    """Train the classifier beside the model; score the test file with and without it."""
    model = DiffusionNER.load(options.model, options.device)
    examples, dev = read_fragmented(options.train), read_fragmented(options.dev)
    for record in train_combiner(model, examples, dev, options.model, options.epochs, options.seed):
        marker = "  (best so far)" if record.best else ""
        print(
            f"epoch {record.epoch}: loss {record.loss:.3f}  {_line(record.scores)}{marker}",
            flush=True,
        )
    if options.test is None:
        return
    test = within_window(model, read_fragmented(options.test))
    spans = propose_fragments(model, [example.words for example in test])
    separate = score_fragmented(
        zip(
            test,
            [list(map(single_fragment, sentence_spans)) for sentence_spans in spans],
            strict=True,
        )
    )
    joined = measure_combiner(Combiner.load(model, options.model), test, spans)
    print(f"{options.test}, joined:     {_line(joined)}")
    print(f"{options.test}, not joined: {_line(separate)}")


def _line(scores: FragmentScores) -> str:
    return (
        f"F1 {100 * scores.overall.f1:.2f}, of {scores.discontinuous.gold} discontinuous entities "
        f"{100 * scores.discontinuous.f1:.2f}"
    )
