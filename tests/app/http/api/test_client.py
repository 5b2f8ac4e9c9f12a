"""A corpus's way through the client: pushed, suggested on, corrected, pulled and retrained on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import core.client
from app.services.retraining import job_journal
from app.services.retraining.jobs import job_folder
from app.services.team import accounts, tokens
from core.client import Assignment, Client, JobLosses, Member, Project, ServerError
from core.types import Entity
from tests.app.http.running import Server
from tests.load.site import opened
from tests.test_examples import CLIENT_EXAMPLES, OUTPUTS, trained

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("http-server")]
TEXTS = [f"Patient {number} takes codeine 🦊 daily." for number in range(6)]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CODEINE = {"start": TEXTS[0].index("codeine"), "end": TEXTS[0].index(" 🦊"), "label": "DRUG"}


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    """An administrator's."""
    with opened(server.database) as sessions:
        accounts.add(sessions, "Root", None, administrator=True)
        secret = tokens.create(sessions, "root", "Root")
    with Client(server.url, secret, transport=httpx.HTTPTransport()) as client:
        yield client


@pytest.fixture(scope="module")
def clinic(client: Client) -> Project:
    """A project with six texts, of which two come annotated."""
    made = client.create_project("Clinic", ["DRUG", "DOSE"])
    rows = [
        {"text": text, "name": f"letter {number}", "meta": {"ward": number % 2}}
        | ({"entities": [CODEINE], "status": "submitted"} if number < 2 else {})
        for number, text in enumerate(TEXTS)
    ]
    report = client.push(made.id, rows)
    assert (report.added, report.entities, report.bad_count, report.complete) == (6, 2, 0, True)
    assert client.push(made.id, rows).duplicates == 6
    return made


