"""A new project: exactly what was asked for, or nothing."""

from __future__ import annotations

import pytest

from app.services.labels.proposed import ProposedLabel
from app.services.operations import new_project
from storage.engine import Sessions
from storage.repository import documents, projects


def test_a_project_has_the_labels_and_texts_that_were_asked_for_and_no_others(
    sessions: Sessions,
) -> None:
    labels = [ProposedLabel("DRUG", "Medicines", "#123456"), ProposedLabel("DOSE")]

    project_id = new_project.create(sessions, " Clinic ", labels, [("note", "Take  aspirin.\n")])

    with sessions() as session:
        drug, dose = projects.labels(session, project_id)
        assert (drug.name, drug.description, drug.color, drug.key) == (
            "DRUG",
            "Medicines",
            "#123456",
            "1",
        )
        assert (dose.name, dose.key) == ("DOSE", "2")
        assert projects.get(session, project_id).name == "Clinic"
        (text,) = documents.texts(session, [documents.first(session, project_id) or 0]).values()
        assert text == ("note", "Take  aspirin.\n")


@pytest.mark.parametrize(
    ("name", "labels", "texts", "reason"),
    [
        ("  ", [], [], "needs a name"),
        ("x" * 201, [], [], "at most 200"),
        ("New", [ProposedLabel("A"), ProposedLabel("A")], [], "already has a label"),
        ("New", [ProposedLabel("A", color="red")], [], "colour"),
        ("New", [], [("empty", "")], "at least one character"),
    ],
)
def test_of_a_project_that_cannot_be_made_nothing_is_left(
    sessions: Sessions,
    name: str,
    labels: list[ProposedLabel],
    texts: list[tuple[str, str]],
    reason: str,
) -> None:
    with pytest.raises(ValueError, match=reason):
        new_project.create(sessions, name, labels, texts)

    with sessions() as session:
        assert not projects.every(session)


def test_the_outlook_tells_labels_that_the_model_knows_from_new_ones() -> None:
    known = ("PER", "ORG")

    assert "Without labels nothing is suggested" in new_project.outlook([], known)
    assert new_project.outlook(["PER"], known) == (
        "The model suggests PER from the first document on."
    )
    both = new_project.outlook(["PER", "DRUG", "DOSE"], known)
    assert "suggests PER from the first" in both
    assert "DRUG and DOSE are new to the model" in both
    assert "second or third document" in both
    many = new_project.outlook([f"L{n}" for n in range(9)], known)
    assert "L0, L1, L2, L3 and 5 more are new" in many
