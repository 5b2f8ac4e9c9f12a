"""The Annotate page while the model looks again, other people work, and what was is looked at."""

from __future__ import annotations

import threading

from app.services.annotation.annotation import AnnotationService
from storage.engine import writing
from storage.repository import documents
from tests.app.pages_kit import Site
from tests.operation_log import log_of


def test_the_model_reads_again_around_a_correction_only_where_that_is_wished(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.send(document, {"op": "reject", "id": site.span_id("New York")})
    assert _asked_again(site, document) == 0

    site.app.toggle(key="read_around").set_value(True)
    site.run()
    site.send(document, {"op": "reject", "id": site.span_id("Olena Kovalenko")})
    _wait_for_the_model(site)
    assert _asked_again(site, document) == 1
    site.run()
    assert "reading" not in site.app.session_state, "it is over, and is not begun again"
    assert _asked_again(site, document) == 1


def test_saving_does_not_wait_for_the_model_that_reads_again(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.app.toggle(key="read_around").set_value(True)
    site.run()
    site.model.holds = threading.Event()

    site.send(document, {"op": "reject", "id": site.span_id("New York")})
    assert site.mounted()["ack"]["seq"] == 1, "acknowledged while the model still reads"
    site.send(document, {"op": "accept", "id": site.span_id("Olena Kovalenko")})
    assert site.mounted()["ack"]["seq"] == 2
    assert "is suggesting again" in site.messages()

    site.model.holds.set()
    _wait_for_the_model(site)
    site.run()
    assert site.spans()["New York"] == "rejected", "an edit made meanwhile stands"
    assert site.spans()["Olena Kovalenko"] == "accepted"
    assert "is suggesting again" not in site.messages()


def test_what_the_model_adds_to_a_wish_is_told_when_it_is_done(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.navigate("suggest")
    _wait_for_the_model(site)
    site.run()

    assert "nothing to add" in site.app.toast[0].value


def _wait_for_the_model(site: Site) -> None:
    site.app.session_state["reading"].result.result(60)


def test_what_somebody_else_changed_is_announced_and_merged(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    mine, theirs = site.span_id("New York"), site.span_id("Olena Kovalenko")
    service = AnnotationService(site.sessions)
    service.apply(document, "other", [{"seq": 1, "op": "reject", "id": theirs}], "Anna")

    site.send(document, {"op": "accept", "id": mine, "base_version": site.mounted()["version"]})

    assert site.spans()["New York"] == "accepted"
    assert site.spans()["Olena Kovalenko"] == "rejected"
    news = site.mounted()["news"]
    assert (news["text"], news["spans"]) == ("Anna changed 1 entity", [theirs])
    assert site.mounted()["conflicts"] == []


def test_what_conflicts_is_given_to_the_annotator_with_both_versions(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    base_version, key = site.mounted()["version"], site.span_id("New York")
    service = AnnotationService(site.sessions)
    other = [{"seq": 1, "op": "relabel", "id": key, "label": "MISC"}]
    service.apply(document, "other", other, "Anna")

    site.send(document, {"op": "relabel", "id": key, "label": "ORG", "base_version": base_version})

    (conflict,) = site.mounted()["conflicts"]
    assert (conflict["by"], conflict["theirs"]["label"], conflict["mine"]["label"]) == (
        *("Anna", "MISC"),
        "ORG",
    )
    assert site.mounted()["error"] is None
    assert site.mounted()["ack"]["seq"] == 1


def test_the_history_is_shown_looked_at_and_restored(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.send(document, {"op": "relabel", "id": site.span_id("New York"), "label": "MISC"})
    site.send(document, {"op": "comment", "text": "<b>no markup</b>"})
    site.navigate("history")

    assert "relabelled “New York” from LOC to MISC" in site.messages().replace("\\", "")
    assert "model version 1 suggested 3 entities" in site.messages()
    assert "<b>" not in site.messages()
    site.run()
    assert "suggested 3 entities" in site.messages(), "another run does not close it"
    site.app.button(key="look 0").click()
    site.navigate("history")
    assert site.mounted()["read_only"] is True
    labels = {span["label"] for span in site.mounted()["spans"]}
    assert labels == {"PER", "ORG", "LOC"}
    site.app.button(key="restore_version").click()
    site.navigate("history")
    assert "Version 0 restored" in site.app.toast[0].value
    site.run()

    assert {span["label"] for span in site.mounted()["spans"]} == labels
    assert site.mounted()["comment"] == ""


def test_what_another_did_while_the_history_was_open_is_not_taken_back_unseen(site: Site) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.send(document, {"op": "comment", "text": "mine"})
    site.navigate("history")
    site.app.button(key="look 0").click()
    site.navigate("history")
    service = AnnotationService(site.sessions)
    service.apply(document, "other", [{"seq": 1, "op": "comment", "text": "theirs"}], "Anna")

    site.app.button(key="restore_version").click()
    site.navigate("history")

    assert "the document has changed" in site.app.error[0].value
    assert service.open(document, "Anna").comment == "theirs"
    site.app.button(key="restore_version").click()
    site.navigate("history")
    assert service.open(document, "Anna").comment == ""


def _asked_again(site: Site, document: int) -> int:
    with site.sessions() as session:
        history = log_of(session, document)
    return sum(operation.payload["op"] == "suggest" for operation in history)


def test_metadata_opens_above_the_text_and_stays_open_from_document_to_document(
    site: Site,
) -> None:
    first = _with_meta(
        site, 1, {"source": "a *letter* https://example.org", "tags": ["mail", "old"]}
    )
    second = _with_meta(site, 2, {"pages": 3})
    plain = _with_meta(site, 3, {})
    site.open("annotate", document=first)
    assert "letter" not in site.messages()

    site.app.button(key="metadata_button").click()
    site.run()
    assert "**source**" in site.messages()
    assert {"a *letter* https://example.org", "mail, old"} <= {text.value for text in site.app.text}

    site.open("annotate", document=second)
    assert "**pages**" in site.messages()
    site.app.button(key="metadata_button").click()
    site.run()
    assert "**pages**" not in site.messages()

    site.open("annotate", document=plain)
    assert "metadata_button" not in {button.key for button in site.app.button}


def _with_meta(site: Site, number: int, meta: dict[str, object]) -> int:
    with writing(site.sessions) as session:
        name, text = f"letter {number}", f"Ada wrote letter {number}."
        added = documents.add(
            session, site.project_id, name=name, text=text, split="train", meta=meta
        )
        assert added is not None
        return added.id
