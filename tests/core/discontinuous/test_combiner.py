"""From training to a document, on made-up findings that the tiny model learns."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.__main__ import main
from core.discontinuous.combiner import WEIGHTS, Combiner
from core.discontinuous.documents import join
from core.discontinuous.records import FragmentedExample, single_fragment
from core.discontinuous.scores import score_fragmented
from core.discontinuous.training import (
    measure_combiner,
    pair_targets,
    propose_fragments,
    train_combiner,
)
from core.inference.pipeline import Pipeline
from core.modeling.model import DiffusionNER, ModelError
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.discontinuous.made_up import findings

TEST = findings(100, seed=2)


@dataclass(frozen=True)
class Taught:
    folder: Path
    losses: tuple[float, ...]


@pytest.fixture(scope="module")
def trained(new_model: NewModel, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    from core.config import TrainingConfig
    from core.training.learner import DiffusionLearner
    from core.training.trainer import train

    known, dev = findings(360, seed=0), findings(60, seed=1)
    config = TrainingConfig(
        epochs=6,
        batch_size=8,
        encoder_lr=2.6e-3,
        decoder_lr=5.2e-3,
        num_spans=12,
        seed=1,
        evaluate_every=3,
    )
    learner = DiffusionLearner(new_model(labels=("Problem",)), config, SamplerSettings(1, 12))
    folder = tmp_path_factory.mktemp("findings") / "model"
    spans = [[example.spans for example in item] for item in (known, dev)]
    assert list(train(learner, *spans, config, folder))
    model = DiffusionNER.load(folder)
    records = list(train_combiner(model, known[:240], dev, folder, epochs=6))
    assert [record.epoch for record in records] == [1, 2, 3, 4, 5, 6]
    return Taught(folder, tuple(record.loss for record in records))


def test_joining_finds_discontinuous_entities_that_spans_alone_cannot(trained: Taught) -> None:
    model = DiffusionNER.load(trained.folder)
    spans = propose_fragments(model, [example.words for example in TEST])
    single = score_fragmented(
        zip(TEST, [map(single_fragment, span) for span in spans], strict=True)
    )
    joined = measure_combiner(Combiner.load(model, trained.folder), TEST, spans)
    assert single.discontinuous.f1 == 0
    assert joined.discontinuous.f1 > 0.7
    assert joined.overall.f1 > single.overall.f1 + 0.2
    assert trained.losses[-1] < trained.losses[0] / 2


def test_a_document_tells_joined_entities_in_code_points(trained: Taught) -> None:
    pipeline = Pipeline.from_pretrained(trained.folder)
    combiner = Combiner.load(pipeline.model, trained.folder)
    text = "He met left and right hip pain . \n\n he met the knee is stiff ."
    predicted = join(pipeline, combiner, pipeline.predict(text))
    pieces = {
        tuple(text[s:e] for s, e in discontinuou.fragments)
        for discontinuou in predicted.discontinuous
    }
    assert ("left", "hip pain") in pieces
    assert ("knee", "stiff") in pieces
    assert "left" not in {text[entity.start : entity.end] for entity in predicted.entities}


def test_a_text_without_entities_is_joined_to_nothing(trained: Taught) -> None:
    pipeline = Pipeline.from_pretrained(trained.folder)
    predicted = join(
        pipeline, Combiner(pipeline.model), pipeline.predict("", SamplerSettings(1, 4))
    )
    assert (predicted.entities, predicted.discontinuous) == ((), ())


def test_the_right_answers_tell_fragments_from_entities() -> None:
    example = next(item for item in TEST if len(item.entities) == 2 and "and" in item.words[:4])
    first, pair = sorted(example.entities)
    spans = example.spans.entities
    assert {first.discontinuous, pair.discontinuous} == {True, False}
    assert pair_targets(example, spans) == [0.0, 1.0, 0.0, 0.0, 1.0]
    assert pair_targets(FragmentedExample(example.words), spans) == [0.0] * 5


def test_joining_does_not_depend_on_the_batch(trained: Taught) -> None:
    model = DiffusionNER.load(trained.folder)
    combiner = Combiner.load(model, trained.folder)
    words, spans = [item.words for item in TEST[:20]], [item.spans.entities for item in TEST[:20]]
    combined = combiner.combine(words, spans)
    assert combined == [combiner.combine([w], [s])[0] for w, s in zip(words, spans, strict=True)]
    assert combiner.combine(words[:2], [(), ()]) == [[], []]


def test_a_folder_without_the_classifier_says_how_to_train_it(
    trained: Taught, tmp_path: Path
) -> None:
    model = DiffusionNER.load(trained.folder)
    with pytest.raises(ModelError, match="python -m core fragments"):
        Combiner.load(model, tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"not weights")
    with pytest.raises(ModelError, match="does not fit the model"):
        Combiner.load(model, tmp_path)


def test_the_command_teaches_measures_and_annotates(
    trained: Taught,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "findings.jsonl"
    lines = [
        {
            "tokens": item.words,
            "entities": [{"fragments": e.fragments, "type": e.label} for e in item.entities],
        }
        for item in TEST[:30]
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    model = tmp_path / "model"
    DiffusionNER.load(trained.folder).save(model)
    files = ["--train", str(file), "--dev", str(file), "--test", str(file)]
    assert main(["fragments", "--model", str(model), *files, "--epochs", "1", "--json"]) == 0
    printed = capsys.readouterr()
    assert "epoch 1: loss" in printed.err
    assert "not joined: F1" in printed.err
    scores = json.loads(printed.out)
    assert scores["model"] == str(model)
    assert scores["development"]["epoch"] == 1
    assert scores["test"]["joined"] == {
        name: scores["development"][name] for name in ("overall", "discontinuous")
    }
    assert scores["test"]["not_joined"]["discontinuous"]["correct"] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("he met left and right hip pain .\n"))
    assert main(["annotate", "--model", str(trained.folder), "--fragments"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [item["fragments"] for item in record["discontinuous"]] == [[[7, 11], [22, 30]]]
