"""python -m core scaling: measure the scale of a trained model's span features."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..inference.instant.scaling import measure_folder
from ..installation import SAMPLES
from ..modeling.model import SPAN_SCALING, DiffusionNER
from .shared import add_device


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, required=True, help="folder of a trained model")
    add_device(parser)


def run(options: argparse.Namespace) -> None:
    """Measure on the sample documents and write the result beside the weights."""
    if not SAMPLES.is_dir():
        raise ValueError(
            f"features are measured on the sample documents, and {SAMPLES} is not there: run this "
            "in a checkout (`python -m core scaling`)"
        )
    model = DiffusionNER.load(options.model, options.device)
    measure_folder(options.model, model)
    print(f"{options.model / SPAN_SCALING} written")
