"""Auxiliary corpora: taught beside the main ones, and gone from what is scored and saved."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from core.__main__ import main
from core.config import TrainingConfig
from core.data.batching import Gold
from core.data.examples import merge_corpora
from core.modeling.model import DiffusionNER
from core.training.auxiliary import AuxiliaryLearner, auxiliary_examples
from core.training.objective import diffusion_losses
from core.training.trainer import Evaluated, Resumed, TrainingRecord, train
from core.types import Example, SamplerSettings, Span
from tests.core.conftest import LABELS, Learned, NewModel
from tests.core.tiny import SENTENCES, write_examples

FILE = Path("biology/train.jsonl")
GENES = Example(("BRCA1", "binds", "RAD51"), (Span(0, 1, "GENE"), Span(2, 3, "GENE")))
PLACES = Example(("Oslo", "grew"), (Span(0, 1, "LOC"),))
CONFIG = TrainingConfig(epochs=2, batch_size=4, num_spans=8, auxiliary_share=0.5, seed=5)
AUXILIARY = auxiliary_examples([(FILE, [GENES] * 6), (Path("geo/train.jsonl"), [PLACES] * 3)])
ALL_LABELS = (*LABELS, "biology/train:GENE", "geo/train:LOC")
MAIN = merge_corpora([SENTENCES * 2], ALL_LABELS)


def learner_of(new_model: NewModel) -> AuxiliaryLearner:
    model = new_model(dropout=0.1).with_labels(ALL_LABELS)
    return AuxiliaryLearner(model, CONFIG, SamplerSettings(steps=1, num_spans=8), LABELS)


def test_labels_are_named_by_their_file_and_the_only_ones_that_a_sentence_knows() -> None:
    (example,) = auxiliary_examples([(FILE, [GENES])])
    assert example.words == GENES.words
    assert [entity.label for entity in example.entities] == ["biology/train:GENE"] * 2
    assert [(e.start, e.end) for e in example.entities] == [(0, 1), (2, 3)]
    assert example.labels == frozenset({"biology/train:GENE"})


def test_the_folder_is_named_also_where_the_path_does_not_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "biology").mkdir()
    monkeypatch.chdir(tmp_path / "biology")
    (example,) = auxiliary_examples([(Path("train.jsonl"), [GENES])])
    assert example.labels == frozenset({"biology/train:GENE"})


def test_a_sentence_without_entities_knows_the_labels_of_its_file() -> None:
    empty = Example(("Nothing", "here"))
    examples = auxiliary_examples([(FILE, [empty, GENES])])
    assert examples[0].labels == frozenset({"biology/train:GENE"})


@pytest.mark.parametrize("other", [FILE, Path("./biology/../biology/train.jsonl")])
def test_a_file_that_is_given_twice_is_refused(other: Path) -> None:
    with pytest.raises(ValueError, match="both name their labels biology/train:…; give a file onl"):
        auxiliary_examples([(FILE, [GENES]), (other, [GENES])])


def test_two_files_whose_labels_would_be_the_same_are_refused() -> None:
    with pytest.raises(ValueError, match=r"a/biology/train\.jsonl and b/biology/train\.tsv both"):
        auxiliary_examples([(Path("a", FILE), [GENES]), (Path("b/biology/train.tsv"), [GENES])])


def test_a_file_without_any_entity_is_refused() -> None:
    with pytest.raises(ValueError, match="teaches no label: it has 1 sentences and no entity"):
        auxiliary_examples([(FILE, [Example(("Nothing",))])])


@pytest.mark.parametrize("share", [-0.1, math.inf, math.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="auxiliary_share must be 0 or more, got"):
        TrainingConfig(auxiliary_share=share)


def test_main_sentences_know_the_main_labels_unless_they_say_which() -> None:
    person = replace(GENES, entities=(), labels=frozenset({"PER"}))
    first, *_, last = merge_corpora([[*SENTENCES, person]], ALL_LABELS)
    assert [example.labels for example in (first, last)] == [
        frozenset(LABELS),
        frozenset({"PER"}),
    ]


def test_each_kind_of_sentence_is_masked_for_the_labels_of_the_other() -> None:
    gold = Gold.of([MAIN[0], AUXILIARY[0]], ALL_LABELS, torch.device("cpu"))
    assert gold.unknown.tolist() == [
        [False] * 4 + [True, True, False],
        [True] * 4 + [False, True, False],
    ]


@pytest.mark.parametrize(
    ("example", "trained"), [(MAIN[0], range(4)), (AUXILIARY[0], [4]), (AUXILIARY[-1], [5])]
)
def test_a_sentence_teaches_no_label_that_it_does_not_know(
    new_model: NewModel, example: Example, trained: range | list[int]
) -> None:
    model = learner_of(new_model).model.train()
    generator = torch.Generator().manual_seed(0)
    losses = diffusion_losses(model, [example], CONFIG, generator)
    torch.stack(list(losses.values())).sum().backward()
    classifier = model.denoiser.types
    for name in classifier.label_rows:
        gradient = classifier.get_parameter(name).grad
        assert gradient is not None
        moved = gradient.reshape(len(ALL_LABELS) + 1, -1).abs().sum(1)[:-1] > 0
        assert moved.nonzero().flatten().tolist() == list(trained)


def test_scores_and_the_saved_model_have_the_main_labels_alone(
    new_model: NewModel, tmp_path: Path
) -> None:
    learner = learner_of(new_model)
    scores = learner.evaluate(SENTENCES)
    learner.save(tmp_path)
    saved = DiffusionNER.load(tmp_path)
    assert set(scores.per_label) <= set(LABELS)
    assert saved.config.labels == LABELS
    assert saved.config.threshold == learner.model.config.threshold
    assert learner.model.config.labels == ALL_LABELS


def test_a_resumed_training_with_auxiliary_sentences_is_bit_identical(
    new_model: NewModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.training.trainer._CHECKPOINT_EVERY", 1)
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)

    def run(
        folder: Path, limit: int | None = None
    ) -> tuple[dict[str, bytes], list[TrainingRecord]]:
        learner = learner_of(new_model)
        stream = train(learner, MAIN, SENTENCES, CONFIG, folder, AUXILIARY)
        records = list(islice(stream, limit))
        stream.close()  # type: ignore[attr-defined]
        state = learner.model.state_dict()
        return {name: value.numpy().tobytes() for name, value in state.items()}, records

    whole, records = run(tmp_path / "whole")
    run(tmp_path / "part", limit=5)
    resumed, rest = run(tmp_path / "part")

    assert [record.step for record in records if isinstance(record, Evaluated)] == [3, 6]
    assert isinstance(rest[0], Resumed)
    assert resumed == whole


def test_train_teaches_auxiliary_files_and_ships_without_their_labels(
    learned: Learned, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(write_examples(tmp_path / "data.jsonl", SENTENCES))
    genes = str(write_examples(tmp_path / "biology" / "train.jsonl", [GENES]))
    files = ["--train", data, "--dev", data, "--out", str(tmp_path / "out"), "--auxiliary", genes]
    size = ["--epochs", "1", "--num-spans", "4", "--auxiliary-share", "0.5"]
    options = ["train", "--from", str(learned.folder), *files, *size]

    assert main(options) == 0
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["model"]["labels"] == list(LABELS)
    assert main([*options, "--auxiliary", genes, genes]) == 2
    assert "give a file only once" in capsys.readouterr().err
    Path(genes).write_text("")
    assert main(options) == 2
    assert f"{genes}:1: expected at least one sentence" in capsys.readouterr().err
