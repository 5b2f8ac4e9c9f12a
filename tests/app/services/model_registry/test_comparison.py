"""Two versions on the held-out documents."""

from __future__ import annotations

import pytest

from app.services.labels.changes import rename
from app.services.model_registry.comparison import NothingToCompareError, compare
from storage.engine import Sessions
from storage.repository import projects
from tests.app.material import new_project, submit
from tests.app.pages_kit import PretendedModel

RIGHT = (("Anna Haag", "PER"), ("Bank of China", "ORG"))


def test_only_held_out_documents_count_and_only_the_projects_labels(sessions: Sessions) -> None:
    project_id = new_project(sessions)
    a = PretendedModel(1, names=[("Anna Haag", "PER"), ("met", "VERB")])
    result = compare(sessions, project_id, a, PretendedModel(2, names=RIGHT))
    assert (result.a, result.b, result.overall.documents) == (1, 2, 1)
    assert [result.overall.f1_a, result.overall.f1_b] == pytest.approx([2 / 3, 1])
    assert {label: item.f1_a for label, item in result.per_label.items()} == {"PER": 1, "ORG": 0}


def test_many_documents_make_a_difference_sure(sessions: Sessions) -> None:
    project_id = new_project(sessions)
    for number in range(9):
        submit(sessions, project_id, f"Bo {number}.", [("Bo", "PER")], split="holdout")
    better = PretendedModel(2, names=(*RIGHT, ("Bo", "PER")))
    result = compare(sessions, project_id, PretendedModel(1, names=RIGHT), better)
    assert result.overall.sure
    estimate = result.overall.estimate
    assert estimate is not None
    assert 0 < estimate.low < estimate.difference < estimate.high


def test_without_a_held_out_document_there_is_nothing_to_compare_by(sessions: Sessions) -> None:
    project_id = new_project(sessions, filled=False)
    submit(sessions, project_id, "Bo left.", [("Bo", "PER")])
    with pytest.raises(NothingToCompareError, match="no held-out document"):
        compare(sessions, project_id, PretendedModel(1), PretendedModel(2))


def test_a_version_that_knows_a_label_by_its_name_of_before_is_not_wrong_for_that(
    sessions: Sessions,
) -> None:
    project_id = new_project(sessions)
    with sessions() as session:
        label = next(x.id for x in projects.labels(session, project_id) if x.name == "ORG")
    rename(sessions, project_id, label, "COMPANY", "Ada")
    today = (("Anna Haag", "PER"), ("Bank of China", "COMPANY"))

    result = compare(
        sessions, project_id, PretendedModel(1, names=RIGHT), PretendedModel(2, names=today)
    )

    assert (result.overall.f1_a, result.overall.f1_b) == (1, 1)
