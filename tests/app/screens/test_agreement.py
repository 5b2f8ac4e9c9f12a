"""The Agreement page, and what several annotators meet on the others."""

from __future__ import annotations

import pytest

from app.screens.common.wording import literal
from app.services.team import assignment
from storage.engine import writing
from storage.repository import annotation_sets, projects
from tests.app.pages_kit import Site, setting
from tests.app.teamwork import Team

TEXT = "The Bank of China hired Anna."


@pytest.fixture
def people(site: Site) -> Team:
    """Anna and Bo submitted two versions of one document of two, unseen by each other."""
    ids = [site.add(TEXT, "first"), site.add("Oslo is a city.", "second")]
    assignment.set_annotators(site.sessions, site.project_id, 2)
    team = Team(site.sessions, site.project_id, ids)
    team.submit(0, "Anna", ("Bank of China", "ORG"), ("Anna", "PER"))
    team.submit(0, "Bo", ("The Bank of China", "ORG"), ("Anna", "PER"))
    return team


def part(site: Site, name: str) -> None:
    site.open("agreement", project=site.project_id)
    site.app.segmented_control(key="agreement_part").set_value(name)
    site.run()


def html(site: Site) -> str:
    return " ".join(str(item.proto.body) for item in site.app.get("html"))


def test_without_several_annotators_the_page_says_where_to_set_them(site: Site) -> None:
    site.add()
    site.open("agreement", project=site.project_id)
    assert "everybody shares one draft per document" in site.messages()
    assert "Nothing to compare yet" in site.messages()


def test_the_figures_name_how_much_is_behind_them(site: Site, people: Team) -> None:
    site.open("agreement", project=site.project_id)
    shown = {item.label: item.value for item in site.app.metric}
    assert shown["F1, entities"] == "0.500"
    assert shown["F1, boundaries"] == "0.500"
    assert shown["Krippendorff’s α"] not in ("–", "1.000")
    assert "2 people, 1 document, 7 words, 4 entities" in site.messages()
    pairs, labels = (item.value for item in site.app.dataframe)
    assert list(pairs["People"]) == ["Anna – Bo"]
    assert list(labels["Label"]) == ["ORG", "PER"]
    assert list(labels["F1"]) == ["0.000", "1.000"]
    assert "A single document with entities gives no interval: two are needed." in site.messages()


def test_an_interval_that_is_wide_says_how_many_documents_it_takes(
    site: Site, people: Team
) -> None:
    people.submit(1, "Anna", ("Oslo", "LOC"))
    people.submit(1, "Bo", ("Oslo", "LOC"))
    site.open("agreement", project=site.project_id)
    assert "Knowing F1 to ±0.05 needs about " in site.messages()


def test_each_difference_can_be_opened_and_decided(site: Site, people: Team) -> None:
    part(site, "Differences")
    assert "↔ Other boundaries" in site.messages()
    site.app.button(key="open difference 1 0").click()
    site.run()
    assert site.app.segmented_control(key="agreement_part").value == "Decide"
    shown = html(site)
    assert shown.count("⟦") == shown.count("⟧")
    assert "Bank of China" in shown
    assert site.app.button(key="keep decision").disabled
    site.app.radio[0].set_value(1)
    site.run()
    site.app.button(key="keep decision").click()
    site.run()
    with site.sessions() as session:
        made = annotation_sets.submitted_of(session, people.ids[0])
        assert made is not None
        assert not made.blind
        assert [(row.start, row.end) for row in made.entities] == [(0, 17), (24, 28)]
    assert "has already decided" in site.messages()


