"""The type of any span, and how it is taught."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.config import TrainingConfig
from core.data.batching import Gold
from core.modeling.model import DiffusionNER
from core.modeling.type_classifier import VIEW, WIDTHS, TypeClassifier
from core.training import objective
from core.training.objective import diffusion_losses
from core.training.type_supervision import all_spans, supervised_spans
from core.types import Example, Span
from tests.core.conftest import LABELS, NewModel
from tests.core.tiny import SENTENCES

SHORT, LONG = SENTENCES[0].words, SENTENCES[2].words


@pytest.fixture
def model(new_model: NewModel) -> DiffusionNER:
    """Untrained, with widths that differ."""
    model = new_model(max_words=100)
    nn.init.normal_(model.denoiser.types.width, generator=torch.Generator().manual_seed(0))
    return model


def every_span(words: int) -> Tensor:
    """Inclusive indices (N, 2) of all spans of a sentence."""
    return torch.tensor(list(combinations_with_replacement(range(words), 2)))


def predicted(model: DiffusionNER, *sentences: tuple[str, ...]) -> Tensor:
    """Logits (B, N, C + 1) of all spans of the first sentence, in each of them."""
    spans = every_span(len(sentences[0])).expand(len(sentences), -1, -1)
    return model.denoiser.type_logits(spans, model.encode(model.batch(sentences)))


@torch.no_grad()
def test_a_types_logit_is_the_sum_of_what_its_words_its_ends_and_its_width_say(
    model: DiffusionNER,
) -> None:
    """By hand, for spans of one word, of some, and of more than there are widths."""
    types = model.denoiser.types
    states = torch.randn(1, 40, 32, generator=torch.Generator().manual_seed(0))
    spans = torch.tensor([[[3, 3], [2, 5], [1, 39]]])
    result = types(types.table(states), spans)
    features = types.features(types.features.table(states), spans)
    shown = types.scores(types.hidden(features))
    only = torch.ones(1)
    for at, (left, right) in enumerate(spans[0].tolist()):
        first = torch.cat([types.left(states[0, left]), only])
        last = torch.cat([types.right(states[0, right]), only])
        for kind in range(len(LABELS) + 1):
            combined = first @ types.tensor[kind] @ last
            width = types.width[kind, min(right - left, WIDTHS - 1)]
            expected = combined + shown[0, at, kind] + width
            assert result[0, at, kind].item() == pytest.approx(expected.item(), abs=1e-4)
    assert types.tensor.shape == (len(LABELS) + 1, VIEW + 1, VIEW + 1)


@torch.no_grad()
def test_a_sentences_types_do_not_depend_on_the_batch_or_its_padding(model: DiffusionNER) -> None:
    single = predicted(model, SHORT)
    for others in ((LONG,), (LONG, SHORT)):
        assert torch.allclose(predicted(model, SHORT, *others)[0], single[0], atol=1e-5)


@torch.no_grad()
def test_a_span_is_typed_by_its_own_words_and_its_width(model: DiffusionNER) -> None:
    """Of made-up word states, since an encoder lets every word see all others."""
    types = model.denoiser.types
    states = torch.randn(1, 8, 32, generator=torch.Generator().manual_seed(0))
    spans = torch.tensor([[[2, 5]]])
    before = types(types.table(states), spans)
    for word in range(8):
        changed = states.clone()
        changed[0, word] += 1
        after = types(types.table(changed), spans)
        assert torch.allclose(before, after, atol=1e-5) == (not 2 <= word <= 5)
    nn.init.zeros_(types.width[:, 3])
    assert not torch.allclose(before, types(types.table(states), spans), atol=1e-3)


def test_all_spans_at_once_have_the_types_of_each_alone_and_teach_the_same(
    model: DiffusionNER,
) -> None:
    def gradient(logits: Tensor) -> Tensor:
        model.zero_grad()
        (logits.logsumexp(-1) * mask).sum().backward(retain_graph=True)
        return torch.cat([value.grad.flatten() for value in model.denoiser.types.parameters()])

    encoded = model.encode(model.batch([SHORT, LONG * 5]))
    spans, mask = all_spans(encoded.lengths, encoded.mask.shape[1])
    batched = model.denoiser.all_type_logits(spans, encoded)
    single = model.denoiser.type_logits(spans, encoded)
    torch.testing.assert_close(batched[mask], single[mask], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(gradient(batched), gradient(single), atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_new_labels_start_from_the_mean_of_the_known_in_every_row(model: DiffusionNER) -> None:
    types = model.denoiser.types
    nn.init.normal_(types.scores.bias, generator=torch.Generator().manual_seed(1))
    rows = dict(types.named_parameters())
    assert {name for name, value in rows.items() if len(value) == len(LABELS) + 1} == set(
        TypeClassifier.label_rows
    )
    grown = model.with_labels(("DRUG", "PER", *LABELS[:2]))
    after = dict(grown.denoiser.types.named_parameters())
    for name in TypeClassifier.label_rows:
        assert torch.allclose(after[name][0], rows[name][:-1].mean(0))
        assert torch.equal(after[name][1:], rows[name][[3, 0, 1, 4]])
    before, now = predicted(model, SHORT), predicted(grown, SHORT)
    assert torch.allclose(now[..., 1:], before[..., [3, 0, 1, 4]], atol=1e-5)
    assert torch.allclose(now[..., 0], before[..., :-1].mean(-1), atol=1e-5)


def type_loss_of(model: DiffusionNER, *examples: Example) -> Tensor:
    losses = diffusion_losses(
        model, examples, TrainingConfig(num_spans=4), torch.Generator().manual_seed(0)
    )
    return losses["type"]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The spans that are taught, in place of those that would be; change it in place."""
    spans: list[list[int]] = []

    def chosen(
        proposed: Tensor, gold: Gold, lengths: Tensor, generator: torch.Generator, rows: slice
    ) -> tuple[Tensor, Tensor]:
        lengths = lengths[rows]
        words = torch.tensor(spans).expand(len(lengths), -1, -1)
        present = words[..., 1] < lengths[:, None]
        return words.minimum(lengths[:, None, None] - 1), present

    monkeypatch.setattr(objective, "supervised_spans", chosen)
    return spans


