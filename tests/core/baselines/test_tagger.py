from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.baselines.base import BaselineLearner
from core.baselines.tagger import Tagger
from core.config import TrainingConfig
from core.evaluation.metrics import nested_entities
from core.modeling.model import ModelError
from core.training.records import Evaluated
from core.training.trainer import train
from core.types import Example, Span
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

OUTERMOST = [
    (Span(0, 3, "ORG"), Span(4, 6, "PER")),
    (Span(1, 4, "ORG"), Span(6, 10, "ORG")),
    (Span(0, 1, "PER"), Span(3, 6, "MISC"), Span(8, 10, "PER")),
    (),
]


def test_the_tagger_learns_the_outermost_entities_with_the_same_loop(
    new_model: NewModel, tmp_path: Path
) -> None:
    learner = BaselineLearner(Tagger(new_model()))
    config = TrainingConfig(epochs=1, batch_size=8, encoder_lr=2e-3, decoder_lr=4e-3)
    records = list(train(learner, SENTENCES * 240, SENTENCES, config, tmp_path))
    words = [example.words for example in SENTENCES]
    assert learner.baseline.predict(words) == OUTERMOST
    last = records[-1]
    assert isinstance(last, Evaluated)
    assert last.scores.precision == 1.0
    gold = sum(len(example.entities) for example in SENTENCES)
    assert last.scores.recall == pytest.approx(sum(map(len, OUTERMOST)) / gold)
    assert any(nested_entities(example.entities) for example in SENTENCES)
    fresh = BaselineLearner(Tagger(new_model(seed=9)))
    fresh.restore(tmp_path)
    assert fresh.baseline.predict(words) == OUTERMOST


@torch.no_grad()
def test_padding_changes_no_tag_score(new_model: NewModel) -> None:
    tagger = Tagger(new_model()).eval()
    single = tagger([SENTENCES[0].words])
    padded = tagger([SENTENCES[0].words, SENTENCES[2].words])
    assert torch.allclose(single[0], padded[0, :7], atol=1e-5)
    loss = tagger.loss([SENTENCES[0]]).item() * 7 + tagger.loss([SENTENCES[2]]).item() * 12
    assert tagger.loss([SENTENCES[0], SENTENCES[2]]).item() == pytest.approx(loss / 19, rel=1e-4)


def test_tags_of_labels_that_nobody_looked_for_get_no_gradient(new_model: NewModel) -> None:
    tagger = Tagger(new_model())
    tagger.loss([Example(SENTENCES[3].words, labels=frozenset({"PER"}))]).backward()
    gradient = tagger.scores.bias.grad
    assert gradient is not None
    trained = {tag for tag, value in zip(tagger.tags, gradient, strict=True) if value != 0}
    assert trained == {"O", "B-PER", "I-PER"}


def test_a_tagger_comes_back_from_its_folder_alone(new_model: NewModel, tmp_path: Path) -> None:
    tagger = Tagger(new_model()).eval()
    tagger.save(tmp_path)
    loaded = Tagger.load(tmp_path)
    assert loaded.labels == tagger.labels
    assert torch.equal(loaded([SENTENCES[0].words]), tagger([SENTENCES[0].words]))
    assert not list(tmp_path.glob("*.new"))


def test_a_tagger_grown_to_other_labels_scores_the_known_tags_as_before(
    new_model: NewModel,
) -> None:
    tagger = Tagger(new_model()).eval()
    grown = tagger.with_labels(["GPE", "PER"])
    assert grown.tags == ["O", "B-GPE", "I-GPE", "B-PER", "I-PER"]
    before, after = tagger([SENTENCES[0].words]), grown([SENTENCES[0].words])
    locations = [tagger.tags.index(tag) for tag in ("O", "B-PER", "I-PER")]
    assert torch.allclose(after[..., [0, 3, 4]], before[..., locations], atol=1e-6)
    begins = [index for index, tag in enumerate(tagger.tags) if tag.startswith("B")]
    assert torch.allclose(after[..., 1], before[..., begins].mean(-1), atol=1e-5)


def test_a_folder_without_a_tagger_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing.*--kind tagger"):
        Tagger.load(tmp_path)
