"""python -m app rules import | list | remove"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.cli.shared import add_project, project_id, row_number
from app.services.labels import rules
from app.services.labels.rules import RuleReport
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.engine import Sessions
from storage.rule_files import MOST_BYTES

_WHAT = {
    "import": "import a file of terms, a table, or Prodigy's patterns.jsonl",
    "list": "list rules with the numbers of accepted and rejected suggestions",
    "remove": "remove rules; decisions on their suggestions stay",
}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for action, text in _WHAT.items():
        child = actions.add_parser(action, help=text, description=text)
        if action == "import":
            child.add_argument("file", type=Path, metavar="FILE")
            child.add_argument("--label", metavar="NAME", help="for rules that have none in FILE")
            child.add_argument(
                "--ignore-case", action="store_true", help="ignore upper and lower case in strings"
            )
        if action == "remove":
            what = child.add_mutually_exclusive_group(required=True)
            what.add_argument(
                "--rule", type=row_number, action="append", metavar="ID", help="repeatable"
            )
            what.add_argument("--label", metavar="NAME", help="all rules of a label")
            what.add_argument("--all", action="store_true", help="all rules of the project")
        add_project(child)


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    sessions = open_database(settings)
    project = project_id(sessions, options.project)
    if options.action == "list":
        _list(sessions, project)
    elif options.action == "remove":
        removed = rules.remove_rules(
            sessions, project, settings.person, rule_ids=options.rule, label=options.label
        )
        print(f"{removed:,} rules removed")
        lacking = len(set(options.rule or ())) - removed
        if lacking > 0:
            raise LookupError(
                f"{lacking:,} of the numbers are no rule's; `rules list` shows those of the project"
            )
    else:
        with options.file.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        report = rules.import_rules(
            sessions,
            project,
            content,
            options.file.name,
            settings.person,
            label=options.label,
            ignore_case=options.ignore_case,
        )
        return _tell(report, options.file)
    return 0


def _tell(report: RuleReport, file: Path) -> int:
    found = report.file
    for record in found.bad:
        print(f"{file}:{record.line}: {record.reason}", file=sys.stderr)
    if found.bad_count > len(found.bad):
        print(f"and {found.bad_count - len(found.bad):,} more not imported", file=sys.stderr)
    for kind, count in found.notes.items():
        print(f"{kind}: {count:,}", file=sys.stderr)
    if report.labels_created:
        print(f"new labels: {', '.join(report.labels_created)}")
    print(
        f"{report.taken:,} rules imported, {report.known:,} already known, "
        f"{found.bad_count:,} not imported"
    )
    return 1 if found.bad_count else 0


def _list(sessions: Sessions, project: int) -> None:
    known = rules.listed(sessions, project)
    for rule in known.rules:
        outcome = f"{rule.accepted} accepted, {rule.rejected} rejected"
        state = "silent" if rule.silent else ""
        print("\t".join([str(rule.id), rule.label, rule.kind, rule.pattern, outcome, state]))
    if not known.total:
        print("there are no rules yet; `rules import FILE --project NAME` brings them in")
