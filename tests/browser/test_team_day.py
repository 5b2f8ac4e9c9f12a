"""A team's day: a program makes the project, two people annotate it at once, a reviewer corrects,
a model is trained on it and promoted, and the export has everything once."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.operations.startup import prepare
from app.services.team import accounts, tokens
from app.settings import Settings
from core.client import Client, verify_webhook
from storage.engine import Sessions
from tests.app.material import tiny_model
from tests.browser.accounts_kit import GOOD, SERVER, sign_in
from tests.browser.app_kit import AnnotatePage, worker
from tests.browser.conftest import PATIENCE
from tests.browser.servers import Serve, Served
from tests.waiting import until

LABELS = ["PER", "ORG", "LOC"]
TEXT = "Report {}: Ada Lovelace wrote to Charles Babbage from London."
REPORTS = range(1, 9)
HELD_OUT = (7, 8)
NAMED = ("Ada Lovelace", "PER")
PEOPLE = ("Mia", "Noa")


class Office:
    """A server with accounts and a tiny model, and its tokens."""

    def __init__(self, url: Served, env: dict[str, str], sessions: Sessions) -> None:
        self.url, self.env = url, env
        self._secrets = {name: tokens.create(sessions, name, name) for name in ("Root", "Rita")}

    def client(self, name: str) -> Client:
        return Client(self.url, self._secrets[name])


class Inbox:
    """The webhook's messages, each verified."""

    def __init__(self) -> None:
        self.secret = ""
        self.messages: dict[str, dict[str, Any]] = {}

    def number(self, event: str) -> int:
        return [message["type"] for message in list(self.messages.values())].count(event)


@pytest.fixture
def office(serve: Serve, tmp_path: Path) -> Office:
    env = {
        "SPANNEAL_DATA": str(tmp_path / "data"),
        "SPANNEAL_MODEL": str(tiny_model(tmp_path / "model")),
        "SPANNEAL_AUTH": "accounts",
        "SPANNEAL_WEBHOOKS": "private",
        "OMP_NUM_THREADS": "1",
    }
    sessions = prepare(Settings.from_environment(env)).sessions
    accounts.add(sessions, "Root", None, administrator=True)
    for name in ("Rita", *PEOPLE):
        accounts.add(sessions, name, GOOD)
    return Office(serve(SERVER, env=env), env, sessions)


