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
def taught(new_model: NewModel, tmp_path_factory: pytest.TempPathFactory) -> Taught:
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
    spans = [[example.spans for example in each] for each in (known, dev)]
    assert list(train(learner, *spans, config, folder))
    model = DiffusionNER.load(folder)
    records = list(train_combiner(model, known[:240], dev, folder, epochs=6))
    assert [record.epoch for record in records] == [1, 2, 3, 4, 5, 6]
    return Taught(folder, tuple(record.loss for record in records))


def test_joining_finds_discontinuous_entities_that_spans_alone_cannot(taught: Taught) -> None:
    model = DiffusionNER.load(taught.folder)
    spans = propose_fragments(model, [example.words for example in TEST])
    alone = score_fragmented(zip(TEST, [map(single_fragment, each) for each in spans], strict=True))
    joined = measure_combiner(Combiner.load(model, taught.folder), TEST, spans)
    assert alone.discontinuous.f1 == 0
    assert joined.discontinuous.f1 > 0.7
    assert joined.overall.f1 > alone.overall.f1 + 0.2
    assert taught.losses[-1] < taught.losses[0] / 2


def test_a_document_tells_joined_entities_in_code_points(taught: Taught) -> None:
    pipeline = Pipeline.from_pretrained(taught.folder)
    combiner = Combiner.load(pipeline.model, taught.folder)
    text = "He met left and right hip pain . \n\n he met the knee is stiff ."
    said = join(pipeline, combiner, pipeline.predict(text))
    pieces = {tuple(text[s:e] for s, e in each.fragments) for each in said.discontinuous}
    assert ("left", "hip pain") in pieces
    assert ("knee", "stiff") in pieces
    assert "left" not in {text[each.start : each.end] for each in said.entities}


def test_a_text_without_entities_is_joined_to_nothing(taught: Taught) -> None:
    pipeline = Pipeline.from_pretrained(taught.folder)
    said = join(pipeline, Combiner(pipeline.model), pipeline.predict("", SamplerSettings(1, 4)))
    assert (said.entities, said.discontinuous) == ((), ())


def test_the_right_answers_tell_fragments_from_entities() -> None:
    example = next(each for each in TEST if len(each.entities) == 2 and "and" in each.words[:4])
    one, two = sorted(example.entities)
    spans = example.spans.entities
    assert {one.discontinuous, two.discontinuous} == {True, False}
    assert pair_targets(example, spans) == [0.0, 1.0, 0.0, 0.0, 1.0]
    assert pair_targets(FragmentedExample(example.words), spans) == [0.0] * 5


def test_joining_does_not_depend_on_the_batch(taught: Taught) -> None:
    model = DiffusionNER.load(taught.folder)
    combiner = Combiner.load(model, taught.folder)
    words, spans = [each.words for each in TEST[:20]], [each.spans.entities for each in TEST[:20]]
    together = combiner.combine(words, spans)
    assert together == [combiner.combine([w], [s])[0] for w, s in zip(words, spans, strict=True)]
    assert combiner.combine(words[:2], [(), ()]) == [[], []]


def test_a_folder_without_the_classifier_says_how_to_train_it(
    taught: Taught, tmp_path: Path
) -> None:
    model = DiffusionNER.load(taught.folder)
    with pytest.raises(ModelError, match="python -m core fragments"):
        Combiner.load(model, tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"not weights")
    with pytest.raises(ModelError, match="does not fit the model"):
        Combiner.load(model, tmp_path)


def test_the_command_teaches_measures_and_annotates(
    taught: Taught,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "findings.jsonl"
    lines = [
        {
            "tokens": each.words,
            "entities": [{"fragments": e.fragments, "type": e.label} for e in each.entities],
        }
        for each in TEST[:30]
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    model = tmp_path / "model"
    DiffusionNER.load(taught.folder).save(model)
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
    assert main(["annotate", "--model", str(taught.folder), "--fragments"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [each["fragments"] for each in record["discontinuous"]] == [[[7, 11], [22, 30]]]
