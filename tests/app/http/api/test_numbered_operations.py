"""Operations that a program numbers: none is lost, and none is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.http.api.test_api import Served, served  # noqa: F401 - a fixture

API = "/api/v1"
ADD = {"op": "add", "id": "a", "start": 0, "end": 3, "label": "PER"}


def decide(served: Served, document_id: int, **body: Any) -> tuple[int, dict[str, Any]]:  # noqa: F811
    answer = served.client.post(f"{API}/documents/{document_id}/annotations", json=body)
    return answer.status_code, answer.json()


@pytest.fixture
def numbers(served: Served) -> list[int]:  # noqa: F811
    path = f"{API}/projects/{served.project}/documents"
    texts = ("Ann sang.", "Bob sang.")
    added = [served.client.post(path, json={"name": text, "text": text}) for text in texts]
    return [answer.json()["id"] for answer in added]


@pytest.mark.parametrize(
    ("operations", "got"),
    [
        ([ADD], "an operation without seq"),
        ([{"seq": 1, **ADD}, {"op": "submit"}], "an operation without seq"),
        ([{"seq": 0, **ADD}, {"seq": 0, "op": "submit"}], "two operations with the same seq"),
    ],
)
def test_a_client_numbers_its_operations(
    served: Served,  # noqa: F811
    numbers: list[int],
    operations: list[dict[str, Any]],
    got: str,
) -> None:
    status, answer = decide(served, numbers[0], client="my-bot", operations=operations)

    assert status == 409
    assert answer["error"]["got"] == got
    assert "leave client out" in answer["error"]["remedy"]
    shown = served.client.get(f"{API}/documents/{numbers[0]}/annotations").json()
    assert shown == {"status": "new", "entities": []}


def test_a_client_that_numbers_each_document_anew_is_told_and_nothing_is_lost(
    served: Served,  # noqa: F811
    numbers: list[int],
) -> None:
    first, second = numbers
    body = {"client": "my-bot", "operations": [{"seq": 1, **ADD}]}

    once, again = decide(served, first, **body), decide(served, first, **body)
    assert once == again
    assert (once[0], len(once[1]["entities"])) == (200, 1)
    status, answer = decide(served, second, **body)
    assert status == 409
    assert "numbered from 2 on" in answer["error"]["what"]
    body["operations"] = [{"seq": 2, **ADD}]
    assert [len(decide(served, second, **body)[1]["entities"]) for _ in range(2)] == [1, 1]


def test_without_a_client_all_operations_are_done_whatever_their_numbers(
    served: Served,  # noqa: F811
    numbers: list[int],
) -> None:
    operations = [ADD, {**ADD, "id": "b", "start": 4, "end": 8, "seq": 1}]

    for number in numbers:
        status, answer = decide(served, number, operations=operations)
        assert (status, len(answer["entities"])) == (200, 2)
