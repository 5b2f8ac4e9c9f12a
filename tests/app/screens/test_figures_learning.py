"""The learning curve of the Figures page: what it draws, of which label, and what it misses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
from streamlit.testing.v1.element_tree import Block

from app.components.plots.learning import MOST_POINTS, learning
from app.services.operations.learning_curve import WINDOW
from core.inference.instant.outcomes import LabelOutcome
from storage.engine import writing
from storage.repository import instant, model_versions, projects
from storage.repository.instant import Lesson
from tests.app.lessons_kit import Outcomes, learn, submitted
from tests.app.pages_kit import Site

TITLE = "The learning curve, document by document"
RIGHT, MISSED = LabelOutcome(right=1), LabelOutcome(missed=1)
NAMES = ("actions, of those without suggestions", "F1", "F1 of the model alone")


def version(site: Site) -> int:
    with writing(site.sessions) as session:
        return model_versions.register(session, "a version", ["PER"]).id


def learnt(site: Site, version_id: int, suggested: Outcomes, model: Outcomes | None) -> None:
    document_id = submitted(site.sessions, site.project_id)
    learn(site.sessions, site.project_id, version_id, document_id, suggested, model)


def curve(site: Site) -> dict[str, Any] | None:
    """The plot of the learning curve."""
    for item in site.app.get("plotly_chart"):
        plot: dict[str, Any] = json.loads(item.proto.spec)
        if {trace["name"] for trace in plot["data"]} == set(NAMES):
            return plot
    return None


def lines(site: Site) -> list[list[float | None]]:
    plot = curve(site)
    assert plot is not None
    return [trace["y"] for trace in plot["data"]]


def blocks(block: Block) -> Iterator[Block]:
    yield block
    for child in block.children.values():
        if isinstance(child, Block):
            yield from blocks(child)


def test_before_anything_is_learnt_the_page_says_how_the_curve_begins(site: Site) -> None:
    site.add()
    site.open("figures")
    assert TITLE in site.messages()
    assert "compared with its suggestions, then learnt" in site.messages()
    assert curve(site) is None


def test_of_a_project_that_does_not_learn_it_names_the_switch(site: Site) -> None:
    site.add()
    with writing(site.sessions) as session:
        projects.get(session, site.project_id).instant = False
    site.open("figures")
    assert "Switch on **Learn from every submitted document**" in site.messages()


def test_the_curve_has_the_measures_and_a_line_where_another_version_took_over(site: Site) -> None:
    old, new = version(site), version(site)
    learnt(site, old, {"PER": MISSED}, {"PER": MISSED})
    learnt(site, new, {"PER": RIGHT}, {"PER": MISSED})
    site.open("figures")
    assert lines(site) == [[1.0, 0.5], [0.0, 2 / 3], [0.0, 0.0]]
    plot = curve(site)
    assert plot is not None
    assert [text["text"] for text in plot["layout"]["annotations"]] == [f"version {new}"]
    assert [shape["x0"] for shape in plot["layout"]["shapes"]] == [1.5]
    assert "learnt only then" in site.messages()
    assert "another model version took over" in site.messages()


def test_a_label_is_chosen_and_has_gaps_where_its_measures_are_undefined(site: Site) -> None:
    number = version(site)
    learnt(site, number, {"PER": MISSED}, {"PER": MISSED})
    learnt(site, number, {"ORG": RIGHT}, {"ORG": RIGHT})
    site.open("figures")
    site.app.selectbox(key="learning_curve_label").set_value("ORG")
    site.run()
    assert lines(site) == [[None, 0.0], [None, 1.0], [None, 1.0]]
    site.app.selectbox(key="learning_curve_label").set_value("LOC")
    site.run()
    assert curve(site) is None
    assert "No learnt document has an entity of LOC" in site.messages()


def test_the_label_is_chosen_in_the_card_of_the_curve(site: Site) -> None:
    learnt(site, version(site), {"ORG": RIGHT}, {"ORG": RIGHT})
    site.open("figures")
    cards = [{child.type for child in block.children.values()} for block in blocks(site.app.main)]
    assert any({"selectbox", "plotly_chart"} <= types for types in cards)


def test_documents_that_were_learnt_without_a_test_are_counted_on_the_page(site: Site) -> None:
    number = version(site)
    learnt(site, number, {"PER": RIGHT}, None)
    site.open("figures")
    assert "1 document is left out" in site.messages()
    learnt(site, number, {"PER": RIGHT}, {})
    learnt(site, number, {"PER": RIGHT}, None)
    site.open("figures")
    assert "2 documents are left out" in site.messages()
    assert lines(site)[0] == [0.0]


def test_a_long_curve_is_thinned_and_ends_where_it_ends() -> None:
    documents = range(1, 10 * MOST_POINTS + 2)
    shares = [1 / number for number in documents]
    plot = learning(documents, [("F1", shares)], {7: "version 2"})
    go.Figure(plot)  # raises at a property that Plotly does not know
    trace = plot["data"][0]
    assert len(trace["x"]) <= MOST_POINTS
    assert (trace["x"][-1], trace["y"][-1]) == (documents[-1], shares[-1])


def test_the_name_of_a_label_is_never_read_as_markup(site: Site) -> None:
    with writing(site.sessions) as session:
        projects.ensure_labels(session, site.project_id, ["**B**"])
    learnt(site, version(site), {"PER": RIGHT}, {})
    site.open("figures")
    site.app.selectbox(key="learning_curve_label").set_value("**B**")
    site.run()
    assert r"an entity of \*\*B\*\*" in site.messages()


def test_when_the_chosen_label_goes_the_curve_is_about_all_labels(site: Site) -> None:
    learnt(site, version(site), {"LOC": RIGHT, "PER": MISSED}, {})
    site.open("figures")
    site.app.selectbox(key="learning_curve_label").set_value("LOC")
    site.run()
    assert lines(site)[0] == [0.0]
    with writing(site.sessions) as session:
        (location,) = (
            label for label in projects.labels(session, site.project_id) if label.name == "LOC"
        )
        session.delete(location)
    site.run()
    assert lines(site)[0] == [0.5]


def test_documents_that_cannot_be_learnt_are_counted(site: Site) -> None:
    document_id = submitted(site.sessions, site.project_id)
    with writing(site.sessions) as session:
        version_id = model_versions.ensure_active(session, "a version", ["PER"]).id
        (set_id,) = instant.submitted(session, site.project_id).values()
        lesson = Lesson(document_id, set_id, (), ())
        instant.log_failure(session, site.project_id, version_id, lesson, "RuntimeError: no memory")
    site.open("figures")
    assert "1 document could not be learnt; the server’s log says why." in site.messages()


def test_it_says_whether_a_retraining_would_pay(site: Site) -> None:
    with writing(site.sessions) as session:
        number = model_versions.ensure_active(session, "one", ["ORG"]).id
    learnt(site, number, {"PER": LabelOutcome(right=60, missed=40)}, {})
    site.open("figures")
    assert "would not pay yet: fewer than 300 entities were corrected" in site.messages()
    assert "still leave 40% of the actions" in site.messages()
    learnt(site, number, {"PER": LabelOutcome(right=120, missed=80)}, {})
    for waiting in range(WINDOW):
        site.add(f"A text that waits, number {waiting}.")
    site.run()
    assert "**A retraining would pay now.**" in site.messages()
    assert "learning 20 more documents would save 0% of these" in site.messages()


def test_a_retraining_is_not_advised_for_labels_that_the_first_version_knew(site: Site) -> None:
    with writing(site.sessions) as session:
        first = model_versions.ensure_active(session, "one", ["PER"]).id
        number = model_versions.register(session, "two", ["PER"], parent_id=first).id
        model_versions.promote(session, number)
    learnt(site, number, {"PER": LabelOutcome(right=240, missed=160)}, {})
    site.open("figures")
    assert "have labels that are new to the model" in site.messages()
