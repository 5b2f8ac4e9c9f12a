"""The Playground page: what versions find in a pasted text, and that nothing of it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.models import AnnotationSet, Document
from tests.app.pages_kit import TEXT, PretendedModel, Site
from tests.app.sent_spans import named
from tests.app.versions_kit import add_version


def _texts(site: Site) -> list[dict[str, Any]]:
    """What the read-only texts were given."""
    given = [json.loads(item.proto.json) for item in site.app.get("bidi_component")]
    return [{**data, "spans": named(data["spans"])} for data in given if "spans" in data]


def _found(data: dict[str, Any]) -> dict[str, str]:
    return {data["text"][span["start"] : span["end"]]: span["label"] for span in data["spans"]}


def _paste(site: Site, text: str) -> None:
    site.app.text_area(key="playground_text").set_value(text)
    site.run()


def test_the_entities_of_the_whole_text_are_shown_on_it_to_be_read_only(site: Site) -> None:
    site.open("playground")
    _paste(site, f"{TEXT}\n\nOlena Kovalenko slept.")

    (shown,) = _texts(site)

    assert shown["read_only"]
    assert _found(shown) == {
        "Olena Kovalenko": "PER",
        "New York University": "ORG",
        "New York": "LOC",
    }


def test_the_page_says_that_it_saves_nothing_and_saves_nothing(site: Site) -> None:
    site.open("playground")
    before = _rows(site)

    _paste(site, TEXT)

    assert "Nothing is saved here" in site.messages()
    assert _rows(site) == before


def _rows(site: Site) -> list[int]:
    with site.sessions() as session:
        tables = (Document, AnnotationSet)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_the_dials_reach_the_model(site: Site) -> None:
    site.open("playground")

    site.app.number_input(key="seed").set_value(4)
    site.app.slider(key="num_spans").set_value(100)
    site.run()

    assert (site.model.predicted[-1].seed, site.model.predicted[-1].num_spans) == (4, 100)
    assert (site.model.asked[-1].seed, site.model.asked[-1].num_spans) == (4, 100)


def test_each_sentence_can_be_watched(site: Site) -> None:
    site.open("playground")
    _paste(site, "Bo Li met Anna. They went to Oslo.")

    (options,) = (box.options for box in site.app.selectbox if box.label == "Sentence")

    assert [option.split(" (")[0] for option in options] == [
        "1. Bo Li met Anna.",
        "2. They went to Oslo.",
    ]
    assert len(site.app.get("plotly_chart")) == 3


@pytest.mark.parametrize("text", ["", "  \n "])
def test_without_a_text_the_page_asks_for_one(site: Site, text: str) -> None:
    site.open("playground")
    _paste(site, text)

    assert "Paste a text" in site.messages()
    assert _texts(site) == []


def test_versions_stand_side_by_side_with_their_differences(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.open("playground")
    other = PretendedModel(2, names=[("Olena Kovalenko", "PER"), ("Monday", "MISC")])
    add_version(site, monkeypatch, other)
    _paste(site, TEXT)
    assert len(_texts(site)) == 1, "at first the active one alone"

    site.app.multiselect(key="playground_versions").set_value([1, 2])
    site.run()

    first, pair = _texts(site)
    assert "New York" in _found(first)
    assert _found(pair) == {"Olena Kovalenko": "PER", "Monday": "MISC"}
    assert "They agree on 1 of 4 places." in site.messages()
    assert "“Monday”: not found with version 1; MISC with version 2." in _plainly(site)


def _plainly(site: Site) -> str:
    """What the page says, without the signs that keep Markdown from acting."""
    return site.messages().replace("\\", "")


def test_markup_in_a_pasted_text_stays_text(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Ann **met** <b>Bob</b> :red[here]."
    site.model.names = [("<b>Bob</b>", "PER")]
    site.open("playground")
    add_version(site, monkeypatch, PretendedModel(2, names=[(":red[here]", "LOC")]))
    _paste(site, text)
    site.app.multiselect(key="playground_versions").set_value([1, 2])
    site.run()

    reported = [item.value for item in site.app.markdown if "not found" in item.value]
    assert reported
    assert not any("<b>" in item or " :red[" in item or "“:red[" in item for item in reported)


def test_a_label_that_the_project_lacks_is_shown_all_the_same(site: Site) -> None:
    site.model.names = [("Monday", "WEEKDAY")]
    site.open("playground")
    _paste(site, TEXT)

    (shown,) = _texts(site)

    assert "WEEKDAY" in [label["name"] for label in shown["labels"]]
