from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.baselines.base import BaselineLearner
from core.baselines.biaffine import Biaffine
from core.config import TrainingConfig
from core.evaluation.error_analysis import FALSE
from core.training.records import Evaluated
from core.training.trainer import train
from core.types import Example, Span
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]


def test_the_biaffine_classifier_learns_nested_entities_with_the_same_loop(
    new_model: NewModel, tmp_path: Path
) -> None:
    learner = BaselineLearner(Biaffine(new_model()))
    config = TrainingConfig(epochs=1, batch_size=8, encoder_lr=2e-3, decoder_lr=4e-3)
    records = list(train(learner, SENTENCES * 120, SENTENCES, config, tmp_path))
    last = records[-1]
    assert isinstance(last, Evaluated)
    assert last.scores.f1 == 1.0
    assert Biaffine.load(tmp_path).predict(WORDS) == [
        tuple(sorted(example.entities)) for example in SENTENCES
    ]


@torch.no_grad()
def test_padding_changes_no_span_score(new_model: NewModel) -> None:
    biaffine = Biaffine(new_model()).eval()
    single, padded = biaffine(WORDS[:1]), biaffine([WORDS[0], WORDS[2]])
    assert torch.allclose(single[0], padded[0, :7, :7], atol=1e-5)
    first, pair = SENTENCES[0], SENTENCES[2]
    apart = biaffine.loss([first]).item() * 7 + biaffine.loss([pair]).item() * 12
    assert biaffine.loss([first, pair]).item() == pytest.approx(apart / 19, rel=1e-4)


def test_words_that_fill_a_batch_up_for_a_gpu_change_nothing(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    biaffine = Biaffine(new_model()).eval()
    loss, predicted = biaffine.loss(SENTENCES[:1]).item(), biaffine.predict(WORDS[:1])
    monkeypatch.setattr("core.devices._SHAPE_MULTIPLE", {"cpu": 8})
    assert biaffine([WORDS[0]]).shape[1] == 8
    assert biaffine.loss(SENTENCES[:1]).item() == pytest.approx(loss, rel=1e-4)
    assert biaffine.predict(WORDS[:1]) == predicted


@torch.no_grad()
def test_spans_that_end_before_they_begin_teach_nothing(new_model: NewModel) -> None:
    biaffine = Biaffine(new_model()).eval()
    example = Example(("Bank", "of"), (Span(0, 2, "ORG"),))
    logs = biaffine([example.words]).log_softmax(-1)[0]
    org, none = biaffine.labels.index("ORG"), len(biaffine.labels)
    expected = -(logs[0, 0, none] + logs[0, 1, org] + logs[1, 1, none]) / 2
    assert biaffine.loss([example]).item() == pytest.approx(expected.item(), rel=1e-4)


def test_types_that_nobody_looked_for_get_no_gradient(new_model: NewModel) -> None:
    biaffine = Biaffine(new_model())
    biaffine.loss([Example(WORDS[3], labels=frozenset({"PER"}))]).backward()
    gradient = biaffine.width.grad
    assert gradient is not None
    trained = [
        label for label, row in zip([*biaffine.labels, None], gradient, strict=True) if any(row)
    ]
    assert trained == ["PER", None]


def test_a_classifier_grown_to_other_labels_scores_the_known_ones_as_before(
    new_model: NewModel,
) -> None:
    biaffine = Biaffine(new_model()).eval()
    grown = biaffine.with_labels(["GPE", "PER"])
    before, after = biaffine(WORDS[:1]), grown(WORDS[:1])
    locations = [biaffine.labels.index("PER"), len(biaffine.labels)]
    assert torch.allclose(after[..., 1:], before[..., locations], atol=1e-5)
    assert torch.allclose(after[..., 0], before[..., :-1].mean(-1), atol=1e-5)


def scoring(
    monkeypatch: pytest.MonkeyPatch, biaffine: Biaffine, logits: torch.Tensor, nested: bool
) -> None:
    """Lets it give any sentence these logits (M, M, C + 1)."""
    biaffine.nested.fill_(nested)
    monkeypatch.setattr(biaffine, "forward", lambda sentences: logits[None])


@pytest.mark.parametrize("nested", [False, True])
def test_a_span_is_dropped_only_for_a_better_one_that_it_clashes_with(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch, nested: bool
) -> None:
    biaffine = Biaffine(new_model()).eval()
    for seed in range(40):
        logits = torch.randn(6, 6, 5, generator=torch.Generator().manual_seed(seed))
        scoring(monkeypatch, biaffine, logits, nested)
        stored = set(biaffine.predict([("w",) * 6])[0])
        value = {
            Span(left, right + 1, biaffine.labels[kind]): logits.log_softmax(-1)[left, right, kind]
            for left in range(6)
            for right in range(left, 6)
            if (kind := int(logits[left, right].argmax())) < 4
        }
        assert stored <= set(value)
        for span in value:
            rivals = [other for other in stored if other != span and _clash(span, other, nested)]
            assert not rivals if span in stored else any(value[o] >= value[span] for o in rivals)


@pytest.mark.parametrize(("nested", "driven_out"), [(False, 1), (True, 0)])
def test_errors_are_told_apart_by_what_the_classifier_gave_each_span(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch, nested: bool, driven_out: int
) -> None:
    """Where ∅ has 0: the whole bank is a LOC at 2 instead of an ORG, "Bank" alone a PER at 1,
    "China" a LOC at -1, and "won" a MISC at -9, as all else is."""
    biaffine = Biaffine(new_model()).eval()
    loc, misc, _, per, none = range(5)
    logits = torch.full((4, 4, 5), -9.0)
    logits[..., none] = 0.0
    logits[0, 2, loc], logits[0, 0, per], logits[2, 2, loc] = 2.0, 1.0, -1.0
    scoring(monkeypatch, biaffine, logits, nested)
    gold = (Span(0, 3, "ORG"), Span(0, 1, "PER"), Span(2, 3, "LOC"), Span(3, 4, "MISC"))
    example = Example(("Bank", "of", "China", "won"), gold)

    errors = biaffine.analyse_errors([example])

    assert biaffine.labels[misc] == "MISC"
    assert errors.missed == {"type": 1, "below φ": 1, "conflict": driven_out, "not proposed": 1}
    assert errors.false == {**dict.fromkeys(FALSE, 0), "type": 1}


def _clash(first: Span, pair: Span, nested: bool) -> bool:
    left, right = set(range(first.start, first.end)), set(range(pair.start, pair.end))
    return bool(left & right and (not nested or (left - right and right - left)))


def test_entities_lie_within_one_another_only_where_training_showed_some(
    new_model: NewModel, tmp_path: Path
) -> None:
    biaffine = Biaffine(new_model())
    biaffine.loss([Example(WORDS[0], (Span(0, 3, "ORG"),))])
    assert not biaffine.nested
    biaffine.loss([SENTENCES[0]])
    biaffine.loss([SENTENCES[3]])
    assert biaffine.nested
    biaffine.save(tmp_path)
    assert Biaffine.load(tmp_path).with_labels(["PER"]).nested
