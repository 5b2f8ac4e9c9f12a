"""The app as `make app` starts it, asked by a program over HTTP with a token."""

from __future__ import annotations

import pytest

from tests.app.http.running import Running

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("http-server")]
TEXT = "Anna Haag met\r\nthe Bank 🦊 of China."


def test_a_program_predicts_adds_decides_and_takes_out_again(running: Running) -> None:
    with running.client(authorization=f"Bearer {running.secret}") as client:
        predicted = client.post("/api/v1/predict", json={"text": TEXT, "threshold": 0})
        assert predicted.status_code == 200, predicted.text
        assert predicted.json()["entities"]
        for item in predicted.json()["entities"]:
            assert TEXT[item["start"] : item["end"]] == item["text"]

        path = f"/api/v1/projects/{running.project}"
        added = client.post(f"{path}/documents", json={"name": "new", "text": TEXT})
        assert added.status_code == 201, added.text
        result = client.get(f"{path}/documents", params={"search": "🦊"}).json()
        assert [item["id"] for item in result["documents"]] == [added.json()["id"]]

        add = {"op": "add", "id": "a", "start": 0, "end": 9, "label": "PER"}
        decided = client.post(
            f"/api/v1/documents/{added.json()['id']}/annotations",
            json={"operations": [add, {"op": "submit"}]},
        )
        assert decided.json()["status"] == "submitted", decided.text

        out = client.get(f"{path}/export", params={"format": "jsonl"})
        assert out.headers["spanneal-documents"] == "5"
        assert "🦊" in out.text


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
