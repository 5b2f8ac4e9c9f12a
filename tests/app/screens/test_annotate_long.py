"""The Annotate page while a model reads a long document part by part."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.suggestions import by_parts
from app.services.suggestions.part_reader import PartReader
from tests.app.pages_kit import Site
from tests.long_text import long_text

TEXT = long_text(2500, seed=5)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int | None]]:
    """What is asked of the reading thread, which the tests do without."""
    requests: list[tuple[int, int | None]] = []
    monkeypatch.setattr(
        PartReader,
        "request",
        lambda self, document_id, visible_start=None, watched=True: requests.append(
            (document_id, visible_start)
        ),
    )
    return requests


def read(site: Site, document_id: int) -> None:
    by_parts.read_next(site.sessions, lambda version_id: site.model, document_id)


def test_the_text_is_there_before_the_model_is_asked_and_parts_come_as_they_are_read(
    site: Site, asked: list[tuple[int, int | None]]
) -> None:
    document = site.add(TEXT)
    site.open("annotate", document=document)
    reading = site.mounted()["reading"]

    assert site.mounted()["text"] == TEXT
    assert site.model.predicted == []
    assert asked[0] == (document, None)
    assert (reading["read"], reading["stopped"]) == (0, False)
    assert site.mounted()["empty"] == "No suggestions yet. Drag over words to add an entity."

    read(site, document)
    site.run()
    after = site.mounted()["reading"]
    assert 0 < after["read"] < after["sentences"] == reading["sentences"]
    assert len(after["unread"]) == len(reading["unread"]) - 1
    assert "Olena Kovalenko" in site.spans()
    assert f"for {after['read']} of {after['sentences']} sentences" in site.messages()

    while after := site.mounted()["reading"]:
        read(site, document)
        site.run()
    assert "sentences" not in site.messages()


@pytest.mark.parametrize(
    ("visible_start", "wanted"),
    [
        ({"offset": 9000}, 9000),
        ({"offset": 9000, "doc_id": -1}, None),
        ({"offset": len(TEXT)}, None),
        ({"offset": -1}, None),
        ({"offset": "9000"}, None),
        ({}, None),
        ("9000", None),
    ],
)
def test_what_is_in_sight_is_asked_for_first_and_the_browser_is_not_trusted(
    site: Site, asked: list[tuple[int, int | None]], visible_start: Any, wanted: int | None
) -> None:
    document = site.add(TEXT)
    site.open("annotate", document=document)
    stored = (
        {"doc_id": document, **visible_start} if isinstance(visible_start, dict) else visible_start
    )
    site.app.session_state["annotator"] = {"visible": stored}
    asked.clear()
    site.run()

    assert asked[0] == (document, wanted)


def test_a_model_that_fails_is_told_and_can_be_tried_again(
    site: Site, asked: list[tuple[int, int | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = {"why": "out of *memory*"}
    monkeypatch.setattr(PartReader, "problem", lambda self, document_id: failed.get("why"))
    monkeypatch.setattr(PartReader, "retry", lambda self, document_id: failed.clear())
    document = site.add(TEXT)
    site.open("annotate", document=document)

    assert site.mounted()["reading"]["stopped"]
    assert "The model stopped after 0 of" in site.messages()
    assert r"out of \*memory\*" in site.messages()
    assert asked == []
    next(b for b in site.app.button if b.label == "Read the rest again").click()
    site.run()
    assert asked[0] == (document, None)
