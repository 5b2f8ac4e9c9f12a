from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.config import TrainingConfig
from core.metrics import nested_entities
from core.tagger import Tagger, TaggerLearner
from core.training import Evaluated, train
from core.types import Example, WordSpan
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

OUTERMOST = [
    (WordSpan(0, 3, "ORG"), WordSpan(4, 6, "PER")),
    (WordSpan(1, 4, "ORG"), WordSpan(6, 10, "ORG")),
    (WordSpan(0, 1, "PER"), WordSpan(3, 6, "MISC"), WordSpan(8, 10, "PER")),
    (),
]


def test_the_tagger_learns_the_outermost_entities_with_the_same_loop(
    new_model: NewModel, tmp_path: Path
) -> None:
    learner = TaggerLearner(Tagger(new_model()))
    config = TrainingConfig(epochs=1, batch_size=8, encoder_lr=2e-3, decoder_lr=4e-3)
    records = list(train(learner, SENTENCES * 160, SENTENCES, config, tmp_path))
    words = [example.words for example in SENTENCES]
    assert learner.tagger.predict(words) == OUTERMOST
    last = records[-1]
    assert isinstance(last, Evaluated)
    assert last.scores.precision == 1.0
    gold = sum(len(example.entities) for example in SENTENCES)
    assert last.scores.recall == pytest.approx(sum(map(len, OUTERMOST)) / gold)
    assert any(nested_entities(example.entities) for example in SENTENCES)
    fresh = TaggerLearner(Tagger(new_model(seed=9)))
    fresh.restore(tmp_path)
    assert fresh.tagger.predict(words) == OUTERMOST


@torch.no_grad()
def test_padding_changes_no_tag_score(new_model: NewModel) -> None:
    tagger = Tagger(new_model()).eval()
    alone = tagger([SENTENCES[0].words])
    padded = tagger([SENTENCES[0].words, SENTENCES[2].words])
    assert torch.allclose(alone[0], padded[0, :7], atol=1e-5)
    loss = tagger.loss([SENTENCES[0]]).item() * 7 + tagger.loss([SENTENCES[2]]).item() * 12
    assert tagger.loss([SENTENCES[0], SENTENCES[2]]).item() == pytest.approx(loss / 19, rel=1e-4)


def test_tags_of_labels_that_nobody_looked_for_get_no_gradient(new_model: NewModel) -> None:
    tagger = Tagger(new_model())
    tagger.loss([Example(SENTENCES[3].words, labels=frozenset({"PER"}))]).backward()
    gradient = tagger.scores.bias.grad
    assert gradient is not None
    trained = {tag for tag, value in zip(tagger.tags, gradient, strict=True) if value != 0}
    assert trained == {"O", "B-PER", "I-PER"}
