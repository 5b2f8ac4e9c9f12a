"""The card beside a trained model: one head, a filled table, and nothing that is not measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from core.evaluation.model_card import write_card
from core.types import Example
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

INTRO = "---\nlicense: apache-2.0\nlanguage: en\ntags: [nested-ner]\n---\n# Names\n\nText."


@pytest.fixture(scope="module")
def card(new_model: NewModel, tmp_path_factory: pytest.TempPathFactory) -> ModelCard:
    folder = tmp_path_factory.mktemp("models") / "names"
    model = new_model()
    model.save(folder)
    tests = {}
    for corpus, examples in (("news", SENTENCES), ("empty", [Example(("Nobody", "came", "."))])):
        tests[folder.parent / corpus / "test.jsonl"] = examples
    scores = write_card(
        model,
        folder,
        INTRO,
        SENTENCES,
        tests,
        "spanneal train",
        trained_on=[folder.parent / "news" / "train.jsonl"],
        base_model="org/encoder",
    )
    assert [row["f1"] is None for row in scores["test"]] == [False, False, True, True]
    return ModelCard.load(folder / "README.md")


def table(card: ModelCard, section: str, beginning: str) -> list[str]:
    """The rows of a section's table that begin so."""
    _, _, text = card.text.partition(f"## {section}\n")
    lines = text.partition("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith(beginning)]


def test_the_card_says_what_a_score_means_and_how_far_that_is_off(card: ModelCard) -> None:
    news, empty = (table(card, "Calibration", f"| {name}") for name in ("news", "empty"))
    assert [row.split(" | ")[1] for row in news] == ["nested", "flat"]
    assert [row.count("|") for row in (*news, *empty)] == [6] * 4
    assert "Scores are not calibrated" in card.text


def test_the_card_has_one_head_with_what_its_text_and_the_program_know(card: ModelCard) -> None:
    assert str(card).count("---\n") == 2
    assert (card.data.license, card.data.language) == ("apache-2.0", "en")
    assert (card.data.library_name, card.data.base_model) == ("spanneal", "org/encoder")
    assert card.data.datasets == ["news"]
    assert card.data.tags == ["nested-ner", "named-entity-recognition", "diffusion"]
    assert card.text.startswith("# Names\n\nText.\n")


def test_results_are_those_of_the_table_and_undefined_ones_are_not_among_them(
    card: ModelCard,
) -> None:
    rows = [line.strip("| ").split(" | ") for line in table(card, "Test scores", "| news")]
    reported = {
        (result.dataset_name, result.metric_name): f"{100 * result.metric_value:.1f}"
        for result in card.data.eval_results
    }
    assert {corpus for corpus, _ in reported} == {"news"}
    for row in rows:
        assert row[0] == "news/test.jsonl"
        assert int(row[2]) == sum(len(example.entities) for example in SENTENCES)
        assert reported["news", f"F1, {row[1]}"] == row[5]
    assert [row[1] for row in rows] == ["nested", "flat"]


def test_a_file_without_entities_has_dashes_in_the_table(card: ModelCard) -> None:
    (row, _) = table(card, "Test scores", "| empty")
    assert "| empty/test.jsonl | nested | 0 | – | – | – | – |" in row


def test_without_test_files_the_card_says_so(new_model: NewModel, tmp_path: Path) -> None:
    write_card(new_model(), tmp_path, "# Names", SENTENCES, {}, "spanneal train")
    card = ModelCard.load(tmp_path / "README.md")
    assert "## Test scores\n\nNo test file was given." in card.text
    assert card.data.eval_results is None
