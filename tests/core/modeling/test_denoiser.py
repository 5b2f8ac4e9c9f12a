from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.modeling.denoiser import BoundaryLogProbs
from core.modeling.embeddings import sinusoidal
from core.modeling.model import DiffusionNER
from tests.core.conftest import NewModel

SHORT = ("Bo", "met", "Ann")
LONG = ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council")
ablations = pytest.mark.parametrize(
    "options",
    [
        {},
        {"self_attention": False},
        {"cross_attention": False},
        {"self_attention": False, "cross_attention": False},
        {"lstm_layers": 1, "scale": 2.0},
    ],
    ids=str,
)


def noise(rows: int, num_spans: int = 12, seed: int = 0) -> Tensor:
    return torch.randn(rows, num_spans, 2, generator=torch.Generator().manual_seed(seed))


def run(
    model: DiffusionNER, sentences: list[tuple[str, ...]], x_t: Tensor, t: int
) -> BoundaryLogProbs:
    sentence = model.encode(model.batch(sentences))
    return model.denoiser(x_t, torch.full((len(sentences),), t), sentence)


@ablations
@torch.no_grad()
def test_padding_changes_no_prediction(new_model: NewModel, options: dict[str, bool]) -> None:
    model = new_model(**options)
    x_t = noise(2)
    single = run(model, [SHORT], x_t[1:], 400)
    padded = run(model, [LONG, SHORT], x_t, 400)
    for item, both in (
        (single.left_log_probs, padded.left_log_probs),
        (single.right_log_probs, padded.right_log_probs),
    ):
        assert torch.allclose(item[0], both[1, :, :3], atol=1e-4)
        assert both[1, :, 3:].exp().sum() == 0
    assert torch.equal(single.best()[0], padded.best()[1])
    words = single.best()
    with_padding = torch.cat([words, words])
    example = model.denoiser.type_logits(words, model.encode(model.batch([SHORT])))
    both = model.denoiser.type_logits(with_padding, model.encode(model.batch([LONG, SHORT])))
    assert torch.allclose(example[0], both[1], atol=1e-4)


@ablations
@torch.no_grad()
def test_boundaries_are_distributions_over_words_and_in_order(
    new_model: NewModel, options: dict[str, bool]
) -> None:
    output = run(new_model(**options), [LONG, SHORT], noise(2), 1000)
    for log_probs in (output.left_log_probs, output.right_log_probs):
        assert log_probs.shape == (2, 12, 10)
        assert torch.allclose(log_probs.exp().sum(-1), torch.ones(2, 12), atol=1e-5)
    left, right = output.best().unbind(-1)
    assert bool((left <= right).all())
    assert bool((right < torch.tensor([[10], [3]])).all())


def pointed(*rows: tuple[list[float], list[float]]) -> BoundaryLogProbs:
    """One sentence's noisy spans by P^l and P^r of its words."""
    left, right = zip(*rows, strict=True)
    return BoundaryLogProbs(torch.tensor([left]).log(), torch.tensor([right]).log())


def test_a_noisy_span_proposes_its_best_boundaries_then_pairs_of_its_two_likeliest() -> None:
    (result,) = pointed(([0.1, 0.6, 0.3, 0.0], [0.0, 0.1, 0.2, 0.7])).candidates(torch.tensor([4]))[
        0
    ]
    assert result.tolist() == [[1, 3], [1, 3], [1, 2], [2, 3], [2, 2]]


def test_a_pair_in_the_wrong_order_gives_way_to_the_best() -> None:
    (result,) = pointed(([0.0, 0.2, 0.8], [0.0, 0.6, 0.4])).candidates(torch.tensor([3]))[0]
    assert result.tolist() == [[2, 2], [2, 2], [2, 2], [1, 1], [1, 2]]


@pytest.mark.parametrize("sentences", [[("Bo",)], [("Bo",), LONG]], ids=["alone", "padded"])
@torch.no_grad()
def test_a_sentence_of_one_word_proposes_that_word(
    new_model: NewModel, sentences: list[tuple[str, ...]]
) -> None:
    lengths = torch.tensor([len(words) for words in sentences])
    close = run(new_model(), sentences, noise(len(sentences)), 800).candidates(lengths)
    assert not close[0].any()


