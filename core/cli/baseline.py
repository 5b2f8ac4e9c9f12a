"""python -m core baseline: train a baseline on the same encoder and data."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..baselines.base import Baseline, BaselineLearner
from ..baselines.tagger import Tagger
from ..data.examples import merge_corpora
from ..devices import device_of
from ..evaluation.measure import with_annotated_labels
from ..evaluation.metrics import as_table
from ..research.experiments.runs.candidate import BASELINES
from ..training.trainer import train
from ..types import Example
from .label_notes import note_labels
from .output import print_json, progress, resumable, writable_folder
from .shared import (
    add_start,
    add_training,
    another_folder,
    changed_labels,
    new_model,
    read_data,
    report,
    taught_labels,
    training_config,
)


def configure(parser: argparse.ArgumentParser) -> None:
    add_training(parser, of_diffusion=False)
    parser.add_argument(
        "--kind",
        choices=BASELINES,
        default=Tagger.kind,
        help="a BIO tagger, or a biaffine classifier of all spans (default: tagger)",
    )
    add_start(parser, parent="continue from this baseline's folder")
    parser.add_argument("--test", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, help="folder for the baseline")
    parser.add_argument(
        "--errors", action="store_true", help="count missed and false entities by kind"
    )


def run(options: argparse.Namespace) -> None:
    """Train with the loop, rates and stopping rule of `train`, then measure each test file."""
    with progress(options), resumable(options.out / "checkpoint"):
        results = _train(options)
    if options.json:
        print_json({"model": str(options.out), "test": results})


def _train(options: argparse.Namespace) -> dict[str, Any]:
    """The scores by test file."""
    device = device_of(options.device)
    another_folder(options.out, options.parent)
    writable_folder(options.out)
    tests = {file: read_data(file, options.columns) for file in options.test}
    config = training_config(options)
    corpora = [read_data(file, options.columns) for file in options.train]
    baseline = _baseline(options, taught_labels(corpora, options.train), config.seed)
    examples = merge_corpora(corpora, baseline.labels)
    dev_files = {file: read_data(file, options.columns) for file in options.dev}
    note_labels({**dev_files, **tests}, baseline.labels)
    dev = merge_corpora(dev_files.values(), baseline.labels)
    learner = BaselineLearner(baseline.to(device))
    for record in train(
        learner, baseline.fit_to_window(examples), baseline.fit_to_window(dev), config, options.out
    ):
        report(record)
    baseline.restore(options.out)
    results = {
        str(file): _measure(baseline, file, with_annotated_labels(test), options.errors)
        for file, test in tests.items()
    }
    (options.out / "scores.json").write_text(json.dumps(results, indent=2) + "\n")
    return results


def _measure(
    baseline: Baseline, file: Path, test: Sequence[Example], with_errors: bool
) -> dict[str, Any]:
    """Print the scores of a test file and return them."""
    test = baseline.fit_to_window(test)
    scores, speed = baseline.measure(test)
    print(f"\n{file}: {speed:.1f} sentences/s\n{as_table(scores)}")
    result = {**scores.to_json(), "sentences_per_second": speed}
    if with_errors:
        errors = baseline.analyse_errors(test)
        print("\n" + errors.as_table())
        result |= asdict(errors)
    return result


def _baseline(options: argparse.Namespace, labels: tuple[str, ...], seed: int) -> Baseline:
    baseline_class = BASELINES[options.kind]
    if options.parent is not None:
        parent = baseline_class.load(options.parent)
        return parent.with_labels(changed_labels(options, parent.labels, labels))
    return baseline_class(new_model(options, labels, seed))
