"""The paper's network against values that are computed by hand, in numpy, from its equations."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.config import Departure, ModelConfig, new_model_config
from core.inference.instant.embeddings import embed_spans
from core.inference.label_errors import review_spans
from core.modeling.file_format import outdated
from core.modeling.model import CONFIG, DiffusionNER, ModelError
from core.modeling.paper.denoiser import PaperBatch, PaperDenoiser, TypedLogProbs
from core.modeling.paper.parts import AdditivePointer, MeanPooling
from tests.core.conftest import LABELS, NewModel
from tests.core.tiny import SENTENCES

Array = NDArray[np.float64]
PAPER: dict[str, Any] = {"architecture": "paper", "lstm_layers": 1}
DEPARTURES: tuple[Departure, ...] = ("words", "features", "positions", "pointer", "matching")
WORDS = [example.words for example in SENTENCES]


def array(values: Tensor) -> Array:
    return values.detach().double().numpy()


def linear(layer: object, values: Array) -> Array:
    assert isinstance(layer, nn.Linear)
    bias = 0.0 if layer.bias is None else array(layer.bias)
    return values @ array(layer.weight).T + bias


def perceptron(layers: object, values: Array) -> Array:
    """Two layers with a ReLU between them."""
    assert isinstance(layers, nn.Sequential)
    return linear(layers[2], np.maximum(linear(layers[0], values), 0))


def noise(model: DiffusionNER, spans: int = 7) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(len(WORDS), spans, 2, generator=generator), torch.full((len(WORDS),), 400)


def test_a_span_is_the_mean_of_its_words() -> None:
    states = torch.tensor([[[1.0, 10.0], [3.0, 30.0], [8.0, 80.0]]])
    pooling = MeanPooling()
    spans = torch.tensor([[[0, 0], [0, 1], [1, 2], [0, 2]]])
    features = pooling(pooling.table(states), spans)
    assert features.tolist() == [[[1, 10], [2, 20], [5.5, 55], [4, 40]]]


def test_a_pointer_is_the_sigmoid_of_a_perceptron_over_the_sum_of_word_and_span() -> None:
    torch.manual_seed(0)
    pointer, states, spans = AdditivePointer(4), torch.randn(1, 3, 4), torch.randn(1, 2, 4)
    mask = torch.tensor([[True, True, False]])
    log_probs = pointer(pointer.words(states), spans, torch.zeros(1, 2, 3), mask)
    for slot in range(2):
        for word in range(3):
            fused = linear(pointer.words, array(states[0, word]))
            fused = fused + linear(pointer.spans, array(spans[0, slot]))
            logit = perceptron(pointer.perceptron, fused)[0]
            expected = 0.0 if word == 2 else 1 / (1 + math.exp(-logit))
            assert log_probs[0, slot, word].exp().item() == pytest.approx(expected, abs=1e-6)


def test_the_time_is_added_after_the_span_encoder_as_vaswani_embeds_it(
    new_model: NewModel,
) -> None:
    """H̄_X = SpanEncoder(H_S, H_X) + E_t, and P^c is a perceptron with a softmax on it."""
    model = new_model(**PAPER)
    denoiser = model.denoiser
    assert isinstance(denoiser, PaperDenoiser)
    x_t, t = noise(model)
    with torch.no_grad():
        encoded = model.encode(model.batch(WORDS))
        output = denoiser(x_t, t, encoded)
        visible: list[Array] = []
        handle = denoiser.span_encoder.register_forward_hook(
            lambda *arguments: visible.append(array(arguments[2]))
        )
        denoiser(x_t, t, encoded)
        handle.remove()
    half = model.config.hidden_size // 2
    angles = 400 * np.exp(-math.log(10_000) * np.arange(half) / half)
    spans = visible[0] + np.concatenate([np.sin(angles), np.cos(angles)])
    logits = perceptron(denoiser.classifier, spans)
    probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    assert array(output.type_probs()) == pytest.approx(probs, abs=1e-4)
    assert isinstance(encoded, PaperBatch)
    word_states = array(encoded.left_word_states)[:, None]  # H_S W_S
    fused = word_states + linear(denoiser.left.spans, spans)[:, :, None]
    left = 1 / (1 + np.exp(-perceptron(denoiser.left.perceptron, fused)[..., 0]))
    words = array(encoded.mask)[:, None]
    assert array(output.left_log_probs.exp()) * words == pytest.approx(left * words, abs=1e-4)


def test_a_span_proposes_its_two_argmaxes_alone() -> None:
    left = torch.tensor([[[0.9, 0.2, 0.1], [0.1, 0.2, 0.8]]]).log()
    right = torch.tensor([[[0.3, 0.9, 0.8], [0.7, 0.2, 0.6]]]).log()
    output = TypedLogProbs(left, right, torch.zeros(1, 2, 3))
    assert output.candidates(torch.tensor([3])).tolist() == [[[[0, 1]], [[2, 2]]]], "not crossed"
    assert output.type_probs().tolist() == [[[pytest.approx(1 / 3)] * 3] * 2]


@pytest.mark.parametrize("departure", [None, *DEPARTURES])
@torch.no_grad()
def test_padding_changes_no_prediction(new_model: NewModel, departure: Departure | None) -> None:
    options = PAPER | {"departures": () if departure is None else (departure,)}
    model = new_model(**options)
    x_t, t = noise(model)
    combined = model.denoiser(x_t, t, model.encode(model.batch(WORDS)))
    for row, words in enumerate(WORDS):
        batch = model.encode(model.batch([words]))
        single = model.denoiser(x_t[row : row + 1], t[:1], batch)
        length = len(words)
        assert torch.allclose(single.type_logits[0], combined.type_logits[row], atol=1e-4)
        for name in ("left_log_probs", "right_log_probs"):
            padded = getattr(combined, name)[row]
            assert torch.allclose(getattr(single, name)[0], padded[:, :length], atol=1e-4)
            assert padded[:, length:].exp().sum() == 0


@pytest.mark.parametrize("departures", [(), DEPARTURES])
def test_a_saved_model_keeps_its_architecture(
    new_model: NewModel, tmp_path: Path, departures: tuple[Departure, ...]
) -> None:
    model = new_model(**PAPER, departures=departures)
    model.save(tmp_path)
    loaded = DiffusionNER.load(tmp_path)
    assert loaded.config == model.config
    assert isinstance(loaded.denoiser, PaperDenoiser)
    state = loaded.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


def test_an_architecture_that_is_not_known_teaches(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    saved = json.loads((tmp_path / CONFIG).read_text())
    assert saved["model"]["architecture"] == "spanneal"
    saved["model"]["architecture"] = "transducer"
    (tmp_path / CONFIG).write_text(json.dumps(saved))
    expected = "has the architecture 'transducer', expected one of spanneal, paper; .*update"
    with pytest.raises(ModelError, match=expected):
        DiffusionNER.load(tmp_path)
    with pytest.raises(ValueError, match="architecture must be one of spanneal, paper, got 'x'"):
        new_model_config(LABELS, "x")  # type: ignore[arg-type]


def test_a_folder_that_names_no_architecture_is_ours(new_model: NewModel, tmp_path: Path) -> None:
    model = new_model()
    model.save(tmp_path)
    saved = json.loads((tmp_path / CONFIG).read_text())
    saved["architecture"] = 4
    del saved["model"]["architecture"], saved["model"]["departures"]
    (tmp_path / CONFIG).write_text(json.dumps(saved))
    assert outdated(saved) is None
    assert DiffusionNER.load(tmp_path).config == model.config


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"departures": ("words",)}, r"made from the architecture 'paper', got \['words'\] for"),
        (PAPER | {"departures": ("luck",)}, "a departure must be one of words, .* got 'luck'"),
        ({"architecture": "paper"}, "ends in a BiLSTM: lstm_layers must be at least 1, got 0"),
    ],
)
def test_settings_that_do_not_fit_the_architecture_teach(
    options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        ModelConfig(LABELS, **options)


@torch.no_grad()
def test_labels_that_are_known_keep_their_type_probabilities(new_model: NewModel) -> None:
    model = new_model(**PAPER)
    changed = model.with_labels(("PER", "DRUG", "LOC"))
    x_t, t = noise(model)
    before, after = (
        network.denoiser(x_t, t, network.encode(network.batch(WORDS))).type_logits
        for network in (model, changed)
    )
    assert torch.allclose(after[..., [0, 2, 3]], before[..., [3, 0, 4]], atol=1e-6)
    assert torch.allclose(after[..., 1], before[..., :4].mean(-1), atol=1e-6)


@torch.inference_mode()
def test_spans_are_typed_in_the_precision_in_which_words_were_encoded(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.devices._BFLOAT16", {"cpu"})
    model = new_model(**PAPER).eval()

    (embedded,) = embed_spans(model, WORDS[:1])
    ((review, *_),) = review_spans(model, WORDS[:1], [SENTENCES[0].entities])

    assert embedded.embeddings.dtype == torch.float32
    assert 0 <= review.score <= 1