@ablations
@torch.no_grad()
def test_what_is_proposed_starts_with_the_best_is_in_order_and_does_not_depend_on_padding(
    new_model: NewModel, options: dict[str, bool]
) -> None:
    model, x_t, lengths = new_model(**options), noise(2), torch.tensor([10, 3])
    output = run(model, [LONG, SHORT], x_t, 900)
    close = output.candidates(lengths)
    assert close.shape == (2, 12, 5, 2)
    assert torch.equal(close[:, :, 0], output.best())
    assert bool((close[..., 0] <= close[..., 1]).all())
    assert bool((close[..., 1] < lengths[:, None, None]).all())
    assert len({tuple(item) for item in close[0, 0].tolist()}) > 1
    single = run(model, [SHORT], x_t[1:], 900).candidates(lengths[1:])
    assert torch.equal(single[0], close[1])


@torch.no_grad()
def test_noisy_spans_are_exchangeable(new_model: NewModel) -> None:
    model = new_model()
    x_t = noise(1)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(1))
    straight = run(model, [LONG], x_t, 700).left_log_probs
    shuffled = run(model, [LONG], x_t[:, order], 700).left_log_probs
    assert torch.allclose(straight[:, order], shuffled, atol=1e-5)


@torch.no_grad()
def test_spans_see_each_other_through_self_attention_alone(new_model: NewModel) -> None:
    x_t = noise(1)
    changed = x_t.clone()
    changed[0, -1] = torch.tensor([-1.0, 1.0])
    for ablated in (False, True):
        model = new_model(self_attention=not ablated)
        before, after = (run(model, [LONG], item, 500).left_log_probs for item in (x_t, changed))
        assert torch.allclose(before[0, 0], after[0, 0], atol=1e-6) == ablated


@torch.no_grad()
def test_a_span_sees_words_outside_it_through_cross_attention_alone(new_model: NewModel) -> None:
    states = torch.randn(1, 6, 32, generator=torch.Generator().manual_seed(0))
    changed = states.clone()
    changed[0, 5] += 1.0
    x_t = torch.tensor([[[-0.9, -0.9]]])  # the first word
    for ablated in (False, True):
        denoiser = new_model(cross_attention=not ablated).denoiser
        probs = [
            denoiser(x_t, torch.tensor([500]), denoiser.encode(item, torch.tensor([6])))
            for item in (states, changed)
        ]
        # The pointer reads word 5 anew, so compare the words before it with one another.
        first, second = (prob.left_log_probs[0, 0, :5].log_softmax(-1) for prob in probs)
        assert torch.allclose(first, second, atol=1e-6) == ablated


@torch.no_grad()
def test_the_timestep_matters(new_model: NewModel) -> None:
    model = new_model()
    early, late = (run(model, [LONG], noise(1), t).left_log_probs for t in (1, 1000))
    assert not torch.allclose(early, late)


@torch.no_grad()
def test_more_noisy_spans_than_in_training_are_no_matter(new_model: NewModel) -> None:
    model = new_model(self_attention=False)
    x_t = noise(1, 40)
    many = run(model, [LONG], x_t, 500).left_log_probs
    few = run(model, [LONG], x_t[:, :3], 500).left_log_probs
    assert torch.allclose(many[:, :3], few, atol=1e-5)


@torch.no_grad()
def test_the_type_depends_on_the_predicted_span_alone(new_model: NewModel) -> None:
    model = new_model()
    sentence = model.encode(model.batch([LONG]))
    logits = model.denoiser.type_logits(torch.tensor([[[6, 9], [1, 3], [6, 9]]]), sentence)
    assert logits.shape == (1, 3, 5)
    assert torch.allclose(logits[0, 0], logits[0, 2], atol=1e-6)
    assert not torch.allclose(logits[0, 0], logits[0, 1], atol=1e-3)


def test_dropout_is_the_configurations_but_in_the_type_classifier(new_model: NewModel) -> None:
    denoiser = new_model(dropout=0.3).denoiser
    rates: dict[bool, set[float]] = {True: set(), False: set()}
    for name, module in denoiser.named_modules():
        if isinstance(module, torch.nn.Dropout):
            rates[name.startswith("types.")].add(module.p)
    assert rates == {True: {0.33}, False: {0.3}}


def test_a_timestep_is_embedded_by_sines_and_cosines() -> None:
    result = sinusoidal(torch.tensor([0.0, 2.0]), 4)
    second = torch.tensor(2.0 / 100.0)
    expected = [torch.tensor(2.0).sin(), second.sin(), torch.tensor(2.0).cos(), second.cos()]
    assert result[0].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert result[1].tolist() == pytest.approx([item.item() for item in expected])
