from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.baselines.tagger import Tagger
from core.config import TrainingConfig
from core.diffusion.constraints import Constraints
from core.inference.decoding import Candidate
from core.inference.label_errors import SpanReview
from core.modeling.model import DiffusionNER
from core.overlaps import overlap
from core.research.experiments.runs import error_finders, measures
from core.research.experiments.runs.candidate import BaselineModel, CandidateModel
from core.research.experiments.runs.measures import MeasureInput
from core.training.learner import DiffusionLearner
from core.types import SamplerSettings, Span
from tests.core.conftest import Learned, NewModel
from tests.core.tiny import SENTENCES


def test_given_entities_do_not_count_and_the_rest_is_the_same_each_time(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stub that finds exactly as many of the other entities as it is given."""

    def finds_as_many(
        model: object, words: Sequence[object], sampler: object, constraints: Sequence[Constraints]
    ) -> list[Any]:
        result = []
        for sentence, rule in zip(words, constraints, strict=True):
            example = next(item for item in SENTENCES if item.words == sentence)
            rest = [span for span in example.entities if span not in rule.fixed]
            stored = (*rule.fixed, *rest[: len(rule.fixed)])
            result.append([Candidate(s.start, s.end, s.label, 1.0, 1, 0) for s in stored])
        return result

    monkeypatch.setattr(measures, "propose", finds_as_many)
    trained = CandidateModel(DiffusionLearner(new_model(), TrainingConfig()))
    rows = measures.constrained(trained, MeasureInput(SENTENCES, (), (SamplerSettings(),)))
    assert [row["given"] for row in rows] == [0, 1, 2]
    assert {row["sentences"] for row in rows} == {3}
    assert {row["gold"] for row in rows} == {1 + 2 + 2}
    recalls = [row["recall"] for row in rows]
    assert recalls[0] == 0
    assert recalls[2] == 1
    assert [row["precision"] for row in rows][2] == 1


def test_a_tagger_cannot_be_asked_for_what_noisy_spans_tell(new_model: NewModel) -> None:
    asked = MeasureInput(SENTENCES, SENTENCES, (SamplerSettings(),))
    for name in ("constrained", "confidence", "label_errors"):
        with pytest.raises(ValueError, match="a tagger has no noisy spans"):
            measures.measured(BaselineModel(Tagger(new_model())), name, asked, flat=False)


def test_a_flat_corpus_is_decoded_flat(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible: list[bool] = []

    def watched(trained: object, asked: MeasureInput) -> list[dict[str, Any]]:
        visible.extend(sampler.flat for sampler in asked.samplers)
        return []

    monkeypatch.setitem(measures.MEASURES, "scores", watched)
    trained = CandidateModel(DiffusionLearner(new_model(), TrainingConfig()))
    asked = MeasureInput(SENTENCES, (), (SamplerSettings(), SamplerSettings(seed=1)))
    for flat in (True, False):
        measures.measured(trained, "scores", asked, flat)
    assert visible == [True, True, False, False]


def test_a_finder_that_knows_gold_ranks_every_seeded_error_first(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stub that doubts what gold does not have, and says what gold has there."""

    def knows(
        model: object, words: Sequence[object], spans: Sequence[Sequence[Span]]
    ) -> list[list[SpanReview]]:
        responses = []
        for sentence, item in zip(words, spans, strict=True):
            gold = next(entry.entities for entry in SENTENCES if entry.words == sentence)
            left = [entry for entry in gold if entry not in item]
            responses.append(
                [
                    SpanReview(0.1, span)
                    if span in gold
                    else SpanReview(
                        0.9, next((entry for entry in left if overlap(entry, span)), None)
                    )
                    for span in item
                ]
            )
        return responses

    monkeypatch.setattr(error_finders, "review_spans", knows)
    monkeypatch.setattr(error_finders, "ERRORS", 0.5)
    trained = CandidateModel(DiffusionLearner(new_model(), TrainingConfig()))
    samplers = tuple(SamplerSettings(seed=seed) for seed in (0, 1))
    asked = MeasureInput(SENTENCES * 10, (), samplers)
    every_row = measures.measured(trained, "label_errors", asked, flat=True)
    assert {row["finder"] for row in every_row} == {"model", "head", "both"}
    rows = [row for row in every_row if row["finder"] == "model"]
    assert [row["seed"] for row in rows] == [0, 1]
    for row in rows:
        assert row["errors"] > 25
        assert (row["at 10"], row["at 25"], row["auroc"]) == (1.0, 1.0, 1.0)
        assert row["mended"] > 0.8
    assert rows[0]["errors"] != rows[1]["errors"]


def test_a_head_that_has_learnt_the_errors_finds_them_by_the_other_documents(
    learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_finders, "ERRORS", 0.1)
    model = DiffusionNER.load(learned.folder)
    trained = CandidateModel(DiffusionLearner(model, TrainingConfig()))
    asked = MeasureInput(SENTENCES * 20, (), (SamplerSettings(),))
    rows = measures.measured(trained, "label_errors", asked, flat=True)
    (head,) = (row for row in rows if row["finder"] == "head")
    assert head["auroc"] > 0.9
    assert head["at 10"] > 0.5
