"""What no name has is refused, and what a text may hold is kept, on every database alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.services.team import accounts
from tests.app.http.api.test_api import Served, serving

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("quick_hashes")]
TEXT = "a\0b\x1a0"


@pytest.fixture
def served(
    engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    monkeypatch.setenv("SPANNEAL_DATABASE", database_url)
    yield from serving(tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["a\0b", "a\nb", "a\tb"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("projects", {"name": ...}),
        ("projects/1/labels", {"name": ...}),
        ("projects/1/assignments", {"people": [...], "next": 1}),
        ("tokens", {"name": "t", "person": ...}),
    ],
)
def test_a_name_of_several_lines_is_refused(
    served: Served, path: str, body: dict[str, object], name: str
) -> None:
    filled = {
        key: name if value is ... else [name] if value == [...] else value
        for key, value in body.items()
    }
    answer = served.client.post(f"/api/v1/{path}", json=filled)

    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("field", ["label", "person"])
@pytest.mark.parametrize("list_of", ["documents", "export"])
def test_nothing_is_looked_for_by_such_a_name(served: Served, field: str, list_of: str) -> None:
    answer = served.client.get(
        f"/api/v1/projects/{served.project}/{list_of}", params={field: "a\0b"}
    )

    assert answer.status_code == 422, answer.text


def test_no_program_calls_itself_so(served: Served) -> None:
    accounts.add(served.sessions, "Ada", None)
    sent = {"client": "a\0b", "operations": [{"op": "comment", "text": "x", "seq": 1}]}
    answer = served.client.post("/api/v1/documents/1/annotations", json=sent)

    assert answer.status_code == 409
    assert "client" in answer.json()["error"]["what"]


@pytest.mark.parametrize("name", ["a\0b", "a\nb"])
def test_nobody_of_inceptions_is_called_so(served: Served, name: str) -> None:
    sent = {"xmi": "", "documentId": 1, "userId": name}
    body = {"metadata": {"layer": "l", "feature": "f"}, "documents": [sent], "typeSystem": ""}
    answer = served.client.post(f"/inception/{served.project}/train", json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["what"] == "body.documents.0.userId is invalid"


def test_guidelines_and_meanings_come_back_exactly(served: Served) -> None:
    project = f"/api/v1/projects/{served.project}"
    changed = served.client.patch(project, json={"guidelines": TEXT})
    added = served.client.post(f"{project}/labels", json={"name": "DRUG", "description": TEXT})

    assert changed.json()["settings"]["guidelines"] == TEXT
    assert added.json()["description"] == TEXT
    assert served.client.get(project).json()["settings"]["guidelines"] == TEXT
