"""python -m core train"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any, get_args

from ..config import Architecture, TrainingConfig
from ..data.examples import label_set, merge_corpora
from ..data.fitting import fit_to_window
from ..devices import device_of
from ..evaluation.card_head import head_of, hub_name, read_head
from ..evaluation.model_card import write_card
from ..inference.instant.scaling import measure_folder
from ..installation import PROGRAM
from ..modeling.model import CARD, DiffusionNER
from ..training import distributed
from ..training.auxiliary import AuxiliaryLearner, auxiliary_examples
from ..training.learner import DiffusionLearner
from ..training.trackers import check_trackers, trackers
from ..training.trainer import train
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
    parser.add_argument(
        "--log-to",
        nargs="+",
        default=[],
        metavar="NAME",
        help="log to these trackers of accelerate too, such as wandb or mlflow",
    )
    parser.add_argument("--card", type=Path, help="text for the top of the model card")


def run(options: argparse.Namespace) -> None:
    with progress(options), resumable(options.out / "checkpoint"):
        results = _train(options)
    if options.json and results:
        print_json({"model": str(options.out), **results})


def _train(options: argparse.Namespace) -> dict[str, Any] | None:
    """The scores of the trained model, in the main process."""
    check_trackers(options.log_to)
    distributed.init()
    options.device = device_of(options.device)
    another_folder(options.out, options.parent)
    writable_folder(options.out)
    intro = options.card.read_text("utf-8") if options.card else f"# {options.out.name}"
    read_head(intro)  # a fault in it costs no training
    corpora = [read_data(file, options.columns) for file in options.train]
    auxiliary = auxiliary_examples(
        [(file, read_data(file, options.columns)) for file in options.auxiliary]
    )
    tests = {  # read before, so that a fault in one costs no training
        file: read_data(file, options.columns) for file in options.test
    }
    model = _model(options, taught_labels(corpora, options.train))
    config = training_config(options, model.config.architecture)
    base_model = _base_model(options)
    labels = model.config.labels
    auxiliary_labels = label_set(auxiliary)
    examples = merge_corpora(corpora, (*labels, *auxiliary_labels))
    dev_files = {file: read_data(file, options.columns) for file in options.dev}
    note_labels({**dev_files, **tests}, labels)
    dev = merge_corpora(dev_files.values(), labels)
    learner = _learner(model.to(options.device), auxiliary_labels, config)
    fitted = [fit_to_window(model, part) for part in (examples, dev, auxiliary)]
    with trackers(options.log_to, options.out, config) as track:
        for record in train(learner, fitted[0], fitted[1], config, options.out, fitted[2]):
            report(record)
            track(record)
    is_main = distributed.is_main_process()
    distributed.shutdown()
    if not is_main:
        return None
    command = f"{PROGRAM} " + shlex.join(sys.argv[1:])
    saved = DiffusionNER.load(options.out, options.device)
    results = write_card(
        saved,
        options.out,
        intro,
        dev,
        tests,
        command,
        trained_on=[*options.train, *options.auxiliary],
        base_model=base_model,
    )
    measure_folder(options.out, saved)
    print(results["development"]["table"])
    return results


def _base_model(options: argparse.Namespace) -> str | list[str] | None:
    """The encoder's name on the hub, if it has one."""
    if options.parent is not None:
        return head_of(options.parent / CARD).base_model
    return hub_name(options.encoder)


def _learner(
    model: DiffusionNER, auxiliary_labels: tuple[str, ...], config: TrainingConfig
) -> DiffusionLearner:
    if not auxiliary_labels:
        return DiffusionLearner(model, config)
    labels = model.config.labels
    model = model.with_labels((*labels, *auxiliary_labels))
    return AuxiliaryLearner(model, config, main_labels=labels)


def _model(options: argparse.Namespace, labels: tuple[str, ...]) -> DiffusionNER:
    if options.parent is None:
        return new_model(options, labels, options.seed or 0, options.architecture or "spanneal")
    parent = DiffusionNER.load(options.parent)
    architecture = parent.config.architecture
    if options.architecture not in (None, architecture):
        raise ValueError(
            f"{options.parent} has the architecture {architecture!r}, which fine-tuning keeps, got "
            f"--architecture {options.architecture}; leave it out, or train from an --encoder"
        )
    return parent.with_labels(changed_labels(options, parent.config.labels, labels))
