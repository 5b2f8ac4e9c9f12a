"""Measure what finds label errors: a model's noisy spans, an instant head without the document, and
both; before and after the errors are learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from ....evaluation.calibration import auroc
from ....inference.instant.embeddings import embed_spans
from ....inference.instant.head import Annotated, InstantHead
from ....inference.instant.leave_out import AnnotatedWindow, review_window, take_back
from ....inference.instant.scaling import Scaling
from ....inference.label_errors import SpanReview, joint_score, review_spans
from ....modeling.model import DiffusionNER
from ....training.fine_tuning import fine_tuning_config, fine_tuning_learner
from ....training.trainer import train
from ....types import Example, SamplerSettings, Span, Token
from .seeding import Seeded, with_errors

Rows = list[dict[str, Any]]
ERRORS = 0.05
"""The share of entities that are corrupted."""
FIRST = (10, 25, 50)
"""The ranks at which the precision is reported."""
DOCUMENT = 5
"""Sentences that are left out of the head together."""
Reviews = list[list[SpanReview | None]]
"""By sentence and span; None where a finder cannot judge."""


def label_errors(
    model: DiffusionNER, test: Sequence[Example], samplers: Sequence[SamplerSettings]
) -> Rows:
    """Rank seeded errors by a model that was not trained on them, and by a head on its features
    that was: how early the errors come, and how often the suggestion is the gold entity.

    There is a row for each sampler's seed.
    """
    rows = []
    for sampler in samplers:
        seeded = with_errors(test, model.config.labels, ERRORS, sampler.seed)
        rows += _rows(model, test, seeded, sampler)
    return rows


def label_errors_learnt(
    model: DiffusionNER, test: Sequence[Example], samplers: Sequence[SamplerSettings]
) -> Rows:
    """The same of a model that is retrained on the corrupted sentences as the app retrains, up to
    the epoch that knows them best."""
    rows = []
    for sampler in samplers:
        seeded = with_errors(test, model.config.labels, ERRORS, sampler.seed)
        rows += _rows(_retrained(model, test, seeded), test, seeded, sampler)
    return rows


def _rows(
    model: DiffusionNER,
    test: Sequence[Example],
    seeded: Sequence[Sequence[Seeded]],
    sampler: SamplerSettings,
) -> Rows:
    by_model = _by_model(model, test, seeded)
    by_head = _by_head(model, test, seeded, sampler.flat)
    finders = {
        "model": by_model,
        "head": by_head,
        "both": _both(seeded, by_model, by_head),
    }
    return [_row(finder, sampler.seed, seeded, reviews) for finder, reviews in finders.items()]


def _retrained(
    model: DiffusionNER, test: Sequence[Example], seeded: Sequence[Sequence[Seeded]]
) -> DiffusionNER:
    examples = [
        replace(example, entities=tuple(sorted({item.span for item in items})))
        for example, items in zip(test, seeded, strict=True)
    ]
    config = fine_tuning_config(len(examples))
    learner = fine_tuning_learner(deepcopy(model), config, [])
    with TemporaryDirectory() as folder:
        for _ in train(learner, examples, examples, config, Path(folder)):
            pass
        return DiffusionNER.load(Path(folder), model.device).eval()


def _by_model(
    model: DiffusionNER, test: Sequence[Example], seeded: Sequence[Sequence[Seeded]]
) -> Reviews:
    spans = [[item.span for item in items] for items in seeded]
    reviews = review_spans(model, [example.words for example in test], spans)
    return [list(sentence) for sentence in reviews]


def _by_head(
    model: DiffusionNER,
    test: Sequence[Example],
    seeded: Sequence[Sequence[Seeded]],
    flat: bool,
) -> Reviews:
    """Review every document by a head that has learnt all of them and takes this one back."""
    embedded = embed_spans(model, [example.words for example in test])
    windows = [
        AnnotatedWindow(
            Annotated(sentence, [item.span for item in items]),
            [Token(place, place + 1) for place in range(len(sentence.words))],  # words as offsets
        )
        for sentence, items in zip(embedded, seeded, strict=True)
    ]
    head = InstantHead(Scaling.of(model), flat)
    documents = [windows[first : first + DOCUMENT] for first in range(0, len(windows), DOCUMENT)]
    for document in documents:
        head.learn([window.annotated for window in document])
    return [reviews for document in documents for reviews in _without(head, document)]


def _without(
    head: InstantHead, document: Sequence[AnnotatedWindow]
) -> Iterator[list[SpanReview | None]]:
    rest = take_back(head, [document])
    suggester = rest.suggester()
    for window in document:
        reviews = {
            review.entity.key: SpanReview(
                review.score, Span(*review.suggestion.key) if review.suggestion else None
            )
            for review in review_window(rest, suggester, window)
            if review.entity is not None
        }
        yield [reviews.get(span.key) for span in window.annotated.entities]


def _both(seeded: Sequence[Sequence[Seeded]], by_model: Reviews, by_head: Reviews) -> Reviews:
    """Joined as `combine` joins them; the model's alone where the head cannot judge."""
    joined: Reviews = []
    for items, *sentence in zip(seeded, by_model, by_head, strict=True):
        joined.append([])
        for item, model, head in zip(items, *sentence, strict=True):
            if model is None or head is None:
                joined[-1].append(model or head)
                continue
            suggestion = head.suggestion if model.suggestion == item.span else model.suggestion
            joined[-1].append(SpanReview(joint_score(model.score, head.score), suggestion))
    return joined


def _row(
    finder: str, seed: int, seeded: Sequence[Sequence[Seeded]], reviews: Reviews
) -> dict[str, Any]:
    pairs = [
        (item, review)
        for items, sentence in zip(seeded, reviews, strict=True)
        for item, review in zip(items, sentence, strict=True)
        if review is not None
    ]
    ranked = sorted(pairs, key=lambda pair: -pair[1].score)
    wrong = [(item, review) for item, review in pairs if item.kind]
    precisions = {
        f"at {count}": sum(item.kind is not None for item, _ in ranked[:count]) / count
        for count in FIRST
    }
    defined = 0 < len(wrong) < len(pairs)  # else nothing can be ranked
    return {
        "finder": finder,
        "seed": seed,
        "spans": len(pairs),
        "errors": len(wrong),
        **(precisions if defined else dict.fromkeys(precisions)),
        "auroc": _auroc(pairs) if defined else None,
        "mended": mean(item.truth == review.suggestion for item, review in wrong)
        if defined
        else None,
    }


def _auroc(pairs: Sequence[tuple[Seeded, SpanReview]]) -> float:
    return auroc([review.score for _, review in pairs], [bool(item.kind) for item, _ in pairs])
