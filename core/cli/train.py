"""python -m core train"""

from __future__ import annotations

import argparse
import shlex
import sys
from itertools import chain
from pathlib import Path
from typing import get_args

from ..config import Architecture, TrainingConfig, new_model_config
from ..data.examples import label_set, merge_corpora
from ..data.fitting import fit_to_window
from ..devices import best_device
from ..evaluation.model_card import write_card
from ..installation import PROGRAM
from ..modeling.model import DiffusionNER
from ..training import distributed
from ..training.auxiliary import AuxiliaryLearner, auxiliary_examples, known_labels
from ..training.learner import DiffusionLearner
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
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained model")
    add_start(parser, parent="fine-tune the model in this folder")
    parser.add_argument(
        "--architecture",
        choices=get_args(Architecture),
        help="of a new model: ours, or the paper's own, DiffusionNER to the letter, with its "
        "training settings (default: spanneal; with --from, that of the model)",
    )
    parser.add_argument(
        "--auxiliary",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="files whose own labels are taught beside and dropped from the trained model",
    )
    parser.add_argument(
        "--test",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="files to evaluate at the end",
    )
    parser.add_argument("--card", type=Path, help="text for the top of the model card")


def run(options: argparse.Namespace) -> None:
    distributed.init()
    corpora = [read_data(file, options.columns) for file in options.train]
    auxiliary = auxiliary_examples(
        {file: read_data(file, options.columns) for file in options.auxiliary}
    )
    model = _model(options, label_set(chain.from_iterable(corpora)))
    config = training_config(options, model.config.architecture)
    labels = model.config.labels
    examples = known_labels(merge_corpora(corpora, labels), labels)
    dev_files = [read_data(file, options.columns) for file in options.dev]
    dev = merge_corpora(dev_files, labels)
    learner = _learner(model, label_set(auxiliary), config)
    fitted = [fit_to_window(model, part) for part in (examples, dev, auxiliary)]
    for record in train(learner, fitted[0], fitted[1], config, options.out, fitted[2]):
        report(record)
    is_main = distributed.is_main_process()
    distributed.shutdown()
    if not is_main:
        return
    intro = options.card.read_text("utf-8") if options.card else f"# {options.out.name}"
    command = f"{PROGRAM} " + shlex.join(sys.argv[1:])
    print(write_card(options.out, intro, dev, options.test, command, options.columns))


def _learner(
    model: DiffusionNER, auxiliary_labels: tuple[str, ...], config: TrainingConfig
) -> DiffusionLearner:
    if not auxiliary_labels:
        return DiffusionLearner(model.to(best_device()), config)
    labels = model.config.labels
    model = model.with_labels((*labels, *auxiliary_labels)).to(best_device())
    return AuxiliaryLearner(model, config, main_labels=labels)


def _model(options: argparse.Namespace, labels: tuple[str, ...]) -> DiffusionNER:
    if options.parent is None:
        config = new_model_config(labels, options.architecture or "spanneal")
        return DiffusionNER.from_encoder(config, options.encoder, options.seed or 0)
    parent = DiffusionNER.load(options.parent)
    architecture = parent.config.architecture
    if options.architecture not in (None, architecture):
        raise ValueError(
            f"{options.parent} has the architecture {architecture!r}, which fine-tuning keeps, got "
            f"--architecture {options.architecture}; leave it out, or train from an --encoder"
        )
    return parent.with_labels(changed_labels(options, parent.config.labels, labels))
