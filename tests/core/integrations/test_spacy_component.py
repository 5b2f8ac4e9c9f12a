"""The model as a step of a spaCy pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.types import Entity, Prediction, SamplerSettings
from tests.core.conftest import Learned
from tests.core.tiny import SENTENCES

spacy = pytest.importorskip("spacy")
TEXT = "Anna Haag met the University of Kyiv 🦊."


class _Model:
    """Knows three names."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, text: str, settings: SamplerSettings) -> Prediction:
        locations = [
            ("Anna Haag", "PER", 0.9),
            ("University of Kyiv", "ORG", 0.8),
            ("Kyiv", "LOC", 0.7),
        ]
        result = [
            Entity(text.index(words), text.index(words) + len(words), label, score)
            for words, label, score in locations
            if words in text
        ]
        return Prediction(text, tuple(result))

    def pipe(
        self, texts: Iterable[str], settings: SamplerSettings, batch_size: int
    ) -> Iterator[Prediction]:
        self.batches.append(list(texts))
        return (self(text, settings) for text in self.batches[-1])


@pytest.fixture
def nlp() -> Any:
    import core.integrations.spacy_component

    assert core.integrations.spacy_component.NAME == "spanneal"
    nlp = spacy.blank("en")
    nlp.add_pipe("spanneal").pipeline = _Model()
    return nlp


def entities(doc: Any) -> set[tuple[str, str]]:
    return {(span.text, span.label_) for span in doc.spans["spanneal"]}


def test_flat_entities_are_ents_and_nested_ones_are_spans_with_scores(nlp: Any) -> None:
    doc = nlp(TEXT)

    assert doc.text == TEXT
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("Anna Haag", "PER"),
        ("University of Kyiv", "ORG"),
    ]
    assert entities(doc) == {
        ("Anna Haag", "PER"),
        ("University of Kyiv", "ORG"),
        ("Kyiv", "LOC"),
    }
    assert doc.spans["spanneal"].attrs["scores"] == pytest.approx([0.9, 0.8, 0.7])


class _Names:
    """Finds names with these labels and scores."""

    def __init__(self, *names: tuple[str, str, float]) -> None:
        self.names = names

    def __call__(self, text: str, settings: SamplerSettings) -> Prediction:
        return Prediction(
            text,
            tuple(
                Entity(match.start(), match.end(), label, score)
                for name, label, score in self.names
                for match in re.finditer(name, text)
            ),
        )


def test_of_entities_in_one_token_the_highest_score_stands(nlp: Any) -> None:
    nlp.get_pipe("spanneal").pipeline = _Names(("Berlin", "LOC", 0.9), ("Paris", "LOC", 0.2))
    doc = nlp("In Berlin_Paris.")

    assert entities(doc) == {("Berlin_Paris", "LOC")}
    assert doc.spans["spanneal"].attrs["scores"] == [0.9]


def test_flat_entities_do_not_overlap_in_spacys_tokens_either(nlp: Any) -> None:
    nlp.remove_pipe("spanneal")
    component = nlp.add_pipe("spanneal", config={"flat": True})
    component.pipeline = _Names(("Paris", "LOC", 0.2), ("Berlin", "ORG", 0.9), ("Bo", "PER", 0.8))
    doc = nlp("In Berlin_Paris with Bo.")

    assert [(span.text, span.label_) for span in doc.spans["spanneal"]] == [
        ("Berlin_Paris", "ORG"),
        ("Bo", "PER"),
    ]
    assert doc.spans["spanneal"].attrs["scores"] == [0.9, 0.8]
    assert len(doc.ents) == 2


@pytest.mark.timeout(30)
def test_a_document_with_ten_thousand_entities_takes_no_time(nlp: Any) -> None:
    nlp.get_pipe("spanneal").pipeline = _Names(("Bo", "PER", 0.8))

    assert len(nlp("Bo met " * 10_000).ents) == 10_000


def test_entities_that_stand_already_are_left(nlp: Any) -> None:
    doc = nlp.make_doc("Anna Haag met Bo.")
    doc.ents = [doc.char_span(5, 13, label="MISC")]
    done = nlp.get_pipe("spanneal")(doc)
    assert [ent.label_ for ent in done.ents] == ["MISC"]


def test_an_empty_text_has_none(nlp: Any) -> None:
    assert not nlp("").spans["spanneal"]


def test_many_documents_are_annotated_in_batches(nlp: Any) -> None:
    texts = [TEXT, "", "Kyiv", "Nothing", "Anna Haag"]

    docs = list(nlp.pipe(texts, batch_size=2))

    assert [doc.text for doc in docs] == texts
    assert nlp.get_pipe("spanneal").pipeline.batches == [texts[:2], texts[2:4], texts[4:]]
    assert [entities(doc) for doc in docs] == [entities(nlp(text)) for text in texts]


def test_the_settings_of_a_pipeline_come_back_with_its_configuration(nlp: Any) -> None:
    settings = {
        "model": "folder",
        "device": "cpu",
        "steps": 3,
        "seed": 7,
        "threshold": 0.5,
        "flat": True,
    }
    nlp.remove_pipe("spanneal")
    nlp.add_pipe("spanneal", config=settings)

    again = spacy.util.load_model_from_config(nlp.config)

    assert settings.items() <= again.config["components"]["spanneal"].items()
    assert again.get_pipe("spanneal")._settings == SamplerSettings(
        3, seed=7, threshold=0.5, flat=True
    )


def test_a_saved_pipeline_has_its_model_in_it(nlp: Any, learned: Learned, tmp_path: Path) -> None:
    text = " ".join(SENTENCES[0].words)
    nlp.remove_pipe("spanneal")
    nlp.add_pipe("spanneal", config={"model": str(learned.folder), "device": "cpu"})
    before = nlp(text)
    nlp.config["components"]["spanneal"]["model"] = "gone"
    nlp.to_disk(tmp_path / "saved")

    after = spacy.load(tmp_path / "saved")(text)

    assert entities(after) == entities(before) != set()
    assert after.spans["spanneal"].attrs["scores"] == before.spans["spanneal"].attrs["scores"]


def test_a_model_that_is_not_there_is_told_when_it_is_needed(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("spanneal", config={"model": str(tmp_path), "device": "cpu"})

    with pytest.raises(ValueError, match="is no model folder"):
        nlp(TEXT)
