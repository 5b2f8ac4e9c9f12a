"""One corpus, every layout: the same words have the same labels, whoever wrote the file."""

from __future__ import annotations

import pytest

from storage import formats
from storage.records import DocumentRecord
from tests.storage.formats.layouts import CORPUS, LAYOUTS


@pytest.mark.parametrize("tool", LAYOUTS)
def test_the_entities_of_every_layout_come_in(tool: str) -> None:
    name, content = LAYOUTS[tool]
    documents = list(formats.read(content, formats.detect(content, name), name))

    assert all(isinstance(document, DocumentRecord) for document in documents), documents
    assert [
        sorted((document.text[s.start : s.end], s.label) for s in document.entities or ())
        for document in documents
    ] == [sorted((text[s:e], label) for s, e, label in entities) for text, entities in CORPUS]
    assert all(text in document.text for document, (text, _) in zip(documents, CORPUS, strict=True))


def test_nothing_is_said_of_a_layout_but_how_its_offsets_were_counted() -> None:
    for name, content in LAYOUTS.values():
        for document in formats.read(content, formats.detect(content, name), name):
            assert all(str(note).startswith("its offsets") for note in document.notes)
