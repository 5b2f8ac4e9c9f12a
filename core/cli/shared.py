"""Options shared by several commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import chain
from pathlib import Path
from typing import get_args

from ..config import (
    OF_DIFFUSION,
    TRAINING,
    Architecture,
    BoundaryLoss,
    Expansion,
    TrainingConfig,
    new_model_config,
)
from ..data.examples import label_set, read_file
from ..evaluation.metrics import percent
from ..installation import PROGRAM
from ..modeling.model import DiffusionNER, ModelError
from ..text.columns import ColumnChoice, parse_columns
from ..training.label_sets import LabelMode, label_change
from ..training.records import Progress, Resumed, TrainingRecord
from ..types import Example
from .output import add_json

_CHOICES = {"expansion": get_args(Expansion), "boundary_loss": get_args(BoundaryLoss)}


def add_training(parser: argparse.ArgumentParser, of_diffusion: bool = True) -> None:
    """Add options for the data and for each field of TrainingConfig; without those `of_diffusion`,
    and without an architecture's own defaults, for what is trained otherwise."""
    add_columns(parser)
    add_device(parser)
    add_json(parser, "the final scores as one JSON object, and progress on standard error")
    files = {
        "--train": "JSONL or column files to train on",
        "--dev": "files to select the best epoch on",
    }
    for name, text in files.items():
        parser.add_argument(name, type=Path, nargs="+", required=True, metavar="FILE", help=text)
    for field in fields(TrainingConfig):
        if field.name in OF_DIFFUSION and not of_diffusion:
            continue
        default, papers = (getattr(config, field.name) for config in TRAINING.values())
        has_another = of_diffusion and papers != default
        parser.add_argument(
            "--" + field.name.replace("_", "-"),
            type=type(default),
            choices=_CHOICES.get(field.name),
            help=f"(default: {default}" + (f"; paper: {papers})" if has_another else ")"),
        )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add the option that `device_of` reads."""
    parser.add_argument(
        "--device", default="auto", help="cpu, cuda, cuda:1, mps … (default: the fastest)"
    )


def add_columns(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which columns of a column file are what."""
    parser.add_argument(
        "--columns",
        type=_column_choice,
        metavar="word=N,tag=N",
        help="the words and tags of column files, by number or name; two tags for nested entities "
        "(default: found by their content)",
    )


def _column_choice(text: str) -> ColumnChoice:
    try:
        return parse_columns(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def read_data(path: Path, columns: ColumnChoice | None) -> list[Example]:
    """Read the sentences of a file, and print what was taken for what, adjusted or left out.

    Raises `DataError`.
    """
    result = read_file(path, columns=columns)
    for note, number in result.report.items():
        print(f"{path}: {note} ({number})", file=sys.stderr)
    return list(result.examples)


def taught_labels(corpora: Sequence[Sequence[Example]], files: Sequence[Path]) -> tuple[str, ...]:
    """The labels of the training files. Raises ValueError if they have no entity."""
    labels = label_set(chain.from_iterable(corpora))
    if not labels:
        raise ValueError(
            f"the training files teach no label: {', '.join(map(str, files))} have "
            f"{sum(map(len, corpora))} sentences and no entity; expected annotated sentences, so "
            "check the files, and for column files which column holds the tags (--columns)"
        )
    return labels


def another_folder(out: Path, parent: Path | None) -> None:
    """Raise ValueError if training would replace the model that it starts from: an interrupted one
    could then not go on, since its start would be gone."""
    if parent is not None and out.resolve() == parent.resolve():
        raise ValueError(
            f"--out {out} is the model to start from, and an interrupted training could not go on "
            "once that is replaced; name another folder"
        )


def add_start(parser: argparse.ArgumentParser, parent: str) -> None:
    """Add the options for what a training starts from."""
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--encoder", help="train from this transformer: hub name or path")
    start.add_argument("--from", dest="parent", type=Path, help=parent)
    parser.add_argument(
        "--labels",
        choices=get_args(LabelMode),
        default="auto",
        help="with --from: the files' labels replace those of the model or join them (default: "
        "replace if there are new ones, else join)",
    )


def new_model(
    options: argparse.Namespace,
    labels: tuple[str, ...],
    seed: int,
    architecture: Architecture = "spanneal",
) -> DiffusionNER:
    """An untrained model around the pretrained `--encoder`. Raises ModelError if there is none."""
    config = new_model_config(labels, architecture)
    try:
        return DiffusionNER.from_encoder(config, options.encoder, seed)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"--encoder {options.encoder} cannot be loaded: {error} Expected a folder that "
            f"transformers loads, such as `{PROGRAM} encoder` writes, or a name on its hub"
        ) from error


def changed_labels(
    options: argparse.Namespace, parent: Sequence[str], corpus: Sequence[str]
) -> tuple[str, ...]:
    """The labels after fine-tuning; prints them, with the new and the dropped ones."""
    change = label_change(parent, corpus, options.labels)
    print(change, flush=True)
    return change.labels


def training_config(
    options: argparse.Namespace, architecture: Architecture = "spanneal"
) -> TrainingConfig:
    """The architecture's settings, with those that were given. The decoder of a trained model needs
    no warm-up with a frozen encoder."""
    defaults = TRAINING[architecture]
    if options.parent is not None:
        defaults = replace(defaults, frozen_epochs=0)
    given = {field.name: getattr(options, field.name, None) for field in fields(TrainingConfig)}
    return replace(
        defaults,
        **{name: value for name, value in given.items() if value is not None},
    )


def numbers(text: str) -> tuple[int, ...]:
    """Parse an option with several numbers. Raises ArgumentTypeError."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected comma-separated whole numbers such as 1,5,10, got {text!r}"
        ) from None


def report(record: TrainingRecord) -> None:
    """Print one line of training progress."""
    if isinstance(record, Resumed):
        print(
            f"resumed from the checkpoint at step {record.step} of {record.total_steps}, "
            f"in epoch {record.epoch}",
            flush=True,
        )
        return
    if isinstance(record, Progress):
        losses = "  ".join(f"{name} {value:.3f}" for name, value in record.losses.items())
        minutes = record.eta_seconds / 60
        position = f"step {record.step}/{record.total_steps}"
        print(f"{position}  {losses}  {minutes:.0f} min left", flush=True)
        return
    scores = record.scores
    marker = "  (best so far)" if record.best else ""
    print(
        f"epoch {record.epoch}: P {percent(scores.precision)}  R {percent(scores.recall)}  "
        f"F1 {percent(scores.f1)}{marker}",
        flush=True,
    )
