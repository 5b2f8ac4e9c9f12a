"""python -m core encoder: write a cased encoder for `train --encoder` from a Python package."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..pretrained.container import read_container
from ..pretrained.e5 import ENGLISH, MULTILINGUAL, packaged_file, write_encoder
from .whole_numbers import whole_number


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder for the encoder")
    parser.add_argument(
        "--layers",
        type=whole_number(1),
        default=8,
        help="number of layers, from the first (default: 8)",
    )
    parser.add_argument(
        "--vocabulary",
        type=whole_number(1),
        default=64_000,
        help="vocabulary pieces to keep, English ones first (default: 64000)",
    )


def run(options: argparse.Namespace) -> None:
    """Write multilingual-e5-small, pruned, as a folder that transformers loads."""
    preferred = frozenset(read_container(packaged_file(ENGLISH)).pieces)
    container = read_container(packaged_file(MULTILINGUAL))
    write_encoder(options.out, container, preferred, options.layers, options.vocabulary)
    size = sum(file.stat().st_size for file in options.out.iterdir()) / 1e6
    print(f"{options.out}: {options.layers} layers of multilingual-e5-small, {size:.0f} MB")
