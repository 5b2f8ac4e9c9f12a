"""python -m core baseline: train a baseline on the same encoder and data."""

from __future__ import annotations

import argparse
import json
from itertools import chain
from pathlib import Path

from ..baselines.base import Baseline, BaselineLearner
from ..baselines.tagger import Tagger
from ..config import ModelConfig
from ..data.examples import label_set, merge_corpora
from ..devices import best_device
from ..evaluation.measure import with_annotated_labels
from ..evaluation.metrics import as_table
from ..modeling.model import DiffusionNER
from ..research.experiments.candidate import BASELINES
from ..training.trainer import train
from .shared import (
    add_start,
    add_training,
    changed_labels,
    read_data,
    report,
    training_config,
)


def configure(parser: argparse.ArgumentParser) -> None:
    add_training(parser)
    parser.add_argument(
        "--kind",
        choices=BASELINES,
        default=Tagger.kind,
        help="a BIO tagger, or a biaffine classifier of all spans (default: tagger)",
    )
    add_start(parser, parent="continue from this baseline's folder")
    parser.add_argument("--test", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, help="folder for the baseline")


def run(options: argparse.Namespace) -> None:
    """Train with the loop, rates and stopping rule of `train`, then measure each test file."""
    config = training_config(options)
    corpora = [read_data(file, options.columns) for file in options.train]
    baseline = _baseline(options, label_set(chain.from_iterable(corpora)), config.seed)
    examples = merge_corpora(corpora, baseline.labels)
    dev_files = [read_data(file, options.columns) for file in options.dev]
    dev = merge_corpora(dev_files, baseline.labels)
    learner = BaselineLearner(baseline.to(best_device()))
    for record in train(
        learner, baseline.fit_to_window(examples), baseline.fit_to_window(dev), config, options.out
    ):
        report(record)
    baseline.restore(options.out)
    results = {}
    for file in options.test:
        test = baseline.fit_to_window(with_annotated_labels(read_data(file, options.columns)))
        scores, speed = baseline.measure(test)
        print(f"\n{file}: {speed:.1f} sentences/s\n{as_table(scores)}")
        results[str(file)] = {**scores.to_json(), "sentences_per_second": speed}
    (options.out / "scores.json").write_text(json.dumps(results, indent=2) + "\n")


def _baseline(options: argparse.Namespace, labels: tuple[str, ...], seed: int) -> Baseline:
    baseline_class = BASELINES[options.kind]
    if options.parent is not None:
        parent = baseline_class.load(options.parent)
        return parent.with_labels(changed_labels(options, parent.labels, labels))
    return baseline_class(DiffusionNER.from_encoder(ModelConfig(labels), options.encoder, seed))
