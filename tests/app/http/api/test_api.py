"""What programs ask over HTTP, and who is let in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from app.http import routes
from app.http.common import authentication
from app.http.common.limits import MOST_BYTES, Rate
from app.http.predictions.batching import Batcher
from app.services.suggestions.predictor import BackgroundPredictor
from app.services.team import accounts, members, tokens
from app.settings import Settings
from app.web import gate
from app.web.gate import Gate
from core.inference.pipeline import Pipeline
from core.types import Entity, Prediction, SamplerSettings
from storage.engine import Sessions
from tests.app.material import environment_in, new_project, tiny_model
from tests.coroutines import result_of


@dataclass
class Served:
    """The interface behind the gate, and a look at its database."""

    client: TestClient
    sessions: Sessions
    project: int

    def bearer(
        self, name: str, person: str | None = None, project: int | None = None
    ) -> dict[str, str]:
        secret = tokens.create(self.sessions, name, person, project)
        return {"authorization": f"Bearer {secret}"}


@dataclass
class Counting:
    """A model that counts its calls."""

    model_version_id: int = 1
    path: Path = Path("model")
    calls: list[list[str]] = field(default_factory=list)
    settings: list[SamplerSettings] = field(default_factory=list)

    def in_background(self) -> Counting:
        return self

    def predict(self, text: str, settings: SamplerSettings, **_: object) -> Prediction:
        return self.predict_together([text], settings)[0]

    def predict_together(self, texts: Sequence[str], settings: SamplerSettings) -> list[Prediction]:
        self.calls.append(list(texts))
        self.settings.append(settings)
        return [Prediction(text, (Entity(0, len(text), "PER", 0.9),)) for text in texts]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    yield from serving(tmp_path, monkeypatch)


def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPANNEAL_AUTH", "off")
    monkeypatch.setattr(authentication, "rate", Rate())
    monkeypatch.setattr(authentication, "local_rate", Rate())
    monkeypatch.setattr(
        "app.http.predictions.prediction.active_predictor", lambda sessions: Counting()
    )
    sessions = gate.database(Settings.from_environment())
    project = new_project(sessions)
    guard = Middleware(Gate, settings=Settings.from_environment)
    app = Starlette(routes=routes.ROUTES, middleware=[guard])
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5000)) as client:
        yield Served(client, sessions, project)
    sessions.kw["bind"].dispose()
    gate._database.cache_clear()


@pytest.mark.parametrize(
    ("number", "status"), [(60, 200), (60.0, 200), (60.5, 422), ("60", 422), (True, 422)]
)
def test_a_number_of_spans_is_an_integer_however_json_writes_it(
    served: Served, number: object, status: int
) -> None:
    answer = served.client.post("/api/v1/predict", json={"text": "Ada", "num_spans": number})

    assert answer.status_code == status, answer.text


def test_a_text_comes_back_with_its_entities_and_their_scores(served: Served) -> None:
    answer = served.client.post("/api/v1/predict", json={"text": "Ada 🦊", "seed": 3})

    assert answer.status_code == 200, answer.text
    assert answer.json()["entities"] == [
        {"start": 0, "end": 5, "label": "PER", "text": "Ada 🦊", "score": 0.9, "source": "model"}
    ]


def test_nothing_but_this_machine_under_its_own_name_comes_in_without_a_token(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = served.client.get
    assert ask("/api/v1/projects").status_code == 200
    for headers in (
        {"host": "evil.example"},
        {"x-forwarded-for": "10.0.0.9"},
        {"authorization": "Bearer spanneal_none"},
    ):
        assert ask("/api/v1/projects", headers=headers).status_code in (401, 421), headers
    crossing = {"origin": "https://evil.example"}
    body = {"text": "Ada"}
    assert served.client.post("/api/v1/predict", json=body, headers=crossing).status_code == 403
    monkeypatch.setenv("SPANNEAL_AUTH", "none")
    message = ask("/api/v1/projects")
    assert message.status_code == 401
    assert "token create" in message.json()["error"]["remedy"]


def test_who_is_not_let_in_is_answered_before_the_body_is_read(served: Served) -> None:
    much, stranger = b" " * (MOST_BYTES + 1), {"x-forwarded-for": "10.0.0.9"}
    message = served.client.post("/api/v1/predict", content=much, headers=stranger)

    assert message.status_code == 401  # and not 413


def test_what_a_proxy_adds_takes_a_token(served: Served) -> None:
    for name in ("via", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip"):
        message = served.client.get("/api/v1/projects", headers={name: "x"})

        assert message.status_code == 401, name


def test_a_token_acts_for_its_person_and_ends_when_it_is_revoked(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    accounts.add(served.sessions, "Ada", None)
    members.assign(served.sessions, served.project, "Ada", "annotator")
    other = new_project(served.sessions, name="Other", filled=False)
    headers = served.bearer("script", "Ada")
    nobody = served.bearer("nobody's")
    path = f"/api/v1/projects/{served.project}"

    assert served.client.get(f"{path}/documents", headers=headers).json()["total"] == 4
    assert served.client.get(f"{path}/export", headers=headers).status_code == 403
    assert (
        served.client.get(f"/api/v1/projects/{other}/documents", headers=headers).status_code == 404
    )
    assert served.client.get("/api/v1/projects", headers=nobody).status_code == 401
    assert tokens.every(served.sessions)[0].used_at is not None
    tokens.revoke(served.sessions, "script")
    assert served.client.get(f"{path}/documents", headers=headers).status_code == 401


def test_a_token_of_one_project_reaches_no_other(served: Served) -> None:
    other = new_project(served.sessions, name="Other")
    headers = served.bearer("narrow", project=other)

    shown = served.client.get("/api/v1/projects", headers=headers).json()
    assert [item["id"] for item in shown] == [other]
    assert served.client.get("/api/v1/documents/1", headers=headers).status_code == 404
    for path in ("documents", "export"):
        answer = served.client.get(f"/api/v1/projects/{served.project}/{path}", headers=headers)
        assert answer.status_code == 403


def test_the_secret_is_nowhere_in_the_database(served: Served) -> None:
    secret = served.bearer("one")["authorization"].removeprefix("Bearer ")
    with served.sessions() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM api_tokens").all()
    assert secret not in repr(rows)
    with pytest.raises(ValueError, match="there is already a token 'one'"):
        tokens.create(served.sessions, "one")


def test_a_document_is_added_decided_submitted_and_exported(served: Served) -> None:
    path = f"/api/v1/projects/{served.project}"
    text = "Ada saw\r\n🦊 Rome."
    added = served.client.post(f"{path}/documents", json={"name": "new", "text": text})
    assert added.status_code == 201, added.text
    number = added.json()["id"]
    assert served.client.get(f"/api/v1/documents/{number}").json()["text"] == text
    again = served.client.post(f"{path}/documents", json={"name": "new", "text": text})
    assert again.status_code == 409

    ops = [{"op": "add", "id": "a", "start": 0, "end": 3, "label": "PER"}, {"op": "submit"}]
    decisions = f"/api/v1/documents/{number}/annotations"
    done = served.client.post(decisions, json={"operations": ops})
    assert done.status_code == 200, done.text
    shown = served.client.get(decisions).json()
    assert shown["status"] == "submitted"
    assert [(item["start"], item["end"], item["label"]) for item in shown["entities"]] == [
        (0, 3, "PER")
    ]
    refused = served.client.post(decisions, json={"operations": [{"op": "fly"}]})
    assert refused.status_code == 409
    assert "unknown operation" in refused.json()["error"]["what"]

    out = served.client.get(f"{path}/export?format=jsonl")
    assert len(out.text.splitlines()) == 5
    assert out.headers["spanneal-documents"] == "5"
    assert served.client.get(f"{path}/export?format=nonsense").status_code == 422


def test_too_much_is_refused_with_what_would_help(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = served.client.post("/api/v1/predict", json={"text": "a" * 100_001})
    assert long.status_code == 422
    assert set(long.json()["error"]) == {"what", "got", "expected", "remedy"}
    large = served.client.post("/api/v1/predict", content=b" " * (MOST_BYTES + 1))
    assert large.status_code == 413
    monkeypatch.setattr(authentication, "rate", Rate(2, clock=lambda: 0.0))
    headers = served.bearer("busy")
    message = [served.client.get("/api/v1/projects", headers=headers).status_code for _ in range(3)]
    assert message == [200, 200, 429]


def test_the_page_about_it_needs_no_script_and_no_other_host(served: Served) -> None:
    page = served.client.get("/api/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "//" not in page.text.replace("</", "")
    described = served.client.get("/api/v1/openapi.json").json()
    assert "/predict" in described["paths"]
    assert all(path in page.text for path in described["paths"])


def test_the_description_for_tools_names_the_fields_of_every_operation(served: Served) -> None:
    schemas = served.client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    operations = schemas["Operations"]["properties"]["operations"]["items"]

    assert operations["discriminator"]["mapping"]["add"] == "#/components/schemas/Add"
    assert schemas["Add"]["required"] == ["op", "id", "start", "end", "label"]


def test_a_job_that_cannot_start_says_why_and_an_unknown_one_is_not_found(served: Served) -> None:
    started = served.client.post(f"/api/v1/projects/{served.project}/jobs")
    assert started.status_code == 409, started.text
    assert served.client.get("/api/v1/jobs/none").status_code == 404


def test_requests_that_come_together_are_one_call_of_the_model() -> None:
    model = Counting()
    texts = [f"Text {number}" for number in range(8)]

    async def ask() -> list[Prediction]:
        batcher = Batcher()
        return await asyncio.gather(
            *(batcher.predict(model, text, SamplerSettings(), "Ada") for text in texts)
        )

    result = result_of(ask())

    assert model.calls == [texts]
    assert [item.text for item in result] == texts


def test_texts_read_together_say_what_each_says_alone(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model")
    pipeline = Pipeline.from_pretrained(folder, "cpu")
    texts = ["Anna Haag met the Bank of China.", "", "🦊 Oslo.\r\nBo Li came.", "x " * 90]
    settings = SamplerSettings(threshold=0.0, seed=5)

    combined = list(pipeline.pipe(texts, settings))

    assert any(item.entities for item in combined)
    for text, item in zip(texts, combined, strict=True):
        single = pipeline.predict(text, settings)
        assert item.uncovered == single.uncovered
        assert [(e.start, e.end, e.label) for e in item.entities] == [
            (e.start, e.end, e.label) for e in single.entities
        ]
        assert [e.score for e in item.entities] == pytest.approx(
            [e.score for e in single.entities], abs=1e-4
        )
    assert BackgroundPredictor(1, folder).predict_together(texts[:1], settings)[0].text == texts[0]
