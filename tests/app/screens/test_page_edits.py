"""What becomes of edits that cannot be saved as they were sent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)

from app.edit_operations import MAX_SEQ, EditError
from app.services.operations import trash
from app.services.team.permissions import NotAllowedError
from storage.enums import DeletableKind
from storage.repository import operations
from tests.app.pages_kit import CLIENT, TEXT, Site
from tests.operation_log import log_of

COMMENT = {"op": "comment", "text": "mine"}


def post(site: Site, document: int, **message: Any) -> None:
    """Sends a message as it is."""
    site.post({"doc_id": document, "client": CLIENT, "ops": [{"seq": 1, **COMMENT}], **message})


def done(site: Site, document: int) -> int:
    with site.sessions() as session:
        return len(log_of(session, document))


@pytest.mark.parametrize("seq", [1, True, MAX_SEQ + 1, "1", None])
def test_edits_of_a_document_that_is_gone_go_back_to_the_page_whatever_their_numbers(
    site: Site, seq: object
) -> None:
    document = site.add()
    site.open("annotate", document=document)

    post(site, 404, ops=[{"seq": seq, **COMMENT}])

    assert site.mounted()["ack"] is None, "what is acknowledged, the browser forgets"
    why = "there is no document 404; the Documents page lists them"
    expected = {"client": CLIENT, "doc_id": 404, "wrong_owner": False, "why": why}
    assert site.mounted()["returned"] == expected
    assert site.mounted()["text"] == TEXT


@pytest.mark.parametrize("seq", [True, MAX_SEQ + 1, -1, 1.0])
def test_a_number_that_is_none_is_refused_with_what_was_expected(site: Site, seq: object) -> None:
    document = site.add()
    site.open("annotate", document=document)

    post(site, document, ops=[{"seq": seq, **COMMENT}])

    assert site.mounted()["ack"] is None
    assert f"needs a 'seq' from 0 to {MAX_SEQ}" in site.mounted()["error"]


def test_edits_in_a_project_that_the_person_left_go_back_and_the_page_stays(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = site.add()
    site.open("annotate", document=document)

    def forbidden(*_: object, **__: object) -> None:
        raise NotAllowedError("'Bo' is not a member of project 1")

    with monkeypatch.context() as left:
        left.setattr("app.services.annotation.annotation.apply_operations", forbidden)
        post(site, document)

    assert site.mounted()["returned"]["why"] == "'Bo' is not a member of project 1"
    assert done(site, document) == 0


@pytest.mark.parametrize(
    ("error", "comes_back"),
    [
        (DataError("INSERT", {}, ValueError("integer out of range")), True),
        (StatementError("not text", "INSERT", {}, ValueError("not text")), True),
        (OperationalError("INSERT", {}, ValueError("no answer")), False),
        (IntegrityError("INSERT", {}, ValueError("somebody was faster")), False),
    ],
)
def test_what_no_database_can_hold_goes_back_and_holds_up_nothing_and_the_rest_is_sent_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: SQLAlchemyError, comes_back: bool
) -> None:
    document = site.add()
    site.open("annotate", document=document)

    def broken(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as out:
        out.setattr("app.services.annotation.annotation.apply_operations", broken)
        post(site, document)

    assert site.mounted()["ack"] is None
    returned, reported = site.mounted()["returned"], site.mounted()["error"]
    assert (returned is not None) == comes_back
    assert str(error.orig) in (returned["why"] if comes_back else reported)
    post(site, document, ops=[{"seq": 2, **COMMENT}])
    assert done(site, document) == 1, "what comes behind it is saved"


@pytest.mark.parametrize("kind", ["document", "project"])
def test_edits_of_a_document_that_somebody_deleted_are_saved_in_the_bin_and_the_person_is_told(
    site: Site, kind: DeletableKind
) -> None:
    document = site.add()
    site.add("Bo Li lives in Oslo.", "the other")
    site.open("annotate", document=document)
    deleted = document if kind == "document" else site.project_id
    name = "visit" if kind == "document" else "News"
    trash.delete(site.sessions, kind, deleted, name, "Chi")

    site.send(document, {"op": "add", "id": "p1", "start": 0, "end": 5, "label": "PER"})

    assert "somebody deleted “visit” while you were working on it" in site.answer["error"]
    trash.restore(site.sessions, kind, deleted, "Chi")
    site.open("annotate", project=site.project_id, document=document)
    assert site.spans()["Olena"] == "accepted"


def test_what_another_person_did_on_this_page_is_not_saved_as_ones_own(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)

    post(site, document, person="Anna before")

    assert done(site, document) == 0
    assert site.mounted()["ack"] is None
    assert site.mounted()["returned"]["wrong_owner"] is True
    post(site, document, person=site.mounted()["person"])
    assert site.mounted()["returned"] is None
    assert done(site, document) == 1


def test_edits_under_somebody_elses_number_go_back_to_be_numbered_anew(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    with site.sessions.begin() as session:
        operations.record(
            session, client=CLIENT, seq=1, document_id=document, person="Anna", payload=COMMENT
        )

    post(site, document, ops=[{"seq": 2, **COMMENT}])

    assert site.mounted()["returned"]["wrong_owner"] is True
    assert site.mounted()["returned"]["client"] == CLIENT
    assert site.mounted()["error"] is None


@pytest.mark.parametrize("field", ["sibling_clients", "kin"])
def test_what_the_clients_that_a_page_names_did_is_no_news_to_it(site: Site, field: str) -> None:
    document = site.add()
    site.open("annotate", document=document)
    version = site.mounted()["version"]
    post(site, document, client="a-page-before")

    post(site, document, ops=[], version=version)
    assert site.answer["news"]["text"] == "You, in another tab, changed the comment"
    post(site, document, ops=[], version=version, **{field: ["a-page-before"]})
    assert site.answer["news"] is None
    assert (site.answer["ack"], site.answer["state"]["comment"]) == (None, "mine")


@pytest.mark.parametrize("message", [None, [], {}, {"doc_id": "one"}, {"doc_id": 10**18}])
def test_a_message_that_names_no_document_is_refused(site: Site, message: Any) -> None:
    with pytest.raises(EditError, match="the number of its document"):
        site.post(message)
