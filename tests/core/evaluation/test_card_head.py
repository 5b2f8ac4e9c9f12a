"""A card's YAML head is what the hub reads: huggingface_hub loads it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from huggingface_hub.utils import validate_repo_id

from core.evaluation.card_head import (
    CardHeadError,
    Facts,
    Result,
    corpus_of,
    dataset_id,
    head_of,
    hub_name,
    with_head,
)

RESULT = Result("wikigold", "test", "flat", (0.5, None, 0.66667))
FACTS = Facts("names", [RESULT], ["wikigold", "gum named"], base_model="org/encoder")


def values(card: ModelCard) -> dict[str, float]:
    return {entry.metric_name: entry.metric_value for entry in card.data.eval_results}


def test_a_text_without_a_head_gets_one_that_the_hub_library_reads() -> None:
    card = ModelCard(with_head("# Names\n\n---\n\nText.\n", FACTS))
    assert card.text == "# Names\n\n---\n\nText.\n"
    assert card.data.to_dict()["model-index"][0]["name"] == "names"
    assert (card.data.library_name, card.data.pipeline_tag) == ("spanneal", "token-classification")
    assert card.data.tags == ["named-entity-recognition", "diffusion"]
    assert card.data.metrics == ["precision", "recall", "f1"]
    assert card.data.datasets == ["wikigold", "gum-named"]
    assert card.data.base_model == "org/encoder"
    assert (card.data.language, card.data.license) == (None, None)


def test_an_undefined_measure_is_left_out_of_the_results() -> None:
    card = ModelCard(with_head("# Names\n", FACTS))
    assert values(card) == {"Precision, flat": 0.5, "F1, flat": 0.6667}
    first = (card.data.eval_results or [])[0]
    assert (first.dataset_type, first.dataset_split) == ("wikigold", "test")
    nothing = Facts("names", [Result("wikigold", "test", "flat", (None, None, None))], [])
    assert "model-index" not in ModelCard(with_head("# Names\n", nothing)).data.to_dict()


def test_a_head_of_the_text_is_merged_and_not_doubled() -> None:
    personal = (
        "---\nlicense: apache-2.0\nlanguage: de\ntags: [nested-ner]\nextra: 7\n---\n# Names\n"
    )
    text = with_head(personal, FACTS)
    assert text.count("---\n") == 2
    data = ModelCard(text).data.to_dict()
    assert (data["license"], data["language"], data["extra"]) == ("apache-2.0", "de", 7)
    assert data["tags"] == ["nested-ner", "named-entity-recognition", "diffusion"]


def test_a_second_head_replaces_the_results_of_the_same_corpus_alone() -> None:
    first = with_head("# Names\n", FACTS)
    again = Facts("other", [Result("wikigold", "test", "flat", (0.75, 0.5, 0.6))], ["wikigold"])
    other = Facts("other", [Result("btc", "test", "flat", (1.0, 1.0, 1.0))], [])
    data = ModelCard(with_head(with_head(first, again), other)).data
    assert {(e.dataset_name, e.metric_name, e.metric_value) for e in data.eval_results or ()} == {
        ("wikigold", "Precision, flat", 0.75),
        ("wikigold", "Recall, flat", 0.5),
        ("wikigold", "F1, flat", 0.6),
        ("btc", "Precision, flat", 1.0),
        ("btc", "Recall, flat", 1.0),
        ("btc", "F1, flat", 1.0),
    }
    assert data.datasets == ["wikigold", "gum-named"]


@pytest.mark.parametrize("head", ["license: [", "- a list", "model-index: [{name: names}]"])
def test_a_head_that_cannot_be_read_teaches(head: str) -> None:
    with pytest.raises(CardHeadError, match=r"cannot be read: .* between two lines of ---"):
        with_head(f"---\n{head}\n---\n# Names\n", FACTS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gum_named", "gum_named"), ("My news -- 2.0", "My-news-2-0"), ("Новости", None), ("", None)],
)
def test_a_corpus_is_named_as_the_hub_allows(name: str, expected: str | None) -> None:
    assert dataset_id(name) == expected
    validate_repo_id(dataset_id(name * 40 or "x") or "x")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("wikigold/test.jsonl", ("wikigold", "test")),
        ("btc/dev.conll", ("btc", "dev")),
        ("data/news.jsonl", ("news", "test")),
    ],
)
def test_a_file_is_a_corpus_and_its_split(file: str, expected: tuple[str, str]) -> None:
    assert corpus_of(Path(file)) == expected


def test_an_encoder_has_a_name_on_the_hub_or_lies_in_a_folder(tmp_path: Path) -> None:
    assert hub_name("intfloat/multilingual-e5-small") == "intfloat/multilingual-e5-small"
    assert hub_name(str(tmp_path)) is None
    assert hub_name("/not/there") is None


def test_the_head_of_a_folder_without_a_card_is_empty(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    assert head_of(card).to_dict() == {}
    card.write_text("---\nlanguage: [\n---\n")
    assert head_of(card).to_dict() == {}
    card.write_text("---\nlanguage: en\n---\n")
    assert head_of(card).language == "en"
