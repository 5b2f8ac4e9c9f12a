"""What a program does with projects, labels, files, people and model versions over HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest

from app.services.team import accounts, members, tokens
from storage.columns import now
from storage.enums import TOKEN_SCOPES
from tests.app.http.api.test_api import Served, served  # noqa: F401 - a fixture

API = "/api/v1"


def lines(*texts: str) -> bytes:
    rows = [{"text": text, "entities": [{"start": 0, "end": 3, "label": "DRUG"}]} for text in texts]
    return "\n".join(map(json.dumps, rows)).encode()


def test_a_project_is_made_configured_and_listed(served: Served) -> None:  # noqa: F811
    ask = served.client
    made = ask.post(f"{API}/projects", json={"name": "Clinic", "labels": ["DRUG", "DOSE"]})
    assert made.status_code == 201, made.text
    assert made.json()["labels"] == ["DRUG", "DOSE"]
    path = f"{API}/projects/{made.json()['id']}"

    changed = ask.patch(path, json={"nested": False, "guidelines": "Mark drugs."}).json()
    assert changed == ask.get(path).json()
    before = made.json()["settings"]
    assert changed["settings"] == {**before, "nested": False, "guidelines": "Mark drugs."}
    assert changed["id"] in [project["id"] for project in ask.get(f"{API}/projects").json()]

    again = ask.post(f"{API}/projects", json={"name": "Clinic"})
    assert again.status_code == 409
    assert "choose another name" in again.json()["error"]["what"]
    assert ask.patch(path, json={"annotators": 0}).status_code == 422
    assert ask.get(f"{API}/projects/999").status_code == 404


def test_labels_are_added_renamed_recoloured_and_merged(served: Served) -> None:  # noqa: F811
    ask, path = served.client, f"{API}/projects/{served.project}/labels"
    drug, medicine = (ask.post(path, json={"name": name}).json() for name in ("DRUG", "MEDICINE"))
    assert drug["color"] != medicine["color"]
    assert ask.post(path, json={"name": "DRUG"}).status_code == 409

    appearance = {"color": "#123456", "key": None, "description": "What heals."}
    changed = ask.patch(f"{path}/{drug['id']}", json={**appearance, "name": "REMEDY"}).json()
    assert changed == {"id": drug["id"], "name": "REMEDY", **appearance}
    merged = ask.post(f"{path}/{medicine['id']}/merge", json={"into": drug["id"]})
    assert merged.json() == {"documents": 0}
    names = [label["name"] for label in ask.get(path).json()]
    assert "REMEDY" in names
    assert "MEDICINE" not in names
    assert ask.patch(f"{path}/999", json={"name": "X"}).status_code == 404


def test_a_file_comes_in_by_one_request_and_says_what_became_of_it(
    served: Served,  # noqa: F811
) -> None:
    ask, path = served.client, f"{API}/projects/{served.project}/import"
    file = lines("Ibuprofen helps.", "Aspirin helps, too.") + b"\n{broken\n"
    report = ask.post(path, content=file).json()
    assert (report["added"], report["entities"], report["labels_created"]) == (2, 2, ["DRUG"])
    assert report["bad_count"] == len(report["bad"]) == 1
    assert report["bad"][0]["line"] == 3
    again = ask.post(path, content=file).json()
    assert (again["added"], again["duplicates"]) == (0, 2)

    guessed = lines("Codeine helps.")
    as_suggestions = ask.post(path, params={"as_suggestions": True}, content=guessed).json()
    assert as_suggestions["added"] == 1
    matches = ask.get(f"{API}/projects/{served.project}/documents", params={"search": "Codeine"})
    number = matches.json()["documents"][0]["id"]
    spans = ask.post(f"{API}/documents/{number}/open").json()
    assert [span["status"] for span in spans["entities"]] == ["suggested"]


def test_a_file_that_cannot_be_read_says_why(served: Served) -> None:  # noqa: F811
    path = f"{API}/projects/{served.project}/import"
    unknown = served.client.post(path, params={"format": "nonsense"}, content=b"x")
    assert unknown.status_code == 422
    assert "jsonl" in unknown.json()["error"]["expected"]
    broken = served.client.post(path, params={"format": "spacy"}, content=b"no DocBin").json()
    assert not broken["complete"]
    assert "not a DocBin" in broken["bad"][0]["reason"]


def test_a_file_is_bounded_while_it_arrives(
    served: Served,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.http.api.imports.MOST_IMPORTED", 100)
    path = f"{API}/projects/{served.project}/import"
    assert served.client.post(path, content=b"a" * 101).status_code == 413


def suggestions_of(served: Served, *texts: str) -> tuple[str, bytes]:  # noqa: F811
    """The address for suggestions, and a line for each document: the four that are submitted, and
    these texts."""
    path = f"{API}/projects/{served.project}"
    rows = b"".join(json.dumps({"text": text, "split": "train"}).encode() + b"\n" for text in texts)
    served.client.post(f"{path}/import", content=rows)
    listed = served.client.get(f"{path}/documents").json()["documents"]
    first = {"start": 0, "end": 3, "label": "PER", "score": 0.9}
    body = b"".join(
        json.dumps({"document": row["id"], "entities": [first]}).encode() + b"\n" for row in listed
    )
    return f"{path}/suggestions", body


def test_suggestions_for_many_documents_come_in_one_request(
    served: Served,  # noqa: F811
) -> None:
    ask = served.client
    path, body = suggestions_of(served, "Ada saw Rome.", "Bo saw Ada.")

    report = ask.post(path, params={"model": "lexicon"}, content=body + b"{}\n").json()

    assert (report["added"], report["entities"], report["begun"]) == (2, 2, 4)
    assert [bad["line"] for bad in report["bad"]] == [7]
    number = json.loads(body.splitlines()[-1])["document"]
    (span,) = ask.get(f"{API}/documents/{number}/annotations").json()["entities"]
    assert (span["status"], span["score"], span["source"]) == ("suggested", 0.9, "model")


def test_suggestions_need_a_model_a_reviewer_and_a_bounded_body(
    served: Served,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = served.client
    path, body = suggestions_of(served, "Ada saw Rome.")
    assert ask.post(path, content=body).status_code == 422
    elsewhere = path.replace(str(served.project), "999")
    assert ask.post(elsewhere, params={"model": "m"}, content=body).status_code == 404
    accounts.add(served.sessions, "Ann", None)
    members.assign(served.sessions, served.project, "Ann", "annotator")
    refused = ask.post(path, params={"model": "m"}, content=body, headers=served.bearer("a", "Ann"))
    assert refused.status_code == 403
    monkeypatch.setattr("app.http.api.suggestions.MOST_IMPORTED", 10)
    assert ask.post(path, params={"model": "m"}, content=body).status_code == 413


def test_a_submitted_document_is_reopened_and_corrected(served: Served) -> None:  # noqa: F811
    ask = served.client
    added = ask.post(
        f"{API}/projects/{served.project}/documents", json={"name": "a", "text": "Ada saw Rome."}
    ).json()
    path = f"{API}/documents/{added['id']}"
    add = {"op": "add", "id": "a", "start": 0, "end": 3, "label": "PER"}
    submit = {"op": "submit"}
    ask.post(f"{path}/annotations", json={"operations": [add, submit]})
    more = {"op": "add", "id": "b", "start": 8, "end": 12, "label": "LOC"}
    assert ask.post(f"{path}/annotations", json={"operations": [more]}).status_code == 409

    assert ask.post(f"{path}/reopen").json()["status"] == "in_progress"
    corrected = ask.post(f"{path}/annotations", json={"operations": [more, submit]}).json()
    assert corrected["status"] == "submitted"
    assert [span["label"] for span in corrected["entities"]] == ["PER", "LOC"]


def test_exports_have_the_type_of_their_content(served: Served) -> None:  # noqa: F811
    path = f"{API}/projects/{served.project}/export"
    for name, mime in {
        "jsonl": "application/x-ndjson",
        "label_studio": "application/json",
        "bio": "text/plain; charset=utf-8",
        "table": "text/csv; charset=utf-8",
        "brat": "application/zip",
        "hugging_face": "application/vnd.apache.parquet",
    }.items():
        out = served.client.get(path, params={"format": name})
        assert (out.status_code, out.headers["content-type"]) == (200, mime), name
    assert served.client.get(path, params={"format": "nonsense"}).status_code == 422


def test_members_and_assignments_follow_the_rights_of_the_tokens_person(
    served: Served,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    for name, administrator in (("Root", True), ("Ada", False), ("Bo", False)):
        accounts.add(served.sessions, name, None, administrator=administrator)
    members.assign(served.sessions, served.project, "Ada", "reviewer")
    root, ada = served.bearer("root", "Root"), served.bearer("ada", "Ada")
    ask, path = served.client, f"{API}/projects/{served.project}"

    joined = {"role": "annotator"}
    assert ask.put(f"{path}/members/Bo", json=joined, headers=ada).status_code == 403
    assert ask.put(f"{path}/members/Bo", json=joined, headers=root).json()["name"] == "Bo"
    assert ask.put(f"{path}/members/Nobody", json=joined, headers=root).status_code == 404
    shown = ask.get(f"{path}/members", headers=ada).json()
    assert {member["name"]: member["role"] for member in shown} == {
        "Ada": "reviewer",
        "Bo": "annotator",
    }

    ask.post(f"{path}/import", content=lines("Ibuprofen helps.", "Aspirin too."), headers=ada)
    numbers = [item["id"] for item in ask.get(f"{path}/documents", headers=ada).json()["documents"]]
    wanted = {"people": ["Ada", "Bo"], "documents": numbers[-2:]}
    shared = ask.post(f"{path}/assignments", json=wanted, headers=ada)
    assert shared.status_code == 409
    assert "set the number of annotators" in shared.json()["error"]["what"]
    ask.patch(path, json={"annotators": 2}, headers=ada)
    assert ask.post(f"{path}/assignments", json=wanted, headers=ada).json() == {"new": 4}
    both = {**wanted, "next": 1}
    assert ask.post(f"{path}/assignments", json=both, headers=ada).status_code == 422
    given = ask.get(f"{path}/assignments", headers=ada).json()
    assert len(given) == 4
    first = given[0]
    gone = ask.delete(
        f"{API}/documents/{first['document_id']}/assignments/{first['person']}", headers=ada
    )
    assert gone.status_code == 204
    assert len(ask.get(f"{path}/assignments", headers=ada).json()) == 3
    assert ask.delete(f"{path}/members/Bo", headers=root).status_code == 204
    assert [member["name"] for member in ask.get(f"{path}/members", headers=ada).json()] == ["Ada"]


def test_a_token_of_one_project_moves_no_model_and_makes_no_project_or_token(
    served: Served,  # noqa: F811
) -> None:
    headers = served.bearer("narrow", project=served.project)
    for method, path, body in (
        ("post", "/projects", {"name": "More"}),
        ("post", "/models/1/promote", {}),
        ("post", "/models/rollback", {}),
        ("get", "/models/1/download", None),
        ("get", "/tokens", None),
        ("post", "/tokens", {"name": "wider"}),
        ("post", "/tokens/narrow/rotate", {}),
        ("delete", "/tokens/narrow", None),
    ):
        answer = served.client.request(method, f"{API}{path}", json=body, headers=headers)
        assert answer.status_code == 403, path


def test_an_upload_that_is_no_model_is_refused(served: Served) -> None:  # noqa: F811
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("notes.txt", "nothing")
    for content in (b"no zip", packed.getvalue()):
        answer = served.client.post(f"{API}/models", content=content)
        assert answer.status_code == 400, answer.text


def test_every_endpoint_describes_its_errors_and_its_token(served: Served) -> None:  # noqa: F811
    described = served.client.get(f"{API}/openapi.json").json()
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"token": []}], (method, path)
            for status in ("401", "404", "422", "503"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (method, path)


def test_a_token_ends_when_its_days_are_over_or_it_gets_another_secret(
    served: Served,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def status(secret: str) -> int:
        headers = {"authorization": f"Bearer {secret}"}
        return served.client.get(f"{API}/projects", headers=headers).status_code

    first = tokens.create(served.sessions, "nightly", valid=timedelta(days=2))
    second = tokens.rotate(served.sessions, "nightly", timedelta(days=30))
    assert (status(first), status(second)) == (401, 200)
    later = now() + timedelta(days=31)
    monkeypatch.setattr("app.services.team.tokens.now", lambda: later)
    assert status(second) == 401
    for wrong in (timedelta(), timedelta(days=4_000)):
        with pytest.raises(ValueError, match="valid for up to 3650 days"):
            tokens.create(served.sessions, "wrong", valid=wrong)
    tokens.revoke(served.sessions, "nightly")
    with pytest.raises(ValueError, match="was revoked"):
        tokens.rotate(served.sessions, "nightly")


def test_a_token_does_no_more_than_its_scope(served: Served) -> None:  # noqa: F811
    requests = {
        "read": [("get", "/projects", None), ("post", "/predict", {"text": "Ada"})],
        "annotate": [("post", "/documents/1/reopen", None)],
        "manage": [
            ("post", "/projects", {"name": "More"}),
            ("post", f"/projects/{served.project}/documents", {"name": "n", "text": "New."}),
        ],
    }
    for held, scope in enumerate(TOKEN_SCOPES):
        secret = tokens.create(served.sessions, scope, scope=scope)
        headers = {"authorization": f"Bearer {secret}"}
        for needed, (_, asked) in enumerate(requests.items()):
            for method, path, body in asked:
                answer = served.client.request(method, f"{API}{path}", json=body, headers=headers)
                assert (answer.status_code == 403) == (held < needed), (scope, path)


def test_where_people_sign_in_a_token_acts_for_who_makes_it_unless_another_is_named(
    served: Served,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    for name, administrator in (("Root", True), ("Ada", False)):
        accounts.add(served.sessions, name, None, administrator=administrator)
    root, ada = served.bearer("root", "Root"), served.bearer("ada", "Ada")
    ask = served.client
    for body in ({"name": "own"}, {"name": "hers", "person": "Ada"}):
        made = ask.post(f"{API}/tokens", json=body, headers=root)
        assert made.status_code == 201
        assert made.json()["secret"].startswith("spanneal_")

    people = {
        item["name"]: item["person"] for item in ask.get(f"{API}/tokens", headers=root).json()
    }
    assert (people["own"], people["hers"]) == ("Root", "Ada")
    assert ask.get(f"{API}/tokens", headers=ada).status_code == 403
    assert ask.post(f"{API}/tokens", json={"name": "more"}, headers=ada).status_code == 403
    assert ask.post(f"{API}/tokens", json={"name": "a/b"}, headers=root).status_code == 422
