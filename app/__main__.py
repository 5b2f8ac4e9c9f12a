"""python -m app serve | worker | import | export | retrain | simulate | promote"""

from __future__ import annotations

import argparse
import importlib
import sys
from types import ModuleType

VERBS = {
    "serve": "start the page and the worker, and stop both together",
    "worker": "run retraining jobs until stopped",
    "import": "import a file of documents into a project",
    "export": "export a project's annotated documents to a file",
    "retrain": "queue a retraining on a project's annotated documents",
    "simulate": "simulate annotation and count the actions, with and without suggestions",
    "users": "create, list, disable and reset accounts",
    "token": "create, list and revoke API tokens",
    "assign": "assign documents to people, or list assignments",
    "agreement": "print inter-annotator agreement",
    "backup": "back up everything into one archive, while people work",
    "restore": "restore everything from a backup",
    "move": "move a SQLite database to PostgreSQL without loss",
    "preannotate": "pre-annotate all documents of a project, on all workers",
    "compare": "compare two model versions on held-out documents",
    "model": "export a model version to a folder, or import one",
    "promote": "make a model version active",
    "rollback": "make the previous model version active again",
}
_MODULES = {"import": "import_file"}


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status. Only the verb that is called is imported."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Spanneal: an annotation assistant for named entities.",
        epilog="Environment variables SPANNEAL_* set where data is stored; see the README.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in VERBS.items():
        child = verbs.add_parser(verb, help=text, description=text)
        if verb in arguments[:1]:
            _command(verb).configure(child)
    options = parser.parse_args(arguments)
    try:
        return int(_command(options.verb).run(options))
    except Exception as error:
        from app.cli.errors import explain

        message = explain(error)
        if message is None:
            raise
        print(f"{options.verb}: {message}", file=sys.stderr)
        return 1


def _command(verb: str) -> ModuleType:
    return importlib.import_module(f"app.cli.{_MODULES.get(verb, verb)}")


if __name__ == "__main__":
    sys.exit(main())
