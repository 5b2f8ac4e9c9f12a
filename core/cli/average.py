"""python -m core average: the mean of trained models' weights."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

import torch

from ..data.examples import merge_corpora
from ..data.fitting import fit_to_window
from ..evaluation.card_head import head_of, read_head
from ..evaluation.model_card import write_card
from ..evaluation.tuning import tune
from ..inference.instant.scaling import measure_folder
from ..installation import PROGRAM
from ..modeling.model import CARD, DiffusionNER
from ..training.averaging import average_models
from ..types import SamplerSettings
from .label_notes import note_labels
from .output import add_json, print_json, progress, writable_folder
from .shared import add_columns, add_device, read_data


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, nargs="+", required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, help="folder for the averaged model")
    files = {
        "--dev": "files to tune φ and the calibration on",
        "--test": "files to evaluate at the end",
        "--trained-on": "files that the models were trained on, for the card",
    }
    for name, text in files.items():
        parser.add_argument(
            name, type=Path, nargs="+", default=[], required=name == "--dev", help=text
        )
    parser.add_argument("--card", type=Path, help="text for the top of the model card")
    add_columns(parser)
    add_device(parser)
    add_json(parser, "the scores as one JSON object, and progress on standard error")


def run(options: argparse.Namespace) -> None:
    """Average, tune on development sentences, save in half precision and write the card."""
    with progress(options):
        results = _average(options)
    if options.json:
        print_json({"model": str(options.out), **results})


def _average(options: argparse.Namespace) -> dict[str, Any]:
    writable_folder(options.out)
    intro = options.card.read_text("utf-8") if options.card else f"# {options.out.name}"
    read_head(intro)
    corpora = {file: read_data(file, options.columns) for file in options.dev}
    tests = {file: read_data(file, options.columns) for file in options.test}
    base_model = head_of(options.models[0] / CARD).base_model
    model = average_models(options.models, options.device)
    note_labels({**corpora, **tests}, model.config.labels)
    dev = merge_corpora(corpora.values(), model.config.labels)
    tune(model, fit_to_window(model, dev), SamplerSettings())
    model.save(options.out, torch.float16)
    saved = DiffusionNER.load(options.out, options.device)
    results = write_card(
        saved,
        options.out,
        intro,
        dev,
        tests,
        f"{PROGRAM} " + shlex.join(sys.argv[1:]),
        trained_on=options.trained_on,
        base_model=base_model,
    )
    measure_folder(options.out, saved)
    print(results["development"]["table"])
    return results
