"""The type of any span: what training sees of all of them, and what inference asks of a few."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

import pytest
import torch
from torch import Tensor, nn

from core.config import TrainingConfig
from core.model import DiffusionNER
from core.objective import LONGEST, diffusion_losses
from core.span_types import SpanTypes
from core.types import Example, WordSpan
from tests.core.conftest import LABELS, NewModel
from tests.core.tiny import SENTENCES

SHORT, LONG = SENTENCES[0].words, SENTENCES[2].words


@pytest.fixture
def model(new_model: NewModel) -> DiffusionNER:
    """Untrained, with widths that differ."""
    model = new_model(max_words=100)
    nn.init.normal_(model.denoiser.types.width, generator=torch.Generator().manual_seed(0))
    return model


def said(model: DiffusionNER, *sentences: tuple[str, ...], longest: int = 99) -> tuple[Tensor, ...]:
    sentence = model.read(model.batch(sentences))
    return model.denoiser.types.everywhere(sentence.type_table, longest)


@pytest.mark.parametrize("longest", [1, 3, 99])
@torch.no_grad()
def test_everywhere_says_of_each_span_what_it_says_of_that_span_alone(
    model: DiffusionNER, longest: int
) -> None:
    everywhere, spans = said(model, SHORT, LONG, longest=longest)
    expected = [
        [left, right]
        for left, right in combinations_with_replacement(range(len(LONG)), 2)
        if right - left < longest
    ]
    assert spans.tolist() == expected
    asked = spans.expand(2, -1, -1)
    alone = model.denoiser.type_logits(asked, model.read(model.batch([SHORT, LONG])))
    assert everywhere.shape == (2, len(expected), len(LABELS) + 1)
    assert torch.allclose(everywhere, alone, atol=1e-5)


@torch.no_grad()
def test_a_sentences_types_do_not_depend_on_the_batch_or_its_padding(model: DiffusionNER) -> None:
    alone, spans = said(model, SHORT)
    for others in ((LONG,), (LONG, ("Oslo",))):
        padded, more = said(model, SHORT, *others)
        there = (more < len(SHORT)).all(-1)
        assert torch.equal(more[there], spans)
        assert torch.allclose(padded[0, there], alone[0], atol=1e-5)


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


@torch.no_grad()
def test_untrained_every_span_is_most_probably_none(new_model: NewModel) -> None:
    everywhere, _ = said(new_model(), *(each.words for each in SENTENCES))
    assert bool((everywhere.argmax(-1) == len(LABELS)).all())


@torch.no_grad()
def test_new_labels_start_from_the_mean_of_the_known_in_every_row(model: DiffusionNER) -> None:
    types = model.denoiser.types
    nn.init.normal_(types.scores.bias, generator=torch.Generator().manual_seed(1))
    rows = dict(types.named_parameters())
    assert {name for name, value in rows.items() if len(value) == len(LABELS) + 1} == set(
        SpanTypes.label_rows
    )
    grown = model.with_labels(("DRUG", "PER", *LABELS[:2]))
    after = dict(grown.denoiser.types.named_parameters())
    for name in SpanTypes.label_rows:
        assert torch.allclose(after[name][0], rows[name][:-1].mean(0))
        assert torch.equal(after[name][1:], rows[name][[3, 0, 1, 4]])
    before, _ = said(model, SHORT)
    now, _ = said(grown, SHORT)
    assert torch.allclose(now[..., 1:], before[..., [3, 0, 1, 4]], atol=1e-5)
    assert torch.allclose(now[..., 0], before[..., :-1].mean(-1), atol=1e-5)


def type_loss_of(model: DiffusionNER, *examples: Example) -> Tensor:
    losses = diffusion_losses(
        model, examples, TrainingConfig(num_spans=4), torch.Generator().manual_seed(0)
    )
    return losses["type"]


@torch.no_grad()
def test_the_type_loss_is_the_surprise_at_every_span_a_word_of_the_batch(
    model: DiffusionNER,
) -> None:
    example = Example(("Bo", "Li"), (WordSpan(0, 2, "PER"), WordSpan(1, 2, "LOC")))
    logs = said(model, example.words)[0][0].log_softmax(-1)  # [0, 0], [0, 1], [1, 1]
    none, person, place = len(LABELS), LABELS.index("PER"), LABELS.index("LOC")
    expected = -(logs[0, none] + logs[1, person] + logs[2, place]) / 2
    assert type_loss_of(model, example).item() == pytest.approx(expected.item(), rel=1e-4)


@torch.no_grad()
def test_padding_takes_no_part_in_the_type_loss(model: DiffusionNER) -> None:
    one, two = SENTENCES[0], SENTENCES[2]
    apart = [type_loss_of(model, each).item() * len(each.words) for each in (one, two)]
    words = len(one.words) + len(two.words)
    together = type_loss_of(model, one, two).item()
    assert together == pytest.approx(sum(apart) / words, rel=1e-4)


@torch.no_grad()
def test_longer_spans_take_no_part_in_the_type_loss(model: DiffusionNER) -> None:
    """A longest one does."""
    words = ("the",) * (LONGEST + 2)
    nothing, longest, longer = (
        type_loss_of(model, Example(words, entities)).item()
        for entities in ((), (WordSpan(0, LONGEST, "ORG"),), (WordSpan(0, LONGEST + 1, "ORG"),))
    )
    assert nothing == longer != longest
    _, spans = said(model, words, longest=LONGEST)
    assert int((spans[:, 1] - spans[:, 0]).max()) == LONGEST - 1
    assert len(spans) == (LONGEST + 2) * (LONGEST + 3) // 2 - 3


def test_every_type_learns_from_every_span_and_an_unknown_one_from_none(
    model: DiffusionNER,
) -> None:
    example = replace(SENTENCES[0], labels=frozenset({"ORG", "PER"}))
    type_loss_of(model, example).backward()
    types = model.denoiser.types
    for name in SpanTypes.label_rows:
        gradient = dict(types.named_parameters())[name].grad
        assert gradient is not None
        learnt = [bool(row.any()) for row in gradient]
        assert learnt == [each in ("ORG", "PER") for each in LABELS] + [True], name
    widths = types.width.grad
    assert widths is not None
    assert widths[-1].bool().tolist() == [width < len(SHORT) for width in range(widths.shape[1])]
