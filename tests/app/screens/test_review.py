"""The Review page: what the model would have otherwise, and what a person does about it."""

from __future__ import annotations

import pytest

from app.screens.review import ranking
from storage.engine import writing
from storage.repository import annotation_sets, documents, model_versions, statistics
from tests.app.material import submit
from tests.app.pages_kit import TEXT, Site

WRONG = (("New York University", "LOC"), ("Olena", "PER"), ("Monday", "MISC"))


def submitted(site: Site) -> None:
    submit(site.sessions, site.project_id, TEXT, WRONG)


def checked(site: Site) -> None:
    site.open("review")
    site.app.button(key="check").click()
    site.run()


def accepted(site: Site) -> set[tuple[str, str]]:
    """What the document's answer holds."""
    with site.sessions() as session:
        (submission,) = statistics.submissions(session, site.project_id)
        text = documents.get(session, submission.document_id).text
        answer = annotation_sets.submitted_of(session, submission.document_id)
        assert answer is not None
        return {
            (text[span.start : span.end], span.label)
            for span in annotation_sets.spans_of(answer)
            if span.status == "accepted"
        }


def buttons(site: Site, start: str) -> list[str]:
    return [str(item.key) for item in site.app.button if str(item.key).startswith(start)]


def test_with_nothing_submitted_the_page_says_what_to_do(site: Site) -> None:
    site.add()
    site.open("review")
    assert "Nothing to check yet" in site.messages()


def test_an_empty_project_is_sent_to_where_documents_are_added(site: Site) -> None:
    site.open("review")
    assert "No documents in this project yet" in site.messages()
    assert [button.label for button in site.app.button][-1] == "Go to Documents"


def test_held_out_documents_are_never_checked(site: Site) -> None:
    submit(site.sessions, site.project_id, TEXT, WRONG, split="holdout")
    site.open("review")
    assert "Nothing to check yet" in site.messages()
    submit(site.sessions, site.project_id, "Anna met Bo.", [("Anna", "PER")])
    checked(site)
    assert site.model.reviewed == ["Anna met Bo."]


def test_each_doubt_shows_what_was_accepted_and_what_the_model_would_say(site: Site) -> None:
    submitted(site)
    submit(site.sessions, site.project_id, "Olena Kovalenko left.", [("Olena Kovalenko", "PER")])
    site.open("review")
    assert "checked 0 of 2 submitted documents" in site.messages().replace("\\", "")
    assert not site.model.reviewed
    checked(site)
    message = site.messages()
    assert "checked 2 of 2" in message
    assert "3 doubts on 4 accepted entities" in message
    assert "visited :blue-background[**⟦New York University⟧** LOC] on" in message
    assert ":orange-background[**⟦New York University⟧** ORG]" in message
    assert "Accepted: :blue-background[**⟦Olena⟧** PER]" in message
    assert "on :gray-background[Monday **∅ no entity**]" in message
    assert "…" not in message.split("Accepted:", 1)[1]  # the whole text is there


def test_what_was_checked_is_not_asked_again(site: Site) -> None:
    submitted(site)
    checked(site)
    site.open("documents")
    site.open("review")
    assert len(site.model.reviewed) == 1
    assert not buttons(site, "check")


def test_a_press_checks_a_portion_and_the_next_one_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "AT_ONCE", 2)
    for number in range(3):
        submit(site.sessions, site.project_id, f"Anna {number}", [("Anna", "PER")])
    checked(site)
    assert sorted(site.model.reviewed) == ["Anna 1", "Anna 2"]  # the newest first
    checked(site)
    assert len(site.model.reviewed) == 3


def test_another_model_version_is_asked_anew(site: Site) -> None:
    submitted(site)
    checked(site)
    site.model.model_version_id = 2
    site.open("review")
    assert "version 2 has checked 0 of 1" in site.messages()


