"""python -m app serve | worker | import | export | retrain | simulate | promote"""

from __future__ import annotations

import argparse
import importlib
import sys
from types import ModuleType

VERBS = {
    "serve": "start the page and the worker, and stop both together",
    "worker": "carry out retraining jobs until it is stopped",
    "import": "add the documents of a file to a project",
    "export": "write a project's corrected documents to a file",
    "retrain": "queue a retraining on a project's corrected documents",
    "simulate": "count what correcting annotated documents costs, with and without suggestions",
    "users": "make, list, disable and reset accounts",
    "token": "make, list and revoke the tokens that programs come with",
    "assign": "give documents to people, or list who has what",
    "agreement": "print how far people agree who annotated the same documents",
    "backup": "write everything into one archive, while people work",
    "restore": "bring back everything from such an archive",
    "move": "bring a SQLite database into PostgreSQL, without losing anything",
    "preannotate": "let the model suggest on all documents of a project, on all workers",
    "compare": "measure two model versions on held-out documents, and whether one is better",
    "model": "write a model version into a folder, or bring one in from a folder",
    "promote": "let a model version make the suggestions from now on",
    "rollback": "let the model version before make the suggestions again",
}
_MODULES = {"import": "import_file"}


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status. Only the verb that is called is imported."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Spanneal: an assistant for annotating named entities.",
        epilog="Where data lies is set by SPANNEAL_* environment variables, see the README.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in VERBS.items():
        child = verbs.add_parser(verb, help=text, description=text)
        if verb in arguments[:1]:
            _command(verb).configure(child)
    options = parser.parse_args(arguments)
    try:
        return int(_command(options.verb).run(options))
    except (ValueError, LookupError, OSError, RuntimeError) as error:
        print(f"{options.verb}: {error}", file=sys.stderr)
        return 1


def _command(verb: str) -> ModuleType:
    return importlib.import_module(f"app.cli.{_MODULES.get(verb, verb)}")


if __name__ == "__main__":
    sys.exit(main())
