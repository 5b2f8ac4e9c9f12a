"""The Annotate page: suggestions, edits saved once, submitting, going on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.suggestions import pushed
from storage.engine import writing
from storage.repository import documents, projects, visits
from tests.app.pages_kit import TEXT, Site
from tests.operation_log import log_of


def test_a_document_opens_with_the_models_suggestions(site: Site) -> None:
    document = site.add()

    site.open("annotate", document=document)

    assert site.spans() == {
        "Olena Kovalenko": "suggested",
        "New York": "suggested",
        "New York University": "suggested",
    }
    assert site.mounted()["text"] == TEXT
    assert "model version 1" in site.messages()


def test_what_the_page_sends_is_saved_and_acknowledged(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)

    site.send(document, {"op": "accept", "id": site.span_id("New York")})

    assert site.spans()["New York"] == "accepted"
    assert site.mounted()["ack"] == {"client": "page-1", "seq": 1}


def test_a_message_is_applied_once_however_often_it_comes(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    op = {"seq": 1, "op": "reject", "id": site.span_id("New York")}

    for _ in range(3):
        site.post({"doc_id": document, "client": "page-1", "ops": [op]})
    site.run()

    with site.sessions() as session:
        assert len(log_of(session, document)) == 1
    assert site.spans()["New York"] == "rejected"


def test_a_refused_edit_is_acknowledged_and_explained_in_the_annotator(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)

    site.send(document, {"op": "accept", "id": "nobody"})

    assert "no span" in site.mounted()["error"]
    assert site.mounted()["ack"]["seq"] == 1


def test_an_edit_still_under_way_reaches_its_own_document(site: Site) -> None:
    first, second = site.add(), site.add("Bo Li lives in Oslo.", "short")
    site.open("annotate", document=first)
    accepted = site.span_id("New York")
    site.open("annotate", document=second)

    site.send(first, {"op": "accept", "id": accepted})

    assert site.mounted()["doc_id"] == second
    assert site.mounted()["ack"]["seq"] == 1
    site.open("annotate", document=first)
    assert site.spans()["New York"] == "accepted"


def test_a_submitted_document_is_read_only_until_it_is_reopened(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.send(document, {"op": "accept_all"}, {"op": "submit"})
    site.run()

    assert site.mounted()["read_only"] is True
    site.app.button(key="reopen").click()
    site.run()

    assert site.mounted()["read_only"] is False
    assert set(site.spans().values()) == {"accepted"}


def test_the_page_says_which_document_of_how_many_it_shows(site: Site) -> None:
    for number in range(3):
        site.add(f"{TEXT} {number}", f"visit {number}")
    second = 2

    site.open("annotate", document=second)

    assert "2 of 3" in site.messages()
    assert site.app.subheader[0].value == "visit 1"


def test_next_and_previous_lead_through_the_documents_and_end_at_their_ends(site: Site) -> None:
    first, second = site.add(), site.add(f"{TEXT} Again.", "again")
    site.open("annotate", document=first)
    assert site.app.button(key="icon-previous").disabled

    site.app.button(key="icon-next").click()
    site.run()

    assert site.mounted()["doc_id"] == second
    assert site.app.query_params["document"] == str(second)
    assert site.app.button(key="icon-next").disabled


def test_a_model_that_finds_nothing_is_told_from_one_that_never_looked(site: Site) -> None:
    document = site.add("There is nothing here.", "nothing")

    site.open("annotate", document=document)

    assert "found no entities in this document" in site.messages()
    assert site.mounted()["empty"].startswith("The model found no entities")
    assert site.spans() == {}


def test_a_model_that_does_not_know_the_projects_labels_is_told_of(site: Site) -> None:
    with writing(site.sessions) as session:
        project = projects.create(session, "Medicines")
        projects.ensure_labels(session, project.id, ["DRUG"])
        added = documents.add(session, project.id, name="visit", text=TEXT)
        assert added is not None
        project_id, document = project.id, added.id

    site.open("annotate", project=project_id, document=document)

    assert "knows none of this project’s labels" in site.messages()
    assert site.mounted()["empty"].startswith("The model does not know this project’s labels yet")


def test_another_models_suggestions_bear_its_name_as_it_is(site: Site, tmp_path: Path) -> None:
    document = site.add()
    lines = tmp_path / "suggestions.jsonl"
    entity = {"start": 0, "end": 15, "label": "PER", "score": 0.9}
    lines.write_text(json.dumps({"document": document, "entities": [entity]}), encoding="utf-8")
    pushed.push(site.sessions, site.project_id, lines, "drug *lexicon*", "Rita")

    site.open("annotate", document=document)

    assert "Suggestions by drug \\*lexicon\\*, which a program sent." in site.messages()


def test_a_model_that_fails_is_a_message_and_the_text_can_be_annotated(site: Site) -> None:
    site.model.fails = "the weights are torn"
    document = site.add()

    site.open("annotate", document=document)
    assert "the weights are torn" in site.messages()
    site.send(document, {"op": "add", "id": "p1", "start": 0, "end": 5, "label": "PER"})

    assert site.spans() == {"Olena": "accepted"}


def test_without_any_model_documents_are_annotated_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.settings.model / "config.json").unlink()
    monkeypatch.setattr("app.context.active_predictor", lambda sessions: None)
    document = site.add()

    site.open("annotate", document=document)

    assert "is not a model folder" in site.messages()
    assert site.mounted()["empty"].startswith("No model has processed")
    assert site.spans() == {}


def test_what_the_database_cannot_take_is_not_acknowledged_and_kept_by_the_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    document = site.add()
    site.open("annotate", document=document)
    accepted = site.span_id("New York")

    def broken(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as broken_disk:
        broken_disk.setattr("app.services.annotation.annotation.apply_operations", broken)
        site.send(document, {"op": "accept", "id": accepted})
        assert site.mounted()["error"].startswith("Not saved: the database says: disk I/O error.")
        assert site.mounted()["ack"] is None

    site.send(document, {"op": "accept", "id": accepted})
    assert site.mounted()["ack"]["seq"] == 2
    assert site.spans()["New York"] == "accepted"


def test_when_all_is_done_the_page_points_to_training_and_export(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)

    site.send(document, {"op": "accept_all"}, {"op": "submit"})

    with site.sessions() as session:
        assert documents.get(session, document).status == "submitted"
    assert "Every document is submitted" in site.messages()


def test_a_name_is_shown_as_it_is_and_never_as_markup(site: Site) -> None:
    document = site.add(name="![x](http://example.org/a.png) <b>**bold**</b>")

    site.open("annotate", document=document)

    shown = site.app.subheader[0].value
    assert "\\!\\[x\\]\\(" in shown
    assert "\\<b\\>\\*\\*bold" in shown


def test_a_link_to_a_document_that_is_not_there_opens_another(site: Site) -> None:
    document = site.add()

    site.open("annotate", document=999, project="nonsense")

    assert site.mounted()["doc_id"] == document


def test_an_empty_project_says_what_to_do(site: Site) -> None:
    site.open("annotate")

    assert site.app.header[0].value == "Annotate"
    assert "No documents to annotate yet" in site.messages()


def test_a_held_out_document_offers_no_model(site: Site) -> None:
    site.add()
    document = site.add("Bo Li lives in Oslo.", "held", split="holdout")

    site.open("annotate", document=document)

    assert site.spans() == {}
    assert site.mounted()["can_ask"] is False
    assert "Held out" in site.messages()
    assert not [item for item in site.app.toggle if item.key == "read_around"]


def test_a_visit_is_noted_once_for_as_long_as_the_document_is_shown(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.run()

    with site.sessions() as session:
        noted = visits.of_project(session, documents.get(session, document).project_id)
    assert [(visit.document_id, visit.aided) for visit in noted] == [(document, True)]


def test_a_comment_and_the_projects_keys_reach_the_annotator(site: Site) -> None:
    document = site.add()
    with writing(site.sessions) as session:
        project = documents.get(session, document).project_id
        projects.set_hotkeys(session, project, {"accept": "Y"})
    site.open("annotate", document=document)

    site.send(document, {"op": "comment", "text": "two people of one name?"})

    assert site.mounted()["comment"] == "two people of one name?"
    keys = {action["name"]: action["keys"] for action in site.mounted()["actions"]}
    assert keys["accept"] == ["Y"]


def test_one_decision_at_a_time_stands_in_the_address_and_in_the_session(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document, flow="order")
    assert site.mounted()["flow"] == "order"

    site.app.session_state["annotator"] = {"flow": "unsure"}
    site.run()
    assert site.mounted()["flow"] == "unsure"
    assert site.app.query_params["flow"] == "unsure"

    del site.app.query_params["flow"]
    site.run()
    assert site.mounted()["flow"] == "unsure"

    site.app.session_state["annotator"] = {"flow": ""}
    site.run()
    assert site.mounted()["flow"] == ""
    assert "flow" not in site.app.query_params


@pytest.mark.parametrize("nonsense", ["both", ["order"], {"a": 1}, 7])
def test_a_flow_that_there_is_not_is_as_none(site: Site, nonsense: object) -> None:
    site.open("annotate", document=site.add(), flow="sideways")

    site.app.session_state["annotator"] = {"flow": nonsense}
    site.run()

    assert site.mounted()["flow"] == ""
