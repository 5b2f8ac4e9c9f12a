"""The app as `make app` starts it, asked by a program over HTTP with a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from app.services.operations.startup import prepare
from app.services.team import accounts, members, tokens
from app.settings import Settings
from tests.app.material import new_project, tiny_model
from tests.load.site import opened, serving

TEXT = "Anna Haag met\r\nthe Bank 🦊 of China."


@dataclass(frozen=True)
class Running:
    """The address of a page process, a project, and a token for it."""

    url: str
    project: int
    secret: str

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=120, trust_env=False)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    url = f"sqlite:///{folder}/spanneal.db"
    model = tiny_model(folder / "model")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPANNEAL_MODEL", str(model))
        environment.setenv("OMP_NUM_THREADS", "1")
        settings = {"SPANNEAL_DATA": str(folder / "data"), "SPANNEAL_DATABASE": url}
        prepare(Settings.from_environment({**settings, "SPANNEAL_MODEL": str(model)}))
        with opened(url) as sessions:
            project = new_project(sessions)
            accounts.add(sessions, "Ada", None)
            members.assign(sessions, project, "Ada", "reviewer")
            secret = tokens.create(sessions, "script", "Ada", project)
        with serving(url, folder, 1, model=True) as pages:
            yield Running(f"http://127.0.0.1:{pages[0].port}", project, secret)


@pytest.mark.sqlite
def test_a_program_predicts_adds_decides_and_takes_out_again(running: Running) -> None:
    with running.client(authorization=f"Bearer {running.secret}") as client:
        predicted = client.post("/api/v1/predict", json={"text": TEXT, "threshold": 0})
        assert predicted.status_code == 200, predicted.text
        assert predicted.json()["entities"]
        for each in predicted.json()["entities"]:
            assert TEXT[each["start"] : each["end"]] == each["text"]

        path = f"/api/v1/projects/{running.project}"
        added = client.post(f"{path}/documents", json={"name": "new", "text": TEXT})
        assert added.status_code == 201, added.text
        found = client.get(f"{path}/documents", params={"search": "🦊"}).json()
        assert [each["id"] for each in found["documents"]] == [added.json()["id"]]

        add = {"op": "add", "id": "a", "start": 0, "end": 9, "label": "PER"}
        decided = client.post(
            f"/api/v1/documents/{added.json()['id']}/annotations",
            json={"operations": [add, {"op": "submit"}]},
        )
        assert decided.json()["status"] == "submitted", decided.text

        out = client.get(f"{path}/export", params={"format": "jsonl"})
        assert out.headers["spanneal-documents"] == "5"
        assert "🦊" in out.text


@pytest.mark.sqlite
def test_nobody_else_comes_in_and_the_page_is_there_beside_it(running: Running) -> None:
    with running.client() as client:
        refused = client.get(f"/api/v1/projects/{running.project}/export")
        assert refused.status_code == 401
        assert refused.json()["error"]["remedy"]
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert client.get("/_stcore/health").text == "ok"
        assert "/predict" in client.get("/api/v1/openapi.json").json()["paths"]
        misdirected = client.get("/api/v1/projects", headers={"host": "evil.example"})
        assert misdirected.status_code == 421
