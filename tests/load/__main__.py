"""Annotators at work, all at once: `python -m tests.load --annotators 20 --minutes 10`.

Each has an account and a connection of its own that speaks Streamlit's protocol, makes a step every
2 to 4 seconds, and measures from sending an operation to its acknowledgement. At the end every
acknowledged operation is looked up in the database. Needs Linux, which counts what it costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.databases import Server
from tests.load.running import Plan, run


def main() -> int:
    """0 where the bar is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--annotators", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--pages", type=int, default=1, help="page processes, behind a proxy")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument(
        "--imported", action="store_true", help="suggestions come with the documents; no model"
    )
    parser.add_argument(
        "--database",
        default="sqlite",
        help="sqlite, postgresql (a server of its own), or the URL of an empty database",
    )
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    plan = Plan(
        given.annotators, 60 * given.minutes, given.pages, given.documents, not given.imported
    )
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        url, processes = _database(given.database, Path(name))
        result = run(plan, url, Path(name), processes)
    print(result.table())
    if given.json:
        given.json.write_text(json.dumps(result.json(), indent=2) + "\n", encoding="utf-8")
    return 0 if result.passed else 1


def _database(wanted: str, folder: Path) -> tuple[str, list[int]]:
    """The URL, and the processes that serve it where they are ours."""
    if wanted == "sqlite":
        return f"sqlite:///{folder}/spanneal.db", []
    if wanted == "postgresql":
        server = Server(durable=True)
        return server.url(server.create()), [server.pid]
    return wanted, []


if __name__ == "__main__":
    sys.exit(main())
