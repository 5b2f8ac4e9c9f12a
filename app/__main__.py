"""python -m app serve | worker | import | export | retrain | simulate | promote"""

from __future__ import annotations

import argparse
import importlib
import sys
from types import ModuleType

from core.command_line import exit_status, run_command

VERBS = {
    "serve": "start the page and the worker, and stop both together",
    "worker": "run retraining jobs until stopped",
    "import": "import a file of documents into a project",
    "rules": "import, list and remove rules that suggest entities",
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
    "instant": "show, rebuild or switch what a project learns from submitted documents",
    "compare": "compare two model versions on held-out documents",
    "model": "export a model version to a folder, or import one",
    "promote": "make a model version active",
    "rollback": "make the previous model version active again",
}
_PROGRAM = "python -m app"
_MODULES = {"import": "import_file"}


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status. Only the verb that is called is imported."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments and arguments[0] in VERBS else _PROGRAM
    return run_command(name, lambda: _run(arguments), _explain, _exit_status)


def _run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Spanneal: an annotation assistant for named entities.",
        epilog="Environment variables SPANNEAL_* set where data is stored; see the README.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in VERBS.items():
        child = verbs.add_parser(verb, help=text, description=text)
        if verb in arguments[:1]:
            _command(verb).configure(child)
    options = parser.parse_args(arguments)
    return int(_command(options.verb).run(options))


def _explain(error: Exception) -> str | None:
    from app.cli.errors import explain

    return explain(error)


def _exit_status(error: Exception) -> int:
    """A service refuses by ValueError and LookupError: a failure, unless an error says otherwise,
    or a path is wrong."""
    return exit_status(error) if isinstance(error, OSError) else getattr(error, "exit_status", 1)


def _command(verb: str) -> ModuleType:
    return importlib.import_module(f"app.cli.{_MODULES.get(verb, verb)}")


if __name__ == "__main__":
    sys.exit(main())