@pytest.fixture
def desks(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[list[AnnotatePage]]:
    """A browser's window for each of two people."""
    expect.set_options(timeout=PATIENCE)
    with ExitStack() as stack:
        contexts = [browser.new_context(**browser_context_args) for _ in PEOPLE]
        for context in contexts:
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
        yield [AnnotatePage(context.new_page()) for context in contexts]


@contextmanager
def inbox() -> Iterator[tuple[str, Inbox]]:
    """An address for the webhook, and what came there."""
    box = Inbox()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            box.messages[self.headers["webhook-id"]] = dict(
                verify_webhook(box.secret, dict(self.headers.items()), body)
            )
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", box
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.thorough
def test_a_team_s_day(office: Office, desks: list[AnnotatePage], tmp_path: Path) -> None:
    """Its parts are tested each: the client in `tests/app/http/api/test_client.py`, two people in
    `test_two_people.py`, retraining in `test_story.py`, messages in `tests/app/services/webhooks`.
    """
    with (
        inbox() as (address, box),
        worker(office.env, tmp_path / "worker.log"),
        office.client("Root") as root,
        office.client("Rita") as rita,
    ):
        project, hook = _is_set_up(root, rita, address)
        box.secret = hook
        documents = _gets_documents_with_suggestions(rita, project)
        _two_annotate_at_once(office.url, desks, rita, project, documents)
        corrected = _a_reviewer_corrects(rita, documents)
        until(lambda: box.number("document.submitted") == len(REPORTS) + 1)
        version = _is_retrained_and_promoted(root, rita, project)
        until(lambda: box.number("job.finished") == box.number("model.promoted") == 1)
        _is_exported_once(rita, project, corrected, tmp_path / "export.jsonl")
        _is_annotated_with_the_new_model(office.url, desks[0].page, rita, project, version)


def _is_set_up(root: Client, rita: Client, address: str) -> tuple[int, str]:
    """The project, and the secret of its webhook."""
    project = root.create_project("Letters", LABELS[:2])
    root.add_label(project.id, LABELS[2], description="Places.")
    root.configure(project.id, queue="arrival", instant=False)
    root.team.set_role(project.id, "Rita", "reviewer")
    for name in PEOPLE:
        root.team.set_role(project.id, name, "annotator")
    assert [reached.name for reached in rita.projects()] == ["Letters"]
    return project.id, root.webhooks.create(project.id, address).secret


def _gets_documents_with_suggestions(rita: Client, project: int) -> dict[int, int]:
    """The documents' ids by their numbers."""
    for split, numbers in (("train", REPORTS), ("holdout", HELD_OUT)):
        rows = [
            {"name": str(number), "text": TEXT.format(number)}
            for number in numbers
            if (number in HELD_OUT) == (split == "holdout")
        ]
        assert rita.push(project, rows, split=split).added == len(rows)
    ids = {int(document.name): document.id for document in rita.documents(project)}
    start = TEXT.format(1).index(NAMED[0])
    suggestion = {"start": start, "end": start + len(NAMED[0]), "label": NAMED[1], "score": 0.9}
    suggestions = [{"document": id, "entities": [suggestion]} for id in ids.values()]
    sent = rita.suggest(project, suggestions, model="name list")
    assert (sent.added, sent.held_out, sent.bad_count) == (len(REPORTS) - 2, 2, 0)
    return ids


def _two_annotate_at_once(
    url: str, desks: list[AnnotatePage], rita: Client, project: int, documents: dict[int, int]
) -> None:
    """In turns of one document; Rita's program follows what changes meanwhile."""
    since, followed = datetime.now(UTC), dict.fromkeys(documents, "new")
    for desk, name in zip(desks, PEOPLE, strict=True):
        sign_in(desk.page, url, name)
        desk.page.goto(f"{url}/annotate?project={project}")
        desk.ready()
    while set(followed.values()) != {"submitted"}:
        shown = [_number(desk) for desk in desks]
        at_work = [desk for desk in desks if followed[_number(desk)] != "submitted"]
        assert len(at_work) < 2 or shown[0] != shown[1], "each has a document of their own"
        for desk in at_work:
            number = _number(desk)
            _marks_and_submits(desk, rita, documents[number])
        for document in rita.documents(project, updated_since=since):
            followed[int(document.name)] = document.status
            since = max(since, document.updated_at)


def _number(desk: AnnotatePage) -> int:
    """Of the report that is shown."""
    match = re.search(r"Report (\d+):", desk.text.inner_text())
    assert match is not None
    return int(match[1])


def _marks_and_submits(desk: AnnotatePage, rita: Client, document: int) -> None:
    """Accepts what is suggested; the next document comes, or none is left."""
    number = _number(desk)
    if number not in HELD_OUT:
        expect(desk.page.get_by_test_id("counts")).to_contain_text("1 to review")
    desk.text.focus()
    desk.press("Escape")
    desk.drag("London")
    desk.press("3")
    desk.is_saved()
    desk.press("Control+Enter")
    until(lambda: rita.document(document).status == "submitted")
    reopen = desk.page.get_by_role("button", name="Reopen to correct")
    until(lambda: _number(desk) != number or reopen.count() > 0)


def _a_reviewer_corrects(rita: Client, documents: dict[int, int]) -> int:
    """Names whom the annotators missed; the number of the document."""
    number = min(documents)
    rita.reopen(documents[number])
    text = rita.document(documents[number]).text
    start = text.index("Charles Babbage")
    missed = {"start": start, "end": start + len("Charles Babbage"), "label": "PER"}
    rita.annotate(documents[number], [{"op": "add", "id": "missed", **missed}, {"op": "submit"}])
    return number


def _is_retrained_and_promoted(root: Client, rita: Client, project: int) -> int:
    job = rita.wait(rita.retrain(project, epochs=1).id, poll_seconds=0.2)
    assert job.state == "done", (job.reason, rita.job_log(job.id))
    assert job.version_id is not None
    assert root.promote(job.version_id, why="the day's work").state == "active"
    return job.version_id


def _is_exported_once(rita: Client, project: int, corrected: int, path: Path) -> None:
    assert rita.export(project, path) == len(REPORTS)
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert sorted(record["name"] for record in records) == [str(number) for number in REPORTS]
    for record in records:
        number = int(record["name"])
        marked = Counter(
            record["text"][entity["start"] : entity["end"]] for entity in record["entities"]
        )
        wanted = {"London", *([NAMED[0]] if number not in HELD_OUT else [])}
        wanted |= {"Charles Babbage"} if number == corrected else set()
        assert marked == Counter(wanted)
        assert record["provenance"]["person"] in ("Rita",) if number == corrected else PEOPLE
    people = {record["provenance"]["person"] for record in records}
    assert people == {"Rita", *PEOPLE}, "both have worked"


def _is_annotated_with_the_new_model(
    url: str, page: Page, rita: Client, project: int, version: int
) -> None:
    """The next morning."""
    rita.push(project, [{"name": "9", "text": TEXT.format(9)}], split="train")
    (new,) = rita.documents(project, status="new")
    desk = AnnotatePage(page)
    desk.open(url, new.id, project)
    expect(page.get_by_text(re.compile(f"model version {version}", re.IGNORECASE))).to_be_visible()
