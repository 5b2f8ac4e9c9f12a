"""python -m core calibrate: make probabilities of a trained model's scores."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..data.examples import merge_corpora
from ..data.fitting import fit_to_window
from ..evaluation.metrics import percent
from ..evaluation.model_card import measure_tests, write_calibration
from ..evaluation.tuning import calibrate
from ..modeling.model import DiffusionNER
from .label_notes import note_labels
from .output import add_json, print_json, progress
from .shared import add_columns, add_device, read_data


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, required=True, help="folder of a trained model")
    files = {
        "--dev": "files to fit on: those that the model was chosen by",
        "--test": "files to measure the calibration error on (default: none)",
    }
    for name, text in files.items():
        parser.add_argument(
            name, type=Path, nargs="+", default=[], required=name == "--dev", help=text
        )
    add_columns(parser)
    add_device(parser)
    add_json(parser, "the calibration as one JSON object, and progress on standard error")


def run(options: argparse.Namespace) -> None:
    """Fit the calibration, write it into the folder and its card; the entities stay the same."""
    with progress(options):
        results = _calibrate(options)
    if options.json:
        print_json({"model": str(options.model), **results})


def _calibrate(options: argparse.Namespace) -> dict[str, Any]:
    model = DiffusionNER.load(options.model, options.device)
    corpora = {file: read_data(file, options.columns) for file in options.dev}
    tests = {file: read_data(file, options.columns) for file in options.test}
    note_labels({**corpora, **tests}, model.config.labels)
    dev = merge_corpora(corpora.values(), model.config.labels)
    calibrate(model, fit_to_window(model, dev))
    model.save_config(options.model)
    rows = measure_tests(model, tests)
    write_calibration(options.model, model, rows)
    for flat in (False, True):
        slope, shift = model.config.calibration_of(flat)
        decoding = "flat" if flat else "nested"
        print(
            f"{decoding}: score = σ({slope:.3f} logit(score) {shift:+.3f}), "
            f"φ = {model.config.phi(flat):.3f}"
        )
    for row in rows:
        print(
            f"{row['file']}, {row['decoding']}: expected calibration error "
            f"{percent(row['calibration_error'])} %, "
            f"{percent(row['uncalibrated_error'])} % before"
        )
    names = ("calibration", "flat_calibration", "threshold", "flat_threshold")
    return {**{name: getattr(model.config, name) for name in names}, "test": rows}
