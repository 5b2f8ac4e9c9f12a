"""The model as a step of a spaCy pipeline, and what `pip install .` brings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from setuptools import find_packages

from core.types import Entity, Prediction, SamplerSettings

spacy = pytest.importorskip("spacy")
ROOT = Path(__file__).parents[3]
TEXT = "Anna Haag met the University of Kyiv 🦊."


class _Reader:
    def predict(self, text: str, settings: SamplerSettings) -> Prediction:
        places = [
            ("Anna Haag", "PER", 0.9),
            ("University of Kyiv", "ORG", 0.8),
            ("Kyiv", "LOC", 0.7),
        ]
        found = [
            Entity(text.index(words), text.index(words) + len(words), label, score)
            for words, label, score in places
            if words in text
        ]
        return Prediction(text, tuple(found))


@pytest.fixture
def nlp(monkeypatch: pytest.MonkeyPatch) -> object:
    import core.integrations.spacy_component

    monkeypatch.setattr("core.inference.pipeline.Pipeline.load", lambda folder: _Reader())
    assert core.integrations.spacy_component.NAME == "spanneal"
    nlp = spacy.blank("en")
    nlp.add_pipe("spanneal", config={"model": "folder"})
    return nlp


def test_flat_entities_are_ents_and_nested_ones_are_spans_with_scores(nlp: object) -> None:
    doc = nlp(TEXT)  # type: ignore[operator]

    assert doc.text == TEXT
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("Anna Haag", "PER"),
        ("University of Kyiv", "ORG"),
    ]
    group = doc.spans["spanneal"]
    assert {(span.text, span.label_) for span in group} == {
        ("Anna Haag", "PER"),
        ("University of Kyiv", "ORG"),
        ("Kyiv", "LOC"),
    }
    assert group.attrs["scores"] == pytest.approx([0.9, 0.8, 0.7])


def test_entities_that_stand_already_are_left(nlp: object) -> None:
    doc = nlp.make_doc("Anna Haag met Bo.")  # type: ignore[attr-defined]
    doc.ents = [doc.char_span(5, 13, label="MISC")]
    done = nlp.get_pipe("spanneal")(doc)  # type: ignore[attr-defined]
    assert [ent.label_ for ent in done.ents] == ["MISC"]


def test_an_empty_text_has_none(nlp: object) -> None:
    assert not nlp("").spans["spanneal"]  # type: ignore[operator]


def test_without_a_model_it_says_what_to_give() -> None:
    import core.integrations.spacy_component

    assert core.integrations.spacy_component.create
    with pytest.raises(ValueError, match="needs a model directory"):
        spacy.blank("en").add_pipe("spanneal")


def test_installing_brings_core_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    find = project["tool"]["setuptools"]["packages"]["find"]

    found = find_packages(str(ROOT), include=find["include"])

    folders = {
        ".".join(each.relative_to(ROOT).parent.parts) for each in (ROOT / "core").rglob("*.py")
    }
    assert folders <= set(found)
    assert all(each.split(".")[0] == "core" for each in found)
    assert project["project"]["entry-points"]["spacy_factories"] == {
        "spanneal": "core.integrations.spacy_component:create"
    }
