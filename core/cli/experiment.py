"""python -m core experiment"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from ..research.experiments.experiment import ExperimentConfig
from ..research.experiments.registry import EXPERIMENTS
from ..research.experiments.runs.runner import chosen, perform_all, results, show
from ..research.experiments.runs.settings import parse_overrides
from ..research.experiments.tables.report import Report, as_markdown, publish
from .output import add_json, print_json, progress, resumable, writable_folder
from .shared import numbers
from .whole_numbers import whole_number


def configure(parser: argparse.ArgumentParser) -> None:
    width = max(map(len, EXPERIMENTS))
    lines = (f"  {name:{width}}  {made.question}" for name, made in EXPERIMENTS.items())
    parser.epilog = "experiments:\n" + "\n".join(lines)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("name", choices=EXPERIMENTS, help="described in docs/experiments.md")
    parser.add_argument("--data", type=Path, required=True, help="folder of corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder for results and tables")
    parser.add_argument("--quick", action="store_true", help="model sizes for 2 CPU cores")
    parser.add_argument(
        "--encoder",
        action="append",
        default=[],
        help="pretrained transformer: hub name or path; repeatable for table4",
    )
    parser.add_argument("--model", type=Path, help="a trained model to start from or to evaluate")
    parser.add_argument("--tagger", type=Path, help="a trained tagger to start from")
    parser.add_argument("--seeds", type=numbers, default=(), help="for example 0,1,2")
    parser.add_argument("--corpora", type=_names, default=(), help="for example wikigold,a+b")
    parser.add_argument("--only", metavar="PATTERN", help="only runs whose name matches")
    parser.add_argument(
        "--min-steps",
        type=whole_number(0),
        metavar="N",
        help="add epochs up to this number of steps; 0: use the configured epochs",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the model or of training, for every run",
    )
    add_json(parser, "the table as one JSON object, and progress on standard error")


def run(options: argparse.Namespace) -> None:
    """Perform the runs without results, then make the table from all results."""
    if not options.data.is_dir():
        raise ValueError(f"--data {options.data} is no folder; expected the folder of corpora")
    writable_folder(options.out)
    with progress(options), resumable(options.out):
        report = _perform(options)
    if options.json:
        print_json(asdict(report))


def _perform(options: argparse.Namespace) -> Report:
    config = ExperimentConfig(
        data=options.data,
        quick=options.quick,
        encoders=tuple(options.encoder),
        model=options.model,
        tagger=options.tagger,
        seeds=options.seeds,
        corpora=options.corpora,
        overrides=parse_overrides(options.set),
        min_steps=options.min_steps,
    )
    experiment = EXPERIMENTS[options.name]
    runs = experiment.plan(config)
    show(perform_all(chosen(runs, options.only), options.out))
    report = experiment.report(config, results(runs, options.out))
    print("\n" + as_markdown(report))
    for path in publish(report, options.name, options.out):
        print(path)
    return report


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))
