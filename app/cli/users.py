"""python -m app users add | list | disable | enable | reset | join"""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from app.cli.shared import project_id
from app.services.operations.startup import open_database
from app.services.team import accounts, members
from app.services.team.passwords import check, one_time
from app.settings import Settings
from storage.engine import Sessions
from storage.enums import ROLES

_WHAT = {
    "add": "create an account",
    "list": "list accounts",
    "disable": "disable an account",
    "enable": "enable an account again",
    "reset": "set a new password for an account, and end its sessions",
    "join": "set a person's role in a project",
}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for action, text in _WHAT.items():
        child = actions.add_parser(action, help=text, description=text)
        if action != "list":
            child.add_argument("name", metavar="NAME")
        if action in ("add", "reset"):
            child.add_argument(
                "--one-time",
                action="store_true",
                help="generate a password and print it once, instead of asking for one",
            )
        if action == "add":
            child.add_argument("--administrator", action="store_true")
            child.add_argument(
                "--no-password",
                action="store_true",
                help="for people who sign in with an OpenID Connect provider",
            )
        if action == "join":
            child.add_argument("--project", required=True, metavar="NAME")
            child.add_argument(
                "--role", choices=[*ROLES, "none"], default="annotator", help="(default: annotator)"
            )


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    if options.action == "list":
        _list(sessions)
    elif options.action == "join":
        role = None if options.role == "none" else options.role
        members.assign(sessions, project_id(sessions, options.project), options.name, role)
        print(f"{options.name!r} has the role {options.role!r} in {options.project!r}")
    elif options.action in ("disable", "enable"):
        change = accounts.disable if options.action == "disable" else accounts.enable
        print(f"account {change(sessions, options.name).name!r} is {options.action}d")
    else:
        _give_password(sessions, options)
    return 0


def _give_password(sessions: Sessions, options: argparse.Namespace) -> None:
    if options.action == "add":
        accounts.check_name(options.name)
    password = None if getattr(options, "no_password", False) else _password(options)
    if options.action == "add":
        account = accounts.add(
            sessions, options.name, password, administrator=options.administrator
        )
    else:
        assert password is not None  # only `add` may go without
        account = accounts.reset(sessions, options.name, password)
    print(f"account {account.name!r} is ready" + (", an administrator" * account.administrator))
    if options.one_time and password is not None:
        print(f"its password (you won't see it again): {password}")


def _password(options: argparse.Namespace) -> str:
    """Asked for twice, unseen; a pipe gives it in one line. Never an argument: others see those."""
    if options.one_time:
        return one_time()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    check(password, options.name)
    if getpass("Password again: ") != password:
        raise ValueError("the passwords do not match; nothing was changed")
    return password


def _list(sessions: Sessions) -> None:
    known = accounts.every(sessions)
    for account in known:
        notes = [
            "administrator" if account.administrator else "",
            "" if account.active else "disabled",
            "" if account.has_password else "without a password",
        ]
        print("\t".join([account.name, ", ".join(filter(None, notes))]).rstrip())
    if not known:
        print("there are no accounts yet; `users add NAME --administrator` creates the first")