@pytest.mark.parametrize(("location", "source"), CLIENT_EXAMPLES)
def test_the_documents_examples_of_the_client_run(
    location: str,
    source: str,
    client: Client,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Their page is the test's, by whatever address."""

    def of_test(_: str, token: str | None = None) -> Client:
        return Client(server.url, token) if token else client

    monkeypatch.setattr(core.client, "Client", of_test)
    monkeypatch.setattr(client, "close", lambda: None)
    monkeypatch.setitem(sys.modules, "spanneal", core)
    monkeypatch.setitem(sys.modules, "spanneal.client", core.client)
    exec(compile(source, location, "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == OUTPUTS.get(location, "")


def test_projects_and_labels_are_made_and_changed(client: Client, clinic: Project) -> None:
    assert client.project("Clinic") == clinic
    with pytest.raises(LookupError, match="expected one of"):
        client.project("Nowhere")
    assert client.configure(clinic.id, guidelines="Drugs.").settings["guidelines"] == "Drugs."
    route = client.add_label(clinic.id, "ROUTE", description="How it is taken.")
    changed = client.change_label(clinic.id, route.id, name="WAY", key=None)
    assert (changed.name, changed.key, changed.description) == ("WAY", None, "How it is taken.")
    assert [label.name for label in client.labels(clinic.id)] == ["DRUG", "DOSE", "WAY"]
    assert client.merge_label(clinic.id, route.id, into=client.labels(clinic.id)[0].id) == 0
    assert [label.name for label in client.labels(clinic.id)] == ["DRUG", "DOSE"]
    with pytest.raises(ServerError, match="409: there is already a project 'Clinic'"):
        client.create_project("Clinic")


def test_a_document_is_decided_corrected_and_pulled(
    client: Client, clinic: Project, tmp_path: Path
) -> None:
    begun = datetime.now(UTC)
    document = next(client.documents(clinic.id, status="new"))
    assert document.meta == {"ward": 0}
    odd = client.documents(clinic.id, meta_key="ward", meta_value="1", updated_since=LONG_AGO)
    assert [item.name for item in odd] == ["letter 1", "letter 3", "letter 5"]
    assert not list(client.documents(clinic.id, updated_since=begun))
    assert client.document(document.id).text == TEXTS[2]
    opened = client.open(document.id)
    refuse = [{"op": "reject", "id": span.id} for span in opened.entities]
    add = {"op": "add", "id": "mine", **CODEINE}
    decided = client.annotate(document.id, [*refuse, add, {"op": "submit"}])
    accepted = [span for span in decided.entities if span.status == "accepted"]
    assert [(span.start, span.end, span.label) for span in accepted] == [
        (CODEINE["start"], CODEINE["end"], "DRUG")
    ]

    client.reopen(document.id)
    client.annotate(document.id, [{"op": "relabel", "id": "mine", "label": "DOSE"}])
    assert client.annotate(document.id, [{"op": "submit"}]).status == "submitted"

    (pulled,) = client.pull(clinic.id, since=begun)
    assert pulled["name"] == "letter 2"
    labels = [e["label"] for e in pulled["entities"] if e["status"] == "accepted"]
    assert labels == ["DOSE"]
    assert not list(client.pull(clinic.id, since=datetime.now(UTC) + timedelta(minutes=1)))
    assert client.export(clinic.id, tmp_path / "all.jsonl") == 3
    lines = (tmp_path / "all.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["meta"]["ward"] for line in lines] == [0, 1, 0]


def test_an_export_says_how_much_is_in_the_file_and_what_is_not(
    client: Client, tmp_path: Path
) -> None:
    banks = client.create_project("Banks", ["ORG", "LOC"])
    text = "Bank\u2028of China"
    entities = [{"start": 0, "end": 13, "label": "ORG"}, {"start": 8, "end": 13, "label": "LOC"}]
    rows = [{"text": text, "entities": entities}, {"text": " ", "entities": []}]
    client.push(banks.id, rows, split="train")

    with pytest.warns(UserWarning, match="bio cannot hold 1 of the documents"):
        exported = client.export(banks.id, tmp_path / "all.bio", format="bio")
    assert exported == 1
    assert exported.left_out["refused documents"] == exported.left_out["nested entities"] == 1
    assert [row["text"] for row in client.pull(banks.id)] == [text, " "]
    with pytest.raises(ServerError, match="404: there is no label 'OGR'; the project has ORG, LOC"):
        next(client.pull(banks.id, label=["LOC", "OGR"]))


def test_another_models_suggestions_are_sent_for_documents_that_are_there(client: Client) -> None:
    wards = client.create_project("Wards", ["DRUG"])
    client.push(wards.id, [{"text": text} for text in TEXTS], split="train")
    rows = [{"document": item.id, "entities": [CODEINE]} for item in client.documents(wards.id)]

    report = client.suggest(wards.id, [*rows, {"document": 0, "entities": []}], model="lexicon")

    assert (report.added, report.entities, report.bad_count) == (6, 6, 1)
    assert "'document' must be a document's number" in report.bad[0]["reason"]
    opened = client.open(next(client.documents(wards.id)).id)
    assert [(span.label, span.status) for span in opened.entities] == [("DRUG", "suggested")]


def test_people_get_a_role_and_documents(client: Client) -> None:
    shared = client.create_project("Shared", ["DRUG"])
    client.configure(shared.id, annotators=2)
    client.push(shared.id, [{"text": text} for text in TEXTS])
    assert client.team.set_role(shared.id, "Ada", "annotator") == Member("Ada", "annotator")
    assert client.team.members(shared.id) == [Member("Ada", "annotator")]

    first, second, *_ = (document.id for document in client.documents(shared.id))
    assert client.team.assign(shared.id, ["Ada", "Root"], [first]) == 2
    assert client.team.assign_next(shared.id, ["Ada"], 1) == 1
    client.team.withdraw(first, "Root")
    assert client.team.assignments(shared.id) == [
        Assignment(first, "Ada", "new"),
        Assignment(second, "Ada", "new"),
    ]

    client.team.remove(shared.id, "Ada")
    assert client.team.members(shared.id) == []
    with pytest.raises(ServerError, match="404"):
        client.team.set_role(shared.id, "Nobody / at all", "annotator")


def test_a_text_is_predicted_by_the_active_model(client: Client) -> None:
    (active,) = [version for version in client.models() if version.state == "active"]
    entities = client.predict(TEXTS[0], threshold=0.0)
    assert entities
    assert all(entity.label in active.labels for entity in entities)
    assert all(entity.text == TEXTS[0][entity.start : entity.end] for entity in entities)


def _rough(entities: Sequence[Entity]) -> list[tuple[object, object]]:
    """Each entity's boundaries and label, and its score: another batch rounds otherwise."""
    return [(entity.key, pytest.approx(entity.score, abs=1e-5)) for entity in entities]


def test_several_texts_are_predicted_as_each_alone_but_for_rounding(client: Client) -> None:
    settings = {"steps": 2, "num_spans": 20, "threshold": 0.0}
    batch = client.predict_batch(TEXTS, **settings)
    single = [client.predict(text, **settings) for text in TEXTS]
    assert [_rough(entities) for entities in batch] == [_rough(entities) for entities in single]


def test_decided_entities_stay_and_stay_away(client: Client) -> None:
    first, *_ = client.predict(TEXTS[0], threshold=0.0)
    decided = {"start": first.start, "end": first.end, "label": first.label}
    without = client.predict(TEXTS[0], threshold=0.0, suppressed=[decided])
    assert first.key not in [entity.key for entity in without]
    beside = client.predict(TEXTS[0], threshold=1.0, fixed=[decided])
    assert [(entity.key, entity.score) for entity in beside] == [(first.key, 1.0)]
    texts = [TEXTS[1], {"text": TEXTS[0], "suppressed": [decided]}, TEXTS[2]]
    before, of_decided, after = client.predict_batch(texts, threshold=0.0)
    assert _rough(of_decided) == _rough(without)
    others = client.predict_batch(TEXTS[1:3], threshold=0.0)
    assert [_rough(before), _rough(after)] == [_rough(entities) for entities in others]
    (fixed,) = client.predict_batch([{"text": TEXTS[0], "fixed": [decided]}], threshold=1.0)
    assert fixed == beside
    for wrong in ({"steps": True}, {"steps": 0}, {"trace": True, "fixed": [decided]}):
        with pytest.raises(ServerError, match="422"):
            client.predict(TEXTS[0], **wrong)


def test_instant_learning_is_watched_and_switched(client: Client, clinic: Project) -> None:
    active = next(version for version in client.models() if version.state == "active")
    learning = client.instant(clinic.id)
    assert (learning.on, learning.model_version) == (True, active.id)
    off = client.learn_instantly(clinic.id, False)
    assert (off.on, off.to_learn) == (False, 0)
    assert client.learn_instantly(clinic.id).on


def test_a_model_version_is_taken_out_and_brought_in(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "model.zip"
    client.download(client.models()[0].id, file)
    brought = client.upload(file)
    assert brought.state == "proposed"
    before = next(version for version in client.models() if version.state == "active")
    assert client.promote(brought.id, why="a test").state == "active"
    assert client.roll_back().id == before.id


def test_a_retraining_is_queued_watched_and_cancelled(
    client: Client, clinic: Project, server: Server
) -> None:
    job = client.retrain(clinic.id, epochs=1)
    assert job.active
    assert [other.id for other in client.jobs(clinic.id)] == [job.id]
    with pytest.raises(ServerError, match="409"):
        client.retrain(clinic.id)
    client.cancel(job.id)
    assert client.wait(job.id, poll_seconds=0).state == "cancelled"
    assert client.job_log(job.id) == []
    job_journal.write(job_folder(server.data, job.id), "train", "begins")
    (line,) = client.job_log(job.id)
    assert (line.step, line.level, line.message) == ("train", "info", "begins")
    assert client.job_log(job.id, after=1) == []
    assert client.job_progress(job.id).total_steps == 0
    trained(job_folder(server.data, job.id) / "model")
    progress = client.job_progress(job.id)
    assert (progress.step, progress.total_steps, progress.epoch) == (20, 20, 1)
    assert progress.losses == (JobLosses(10, {"boundary": 2.0, "type": 1.0}),)
    assert [(point.epoch, point.f1, point.best) for point in progress.evaluations] == [
        (1, 1.0, True)
    ]
    client.retry(job.id)
    assert client.job(job.id).active
    client.cancel(job.id)


def test_a_token_is_made_listed_rotated_and_revoked(
    client: Client, clinic: Project, server: Server
) -> None:
    secret = client.tokens.create(
        "nightly", person="Root", project_id=clinic.id, scope="read", days=7
    )
    made = next(token for token in client.tokens.every() if token.name == "nightly")
    assert (made.person, made.project_id, made.scope) == ("Root", clinic.id, "read")
    assert made.expires_at is not None
    assert made.expires_at - made.created_at < timedelta(days=7, minutes=1)
    with Client(server.url, secret) as reader:
        assert [project.id for project in reader.projects()] == [clinic.id]
        with pytest.raises(ServerError, match="the token's scope does not reach so far"):
            reader.tokens.create("another")

    again = client.tokens.rotate("nightly")
    with Client(server.url, secret) as reader, pytest.raises(ServerError, match="401"):
        reader.projects()
    with Client(server.url, again) as reader:
        assert len(reader.projects()) == 1
    client.tokens.revoke("nightly")
    ended = next(token for token in client.tokens.every() if token.name == "nightly")
    assert (ended.expires_at, ended.revoked_at is not None) == (None, True)
    with pytest.raises(ServerError, match="409: the token 'nightly' was revoked"):
        client.tokens.rotate("nightly")
    with pytest.raises(ServerError, match="409: there is already a token 'nightly'"):
        client.tokens.create("nightly")
    with pytest.raises(ServerError, match="404: there is no token"):
        client.tokens.revoke("weekly")


def test_a_webhook_is_made_tested_watched_and_deleted(client: Client, clinic: Project) -> None:
    hook = client.webhooks.create(clinic.id, "https://example.org/hook", ["document.submitted"])
    assert hook.secret not in repr(hook)
    (listed,) = client.webhooks.every(clinic.id)
    assert (listed.id, listed.url, listed.events, listed.active) == (
        hook.id,
        "https://example.org/hook",
        ("document.submitted",),
        True,
    )
    queued = client.webhooks.test(clinic.id, hook.id)
    assert (queued.event, queued.state, queued.attempts) == ("webhook.test", "pending", 0)
    assert client.webhooks.deliveries(clinic.id, hook.id) == [queued]
    with pytest.raises(ServerError, match="SPANNEAL_WEBHOOKS=private"):
        client.webhooks.create(clinic.id, "http://169.254.169.254/latest")
    assert not client.webhooks.set_active(clinic.id, hook.id, False).active
    assert client.webhooks.set_active(clinic.id, hook.id, True) == listed
    client.webhooks.delete(clinic.id, hook.id)
    assert client.webhooks.every(clinic.id) == []
    with pytest.raises(ServerError, match=f"404: project {clinic.id} has no webhook {hook.id}"):
        client.webhooks.deliveries(clinic.id, hook.id)
