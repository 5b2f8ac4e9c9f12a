"""A token that is limited to one project neither reads nor changes another one's documents."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.team import accounts, members
from storage.engine import writing
from storage.repository import documents
from tests.app.http.api.test_api import Served, served  # noqa: F401 - a fixture
from tests.app.material import new_project
from tests.app.services.team.test_token_scope import stored

API = "/api/v1"
BODIES: dict[str, Any] = {
    "POST /documents/{document_id}/annotations": {
        "operations": [
            {"op": "add", "id": "a", "start": 0, "end": 3, "label": "PER"},
            {"op": "submit"},
        ]
    }
}


def of_documents(served: Served) -> list[tuple[str, str]]:  # noqa: F811
    """Method and path of every endpoint about a document."""
    described = served.client.get(f"{API}/openapi.json").json()["paths"]
    return [
        (method.upper(), path)
        for path, methods in described.items()
        for method in methods
        if "{document_id}" in path
    ]


@pytest.mark.parametrize(("annotators", "administrator"), [(1, False), (2, False), (1, True)])
def test_no_endpoint_of_a_document_takes_a_token_of_another_project(
    served: Served,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    annotators: int,
    administrator: bool,
) -> None:
    """Its person may annotate and review in both."""
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    accounts.add(served.sessions, "Ada", None, administrator=administrator)
    other = new_project(served.sessions, name="Other", filled=False)
    for project in (served.project, other):
        members.assign(served.sessions, project, "Ada", "reviewer")
    wide, narrow = served.bearer("wide", "Ada"), served.bearer("narrow", "Ada", project=other)
    path = f"{API}/projects/{served.project}"
    served.client.patch(path, json={"annotators": annotators}, headers=wide)
    with writing(served.sessions) as session:
        for name, split in (("new", "train"), ("held out", "holdout")):
            documents.add(session, served.project, name=name, text=f"Ada: {name}", split=split)  # type: ignore[arg-type]
    listed = served.client.get(f"{path}/documents", headers=wide).json()["documents"]
    assert {item["status"] for item in listed} == {"new", "submitted"}

    served.client.get(f"{API}/projects", headers=narrow)  # notes when the token was used
    before = stored(served.sessions)
    for method, address in of_documents(served):
        for item in listed:
            url = API + address.format(document_id=item["id"], person="Ada")
            body = BODIES.get(f"{method} {address}")
            answer = served.client.request(method, url, json=body, headers=narrow)
            assert answer.status_code == 404, (method, url, answer.text)
            assert stored(served.sessions) == before, (method, url)
