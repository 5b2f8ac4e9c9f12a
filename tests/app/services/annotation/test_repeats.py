"""What is sent twice is done once; something else under the same number is refused, not lost."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.page_edits import receive
from app.services.annotation.repeats import ReusedNumberError
from storage.engine import Sessions, writing
from storage.repository import documents, label_names, projects

pytestmark = pytest.mark.both_databases

ADD = {"seq": 1, "op": "add", "id": "a", "start": 0, "end": 3, "label": "PER"}


@pytest.fixture
def document_ids(sessions: Sessions) -> tuple[int, int]:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["PER", "ORG"])
        added = [
            documents.add(session, project.id, name=text, text=text, split="train")
            for text in ("Ann sang.", "Bob sang.")
        ]
        first, second = (document.id for document in added if document)
        return first, second


def labels(service: AnnotationService, document_id: int) -> list[str]:
    return [span.label for span in service.standing(document_id, "Ann").spans]


def test_what_is_sent_twice_is_done_once(sessions: Sessions, document_ids: tuple[int, int]) -> None:
    service, (first, _) = AnnotationService(sessions), document_ids
    sent = [ADD, {"seq": 2, "op": "accept_all", "ids": ["a"]}, {"seq": 3, "op": "nonsense"}]

    responses = [service.apply(first, "bot", sent, "Ann") for _ in range(2)]

    assert [answer.ack for answer in responses] == [3, 3]
    assert responses[0].error == responses[1].error
    assert labels(service, first) == ["PER"]


def test_a_repeat_is_known_after_its_label_got_another_name(
    sessions: Sessions, document_ids: tuple[int, int]
) -> None:
    service, (first, _) = AnnotationService(sessions), document_ids
    service.apply(first, "bot", [ADD], "Ann")
    with writing(sessions) as session:
        document = documents.get(session, first)
        label = projects.labels(session, document.project_id)[0]
        label_names.rename(session, label, "PERSON", "Ann")

    for name in ("PER", "PERSON"):
        assert service.apply(first, "bot", [{**ADD, "label": name}], "Ann").ack == 1
    assert labels(service, first) == ["PERSON"]


@pytest.mark.parametrize(
    "other",
    [
        {**ADD, "label": "ORG"},
        {**ADD, "end": 2},
        {"seq": 1, "op": "submit"},
        {"seq": 1, "op": "nonsense"},
    ],
)
def test_another_operation_under_a_number_that_is_recorded_is_refused(
    sessions: Sessions, document_ids: tuple[int, int], other: dict[str, Any]
) -> None:
    service, (first, _) = AnnotationService(sessions), document_ids
    service.apply(first, "bot", [ADD], "Ann")

    with pytest.raises(ReusedNumberError, match="recorded already, as another operation") as error:
        service.apply(first, "bot", [other, {"seq": 2, "op": "comment", "text": "new"}], "Ann")

    assert "numbered from 2 on" in str(error.value)
    assert labels(service, first) == ["PER"]
    assert service.draft_at(first, "Ann", 1).comment == "", "what came with it is not saved either"


def test_a_number_that_is_recorded_for_another_document_is_refused(
    sessions: Sessions, document_ids: tuple[int, int]
) -> None:
    service, (first, second) = AnnotationService(sessions), document_ids
    service.apply(first, "bot", [ADD], "Ann")

    with pytest.raises(ReusedNumberError, match="recorded already, for another document"):
        service.apply(second, "bot", [ADD], "Ann")
    assert labels(service, second) == []
    assert service.apply(second, "bot", [{**ADD, "seq": 2}], "Ann").ack == 2
    assert labels(service, second) == ["PER"]


def test_a_page_sets_aside_what_it_sends_under_another_edits_number(
    sessions: Sessions, document_ids: tuple[int, int]
) -> None:
    service, (first, second) = AnnotationService(sessions), document_ids
    service.apply(first, "page", [ADD], "Ann")

    answer = receive(service, {"doc_id": second, "client": "page", "ops": [ADD]}, "Ann")

    assert answer.ack is None
    assert answer.returned is not None
    assert answer.returned["why"].startswith("not saved: operation 1 of the client")