def test_the_page_says_who_judges_where_the_first_model_is_gone(site: Site) -> None:
    submitted(site)
    with writing(site.sessions) as session:
        first = model_versions.register(session, "a folder that is gone", ["PER"]).id
        second = model_versions.register(session, "also gone", ["PER"], parent_id=first).id
    site.model.model_version_id = second
    site.open("review")
    assert f"Judged by model version {second}, because version {first}" in site.messages()
    assert f"version {second} has checked 0 of 1" in site.messages()


def test_open_leads_to_the_document_and_leaves_it_submitted(site: Site) -> None:
    submitted(site)
    checked(site)
    site.app.button(key=buttons(site, "open")[0]).click()
    site.run()
    assert site.mounted()["read_only"]
    with site.sessions() as session:
        assert documents.counts_by_status(session, site.project_id)["submitted"] == 1


def test_what_a_person_finds_right_leaves_the_list(site: Site) -> None:
    submitted(site)
    checked(site)
    for left in (2, 1, 0):
        site.app.button(key=buttons(site, "keep")[0]).click()
        site.run()
        assert len(buttons(site, "keep")) == left
    assert "You have reviewed all of them" in site.messages()


def test_a_suggestion_is_taken_as_a_correction_and_the_other_doubts_stay(site: Site) -> None:
    submitted(site)
    checked(site)
    site.app.button(key=buttons(site, "take ")[0]).click()
    site.run()
    assert "Corrected in Olena Kovale and submitted again" in site.messages()
    assert len(buttons(site, "take ")) == 2
    assert not buttons(site, "check")  # it need not be checked again
    assert accepted(site) == {WRONG[0], ("Olena Kovalenko", "PER"), WRONG[2]}


def test_a_taken_suggestion_can_be_undone(site: Site) -> None:
    submitted(site)
    checked(site)
    site.app.button(key=buttons(site, "take ")[0]).click()
    site.run()
    site.app.button(key="take_back").click()
    site.run()
    assert accepted(site) == set(WRONG)
    assert len(buttons(site, "take ")) == 3
    assert not [button for button in site.app.button if button.key == "take_back"]


def test_a_missing_entity_is_shown_and_added(site: Site) -> None:
    submit(site.sessions, site.project_id, "Olena Kovalenko left.")
    checked(site)
    assert "Suggested: :orange-background[**⟦Olena Kovalenko⟧** PER] left" in site.messages()
    assert "Accepted:" not in site.messages()
    site.app.button(key=buttons(site, "take ")[0]).click()
    site.run()
    assert accepted(site) == {("Olena Kovalenko", "PER")}


def test_every_document_is_learnt_before_it_is_checked(site: Site) -> None:
    for text in ("Anna met Bo.", "Bo left."):
        submit(site.sessions, site.project_id, text, [("Bo", "PER")])
    checked(site)
    assert sorted(site.model.learnt) == [("Anna met Bo.", 1), ("Bo left.", 1)]


def test_the_list_can_be_narrowed_to_a_kind_of_doubt_and_to_a_label(site: Site) -> None:
    submitted(site)
    checked(site)
    site.app.button_group[0].set_value(["dropped"])
    site.run()
    assert len(buttons(site, "open")) == 1
    site.app.button_group[1].set_value(["PER"])
    site.run()
    assert not buttons(site, "open")


def test_nothing_in_a_text_acts_as_markup(site: Site) -> None:
    text = "**Anna** [x](http://a) :red[b] met $Bo$."
    submit(site.sessions, site.project_id, text, [("Anna", "PER")])
    checked(site)
    assert r"\*\*:blue" in site.messages()
    assert r"\[x\]\(http\:" in site.messages()


def test_several_pages_hold_what_one_cannot(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "ROWS", 2)
    submitted(site)
    checked(site)
    assert len(buttons(site, "open")) == 2
    site.app.session_state["review_page"] = 2
    site.run()
    assert len(buttons(site, "open")) == 1