def test_a_reviewer_may_mark_something_else(site: Site, people: Team) -> None:
    part(site, "Decide")
    site.app.radio[0].set_value("own")
    site.run()
    (words,) = (item for item in site.app.text_input if item.label == "Also mark")
    words.set_value("China hired Anna of Oslo")
    site.run()
    assert "Found 0 times" in site.messages()
    (words,) = (item for item in site.app.text_input if item.label == "Also mark")
    words.set_value("China")
    (label,) = (item for item in site.app.selectbox if item.label == "as")
    label.set_value("LOC")
    site.run()
    site.app.button(key="keep decision").click()
    site.run()
    with site.sessions() as session:
        made = annotation_sets.submitted_of(session, people.ids[0])
        assert made is not None
        assert [(row.start, row.end, row.label) for row in made.entities] == [
            (12, 17, "LOC"),
            (24, 28, "PER"),
        ]


def test_one_persons_version_can_be_taken_for_all(site: Site, people: Team) -> None:
    people.service.reopen(people.ids[0], "Bo")
    people.submit(0, "Bo", ("hired", "ORG"))
    part(site, "Decide")
    (button,) = (item for item in site.app.button if item.label == "All as Bo")
    button.click()
    site.run()
    assert all(item.value is not None for item in site.app.radio)
    assert not site.app.button(key="keep decision").disabled


def test_who_has_what_is_shown_and_more_is_given(site: Site, people: Team) -> None:
    part(site, "Assignments")
    assert list(site.app.dataframe[0].value["Person"]) == ["Anna", "Bo"]
    site.app.multiselect(key="assign_people").set_value(["Anna"])
    (button,) = (item for item in site.app.button if item.label == "Assign")
    button.click()
    site.run()
    assert [
        (item.document_id, item.person)
        for item in assignment.given(site.sessions, site.project_id)
        if item.status == "new"
    ] == [(people.ids[1], "Anna")]


def test_a_text_is_shown_as_it_is_and_never_as_markup(site: Site, people: Team) -> None:
    hostile = "<script>alert(1)</script> & <b>Anna</b> **bold** Oslo"
    people.ids.append(site.add(hostile, "<img src=x onerror=alert(2)>"))
    people.submit(2, "Anna", ("Oslo", "LOC"))
    people.submit(2, "Bo", ("<b>Anna</b>", "PER"))
    part(site, "Differences")
    assert "<script>" not in html(site)
    assert "&lt;script&gt;" in html(site)
    assert "· <img" not in site.messages()


def test_the_annotate_page_says_who_has_a_document_open(site: Site) -> None:
    document = site.add()
    Team(site.sessions, site.project_id, [document]).open(0, "Bo")
    site.open("annotate", project=site.project_id, document=document)
    assert "**Bo** has this document open" in site.messages()


def test_a_document_that_has_its_annotators_offers_the_next(site: Site, people: Team) -> None:
    site.open("annotate", project=site.project_id, document=people.ids[0])
    assert "has its 2 annotators" in site.messages()
    (button,) = (item for item in site.app.main.button if item.label == "Go to the next document")
    button.click()
    site.run()
    assert site.mounted()["text"] == "Oslo is a city."
    assert "Nobody sees the others’ answers" in site.messages()


def test_the_number_of_annotators_is_a_setting(site: Site) -> None:
    site.add()
    site.open("documents", project=site.project_id)
    site.app.number_input(key=setting(site, "annotators")).set_value(3)
    (button,) = (item for item in site.app.button if item.label == "Save settings")
    button.click()
    site.run()
    site.open("annotate", project=site.project_id)
    assert "3 people annotate this document" in site.messages()


@pytest.mark.parametrize("name", [":red[x]", "**", "[a](b)", "$x$"])
def test_a_label_to_filter_by_shows_as_it_is_written(site: Site, name: str) -> None:
    ids = [site.add(TEXT, "first")]
    with writing(site.sessions) as session:
        projects.ensure_labels(session, site.project_id, (name,))
    assignment.set_annotators(site.sessions, site.project_id, 2)
    team = Team(site.sessions, site.project_id, ids)
    team.submit(0, "Anna", ("Bank of China", name))
    team.submit(0, "Bo", ("Anna", name))

    part(site, "Differences")

    (labels,) = (item for item in site.app.button_group if item.key == "agreement_labels")
    assert [option.content for option in labels.proto.options] == [literal(name)]
    assert literal(name) != name
