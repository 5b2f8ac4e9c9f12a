"""A task of Label Studio that several people annotated: an answer of each."""

from __future__ import annotations

import pytest

from storage.records import BadRecord, Counted, DocumentRecord, Record
from tests.storage.formats.material import read
from tests.storage.formats.test_label_studio import annotation, result, shown, task

EARLIER, LATER = "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"


def records_of(content: bytes) -> list[Record]:
    return read(content, "label_studio", "tasks.json")


def documents_of(content: bytes) -> list[DocumentRecord]:
    return [record for record in records_of(content) if isinstance(record, DocumentRecord)]


@pytest.mark.parametrize(
    ("ann", "bo", "people"),
    [
        (1, 2, ["user 2", "user 1"]),
        (
            {"id": 1, "email": "ann@x.org"},
            {"id": 2, "email": "bo@x.org"},
            ["bo@x.org", "ann@x.org"],
        ),
        ({"id": 1}, {"id": 2}, ["user 2", "user 1"]),
    ],
)
def test_annotations_of_several_people_are_a_record_each_the_newest_last(
    ann: object, bo: object, people: list[str]
) -> None:
    documents = documents_of(
        task(
            annotations=[
                annotation(result(2, 15, "ORG"), completed_by=ann, updated_at=LATER),
                annotation(result(10, 15, "LOC"), completed_by=bo, updated_at=EARLIER),
            ]
        )
    )

    assert [shown(document) for document in documents] == [
        [("China", "LOC", "accepted")],
        [("Bank of China", "ORG", "accepted")],
    ]
    assert [document.provenance["person"] for document in documents] == people
    assert {document.status for document in documents} == {"submitted"}
    assert all(document.notes == () for document in documents)


def test_of_one_persons_annotations_the_newest_that_was_not_cancelled_counts() -> None:
    earlier, later = documents_of(
        task(
            annotations=[
                annotation(result(2, 15, "ORG"), completed_by=1, updated_at=LATER),
                annotation(completed_by=1, updated_at=EARLIER),
                annotation(result(10, 15, "LOC"), completed_by=2, updated_at=EARLIER),
                annotation(completed_by=2, updated_at=LATER, was_cancelled=True),
                annotation(completed_by=3, updated_at=LATER, was_cancelled=True),
            ],
            predictions=[{"result": [result(22, 30, "PER")]}],
        )
    )

    assert shown(earlier) == [("China", "LOC", "accepted")]
    assert shown(later) == [("Bank of China", "ORG", "accepted")]
    assert earlier.notes == ()
    assert later.notes == (
        Counted("older or cancelled annotations left out", 3),
        Counted("predictions beside an annotation left out", 1),
    )


def test_a_fault_in_one_persons_annotation_leaves_the_others_standing() -> None:
    wrong = result(2, 15, "ORG")
    wrong["value"]["text"] = "Bank of Norway"
    bad, good = records_of(
        task(
            annotations=[
                annotation(wrong, completed_by=1, updated_at=EARLIER),
                annotation(result(2, 15, "ORG"), completed_by=2, updated_at=LATER),
            ]
        )
    )

    assert isinstance(bad, BadRecord)
    assert bad.reason.startswith("the annotation of user 1: entity [2, 15) 'ORG' is ")
    assert isinstance(good, DocumentRecord)
    assert shown(good) == [("Bank of China", "ORG", "accepted")]


def test_annotations_of_more_people_than_a_document_may_have_are_counted() -> None:
    annotations = [annotation(completed_by=number) for number in range(60)]
    documents = documents_of(task(annotations=annotations))

    assert [document.provenance["completed_by"] for document in documents] == list(range(10, 60))
    assert documents[-1].notes == (Counted("annotations of more than 50 people left out", 10),)
