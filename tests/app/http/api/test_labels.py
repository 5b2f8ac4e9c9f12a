"""A label changed by a program: all that a request names, or nothing, and no key twice."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from app.services.labels import changes, label_set
from app.services.labels.label_set import KeyTakenError, LabelChange, ProjectLabel
from storage.engine import Sessions
from tests.app.http.api.test_api import Served, served
from tests.app.material import new_project

__all__ = ["served"]

pytestmark = pytest.mark.sqlite


def labels_of(served: Served) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = served.client.get(
        f"/api/v1/projects/{served.project}/labels"
    ).json()
    return listed


def patch(served: Served, label_id: int, **change: object) -> Any:
    return served.client.patch(f"/api/v1/projects/{served.project}/labels/{label_id}", json=change)


@pytest.mark.parametrize("wrong", [{"name": "PER"}, {"key": "1"}, {"key": "A"}])
def test_of_a_change_that_is_refused_nothing_is_done(served: Served, wrong: dict[str, str]) -> None:
    before = labels_of(served)
    answer = patch(served, before[1]["id"], description="places", color="#123456", **wrong)

    assert answer.status_code == 409, answer.text
    assert labels_of(served) == before


def test_all_that_a_change_names_is_done_and_answered(served: Served) -> None:
    label = labels_of(served)[1]
    change = {"name": "FIRM", "color": "#123456", "key": "é", "description": "companies"}
    answer = patch(served, label["id"], **change)

    assert answer.json() == {"id": label["id"], **change}
    assert labels_of(served)[1] == answer.json()


def test_null_takes_a_key_away_and_leaves_what_else_it_stands_for(served: Served) -> None:
    label = labels_of(served)[1]
    answer = patch(served, label["id"], name=None, color=None, key=None, description=None)

    assert answer.json() == {**label, "key": None}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("2", "'ORG' and 'PER' would share"),
        ("a", "share A"),
        ("C", "Streamlit reserves it"),
        (" ", "it presses buttons"),
        ("\0", "is not a key"),
    ],
)
def test_a_key_that_does_something_else_is_refused_as_on_the_page(
    served: Served, key: str, reason: str
) -> None:
    answer = patch(served, labels_of(served)[0]["id"], key=key)

    assert answer.status_code == 409
    assert reason in answer.json()["error"]["what"]


def test_labels_may_exchange_their_keys(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    first, second, _ = label_set.labels(sessions, project)
    exchanged = [
        LabelChange(first.id, first.color, second.key, ""),
        LabelChange(second.id, second.color, first.key, ""),
    ]
    label_set.change_labels(sessions, project, exchanged)

    assert [label.key for label in label_set.labels(sessions, project)][:2] == ["2", "1"]
    with pytest.raises(KeyTakenError, match="would share the key '2'"):
        label_set.change_labels(sessions, project, [LabelChange(second.id, second.color, "2", "")])


def test_two_who_change_one_label_at_once_lose_nothing(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    label = label_set.labels(sessions, project)[0]
    barrier = Barrier(4)
    given = [{"name": "WHO"}, {"color": "#123456"}, {"key": "q"}, {"description": "people"}]

    def change(part: dict[str, str]) -> None:
        barrier.wait()
        changes.revise(sessions, project, label.id, part, "Ada")

    threads = [Thread(target=change, args=(part,)) for part in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert label_set.labels(sessions, project)[0] == ProjectLabel(
        label.id, "WHO", "#123456", "q", "people"
    )
