"""python -m app token create | list | rotate | revoke"""

from __future__ import annotations

import argparse
from datetime import timedelta

from app.cli.shared import project_id
from app.services.operations.startup import open_database
from app.services.team import tokens
from app.settings import Settings
from core.cli.whole_numbers import whole_number
from storage.engine import Sessions
from storage.enums import TOKEN_SCOPES


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="create a token and print it once")
    create.add_argument("--name", required=True, help="what the token is for")
    create.add_argument("--person", metavar="NAME", help="the account it acts for")
    create.add_argument("--project", metavar="NAME", help="limit it to this project")
    create.add_argument(
        "--scope",
        choices=TOKEN_SCOPES,
        default="manage",
        help="read: read and predict; annotate: open and decide documents, too; manage: all that "
        "its person may (default)",
    )
    rotate = actions.add_parser("rotate", help="replace a token's secret")
    rotate.add_argument("name", metavar="NAME")
    for parser in (create, rotate):
        parser.add_argument(
            "--days",
            type=whole_number(1, tokens.LONGEST.days),
            metavar="N",
            help="valid for N days (default: until revoked)",
        )
    actions.add_parser("list", help="list tokens and when they were last used")
    revoke = actions.add_parser("revoke", help="revoke a token")
    revoke.add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    sessions = open_database(settings)
    if options.action == "list":
        _list(sessions)
    elif options.action == "revoke":
        tokens.revoke(sessions, options.name)
        print(f"token {options.name!r} is revoked")
    elif options.action == "rotate":
        secret = tokens.rotate(sessions, options.name, _valid(options.days))
        print(f"token {options.name!r} has a new secret, you won't see it again: {secret}")
    else:
        if settings.signs_in and options.person is None:
            raise ValueError(
                "people sign in here, so a token must act for one of them: add --person"
            )
        project = project_id(sessions, options.project) if options.project else None
        secret = tokens.create(
            sessions,
            options.name,
            options.person,
            project,
            scope=options.scope,
            valid=_valid(options.days),
        )
        print(f"token {options.name!r}, you won't see it again: {secret}")
    return 0


def _valid(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)


def _list(sessions: Sessions) -> None:
    for token in tokens.every(sessions):
        used = f"used {token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never used"
        project = f"project {token.project_id}" if token.project_id is not None else None
        until = f"valid until {token.expires_at:%Y-%m-%d %H:%M}" if token.expires_at else None
        ended = "revoked" if token.revoked_at else None
        notes = [token.person, project, token.scope, used, until, ended]
        print("\t".join([token.name, *(note for note in notes if note)]))