@torch.no_grad()
def test_the_type_loss_is_the_mean_surprise_at_the_taught_spans_with_less_of_none(
    model: DiffusionNER, trained: list[list[int]]
) -> None:
    trained += [[0, 0], [0, 1], [1, 1]]
    example = Example(("Bo", "Li"), (Span(0, 2, "PER"), Span(1, 2, "LOC")))
    logs = predicted(model, example.words)[0].log_softmax(-1)
    none, person, location = len(LABELS), LABELS.index("PER"), LABELS.index("LOC")
    weight = TrainingConfig().no_entity_weight
    assert weight == 0.2
    expected = -(weight * logs[0, none] + logs[1, person] + logs[2, location]) / (weight + 2)
    assert type_loss_of(model, example).item() == pytest.approx(expected.item(), rel=1e-4)


@torch.no_grad()
def test_the_boundaries_that_denoising_would_propose_are_taught(
    model: DiffusionNER, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runner-up ones too, as `core.inference.candidates` asks them of the classifier."""
    visible: list[Tensor] = []

    def stored(proposed: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
        visible.append(proposed)
        return supervised_spans(proposed, *rest)

    monkeypatch.setattr(objective, "supervised_spans", stored)
    type_loss_of(model, SENTENCES[0])
    (proposed,) = visible
    assert proposed.shape == (1, 4 * 5, 2)
    assert bool((proposed[..., 0] <= proposed[..., 1]).all())
    assert len({tuple(span) for span in proposed[0].tolist()}) > 4


@torch.no_grad()
def test_what_is_not_there_takes_no_part_in_the_type_loss(
    model: DiffusionNER, trained: list[list[int]]
) -> None:
    """Sentences without entities, so that all spans weigh the same."""
    trained += every_span(9).tolist()
    only, pair = (Example(words) for words in (SHORT, LONG))
    counts = len(every_span(len(SHORT))), len(every_span(9))
    apart = [type_loss_of(model, item).item() for item in (only, pair)]
    expected = sum(a * b for a, b in zip(apart, counts, strict=True)) / sum(counts)
    assert type_loss_of(model, only, pair).item() == pytest.approx(expected, rel=1e-4)


def test_every_type_learns_from_every_taught_span_and_an_unknown_one_from_none(
    model: DiffusionNER, trained: list[list[int]]
) -> None:
    trained += every_span(len(SHORT)).tolist()
    example = replace(SENTENCES[0], labels=frozenset({"ORG", "PER"}))
    type_loss_of(model, example).backward()
    types = model.denoiser.types
    for name in TypeClassifier.label_rows:
        gradient = dict(types.named_parameters())[name].grad
        assert gradient is not None
        learnt = [bool(row.any()) for row in gradient]
        assert learnt == [label in ("ORG", "PER") for label in LABELS] + [True], name
    widths = types.width.grad
    assert widths is not None
    assert widths[-1].bool().tolist() == [width < len(SHORT) for width in range(widths.shape[1])]
