"""Linear layers in bfloat16, on a CPU that may or may not be made for it."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

from core.inference.pipeline import Pipeline
from core.modeling.half_linear import HalfLinear, halve_linears
from core.modeling.model import DiffusionNER
from tests.core.conftest import NewModel

TEXT = "Anna said the Oslo Peace Prize went to Bo Li in May"


@pytest.fixture
def made_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.modeling.half_linear.has_bfloat16_matrices", lambda: True)


def halves(network: nn.Module) -> list[str]:
    return [name for name, module in network.named_modules() if isinstance(module, HalfLinear)]


def test_a_cpu_that_is_slower_in_bfloat16_keeps_float32(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.devices.torch.cpu.get_capabilities", dict, raising=False)
    model = new_model()
    halve_linears(model)
    assert not halves(model)


@pytest.mark.usefixtures("made_for_it")
def test_only_wide_layers_are_rounded() -> None:
    network = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 1))
    halve_linears(network)
    assert halves(network) == ["0"]
    assert list(network.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


@pytest.mark.usefixtures("made_for_it")
def test_inputs_and_weights_are_rounded_but_not_for_gradients_in_evaluation() -> None:
    layer = nn.Sequential(nn.Linear(64, 64)).eval()
    x = torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    exact = layer(x)
    halve_linears(layer)
    assert torch.equal(layer(x), exact)
    with torch.inference_mode():
        rounded = layer(x)
    trained = layer.train()(x)
    assert torch.equal(trained, rounded)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, exact)
    assert torch.allclose(rounded, exact, atol=0.02)


@pytest.mark.usefixtures("made_for_it")
@pytest.mark.parametrize("rows", [1, 32, 33])
def test_gradients_of_training_are_those_of_an_ordinary_layer_but_for_rounding(rows: int) -> None:
    layers = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 64))
    x = torch.randn(rows, 64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    inputs = [x, *layers.parameters()]
    exact = torch.autograd.grad(layers(x).square().sum(), inputs)
    halve_linears(layers)
    rounded = torch.autograd.grad(layers(x).square().sum(), inputs)
    for gradient, expected in zip(rounded, exact, strict=True):
        assert gradient.dtype == torch.float32
        assert (gradient - expected).norm() < 0.01 * expected.norm()


@pytest.mark.usefixtures("made_for_it")
def test_changed_weights_are_rounded_again() -> None:
    layer = nn.Sequential(nn.Linear(64, 64))
    halve_linears(layer)
    x = torch.ones(1, 64)
    with torch.inference_mode():
        layer(x)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        assert not layer(x).any()


@pytest.mark.usefixtures("made_for_it")
@pytest.mark.parametrize("fused", [True, False])
def test_what_an_optimizer_changed_is_rounded_again_in_the_next_evaluation(fused: bool) -> None:
    layer = nn.Sequential(nn.Linear(64, 64))
    halve_linears(layer)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1, fused=fused)
    x = torch.ones(1, 64)
    outputs = []
    for _ in range(2):
        with torch.inference_mode():
            outputs.append(layer.eval()(x))
        layer.train()(x).square().sum().backward()
        optimizer.step()
    with torch.inference_mode():
        outputs.append(layer.eval()(x))
    assert not any(torch.equal(*pair) for pair in pairwise(outputs))


@pytest.mark.usefixtures("made_for_it")
@pytest.mark.parametrize("exact", [True, False])
def test_weights_of_a_half_precision_file_are_held_in_it_until_training(exact: bool) -> None:
    layer = nn.Linear(64, 64)
    if exact:
        layer.weight.data = layer.weight.data.half().float()
    weight, parameter = layer.weight.data.clone(), layer.weight
    x = torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    exact_output = layer(x)
    halve_linears(nn.Sequential(layer).eval())
    with torch.inference_mode():
        rounded = layer(x)
        again = layer(x)
    assert torch.equal(rounded, again)
    assert layer.weight.dtype == (torch.float16 if exact else torch.float32)
    assert torch.equal(layer(x), exact_output)
    layer.train()
    assert layer.weight is parameter
    assert layer.weight.dtype == torch.float32
    assert torch.equal(layer.weight.data, weight)
    layer(x).sum().backward()
    assert layer.weight.grad is not None


@pytest.mark.usefixtures("made_for_it")
def test_a_frozen_layer_of_a_half_precision_file_can_be_taught_once_it_was_evaluated() -> None:
    layer = nn.Linear(64, 64).requires_grad_(False)
    layer.weight.data = layer.weight.data.half().float()
    halve_linears(nn.Sequential(layer).eval())
    x = torch.ones(2, 64)
    with torch.inference_mode():
        before = layer(x)
    layer.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    layer(x).square().sum().backward()
    optimizer.step()
    with torch.inference_mode():
        assert not torch.equal(layer.eval()(x), before)


@pytest.mark.usefixtures("made_for_it")
def test_a_pickled_pipeline_predicts_the_same(new_model: NewModel, tmp_path: Path) -> None:
    new_model(hidden_size=64).save(tmp_path)
    ner = Pipeline.from_pretrained(tmp_path, "cpu")
    copy = pickle.loads(pickle.dumps(ner))
    assert halves(copy.model) == halves(ner.model) != []
    assert copy(TEXT, threshold=0.0) == ner(TEXT, threshold=0.0)
    assert not halves(DiffusionNER.load(tmp_path))


@pytest.mark.usefixtures("made_for_it")
def test_what_stays_in_bfloat16_between_two_layers_changes_no_bit() -> None:
    feed_forward = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 64)).eval()
    bert = BertLayer(BertConfig(hidden_size=64, num_attention_heads=2, intermediate_size=128))
    halve_linears(nn.ModuleList([feed_forward, bert]))
    first = [module for module in (*feed_forward, *bert.modules()) if is_before_activation(module)]
    assert first == [feed_forward[0], bert.intermediate.dense]
    x = torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        output = feed_forward(x)
        feed_forward[0]._before_activation = False  # type: ignore[union-attr, assignment]
        assert torch.equal(output, feed_forward(x))
    assert output.dtype == torch.float32


def is_before_activation(module: nn.Module) -> bool:
    return isinstance(module, HalfLinear) and module._before_activation


@pytest.mark.usefixtures("made_for_it")
@pytest.mark.parametrize("after", [[nn.Linear(64, 3)], [nn.Dropout(), nn.Linear(64, 64)]])
def test_what_no_rounding_layer_follows_is_float32(after: list[nn.Module]) -> None:
    layers = nn.Sequential(nn.Linear(64, 64), nn.GELU(), *after).eval()
    halve_linears(layers)
    with torch.inference_mode():
        assert layers(torch.ones(2, 64)).dtype == layers[0](torch.ones(2, 64)).dtype
