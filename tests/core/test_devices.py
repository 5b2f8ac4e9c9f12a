"""What a GPU would do, as far as a CPU can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from core.config import TrainingConfig
from core.devices import best_device, has_bfloat16_matrices, mixed_precision, send
from core.diffusion.constraints import Constraints
from core.diffusion.sampler import denoise
from core.evaluation.evaluate import select_spans
from core.inference.candidates import propose
from core.modeling.model import DiffusionNER
from core.training.objective import diffusion_losses
from core.types import SamplerSettings, Span
from tests.core.conftest import Learned, NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]
SETTINGS = SamplerSettings(steps=3, num_spans=30)


class Waiting(TorchDispatchMode):
    """Counts the operations for which the program would wait for a GPU: those that make a
    number, or a shape, out of values."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__
        by_mask = name == "index" and any(
            index is not None and index.dtype == torch.bool for index in args[1]
        )
        self.count += by_mask or name in {"_local_scalar_dense", "nonzero", "_unique2", "bincount"}
        return func(*args, **(kwargs or {}))


def test_the_counter_sees_what_waits() -> None:
    with Waiting() as waiting:
        assert torch.ones(3).sum() > 2
        torch.ones(3).nonzero()
        torch.ones(3)[torch.ones(3) > 0]
    assert waiting.count == 3


@pytest.mark.parametrize("decided", [False, True])
def test_no_denoising_step_waits_for_the_device(new_model: NewModel, decided: bool) -> None:
    """Nor one that keeps to what a person decided, for several seeds and with fresh noise."""
    settings = replace(SETTINGS, ensemble=2, eta=1.0) if decided else SETTINGS
    rule = Constraints((Span(0, 1, "PER"),), (Span(1, 2, "LOC"),))
    steps = denoise(new_model(), WORDS, settings, [rule] * len(WORDS) if decided else None)
    next(steps)
    with Waiting() as waiting:
        assert len(list(steps)) == 2
    assert waiting.count == 0


@pytest.fixture
def transfers(monkeypatch: pytest.MonkeyPatch) -> list[torch.Size]:
    """The shapes of all tensors that are copied to the host, as lists or numbers."""
    shapes: list[torch.Size] = []

    def counted(name: str) -> Callable[..., Any]:
        original = getattr(Tensor, name)

        def copied(tensor: Tensor, *args: Any) -> Any:
            shapes.append(tensor.shape)
            return original(tensor, *args)

        return copied

    for name in ("tolist", "cpu", "item"):
        monkeypatch.setattr(Tensor, name, counted(name))
    return shapes


@pytest.mark.parametrize("num_spans", [4, 120])
def test_decoding_a_batch_waits_three_times_for_the_device(
    new_model: NewModel, transfers: list[torch.Size], num_spans: int
) -> None:
    """For the number of distinct spans, for how many of them count, and for those."""
    model, settings = new_model(), SamplerSettings(3, num_spans)
    with Waiting() as waiting:
        (row, *_) = propose(model, WORDS, settings)
    assert len(list(model.inference_batches(WORDS))) == 1
    assert row
    sizes, _ = transfers
    assert sizes == (2,)
    assert waiting.count == 1


def test_spans_below_the_threshold_never_leave_the_device(
    new_model: NewModel, transfers: list[torch.Size]
) -> None:
    model, settings = new_model(), SamplerSettings(3, 120)
    everything = sorted(c.score for row in propose(model, WORDS, settings) for c in row)
    assert len(everything) > 50
    threshold = everything[-5]
    assert transfers.pop()[0] == len(everything)
    propose(model, WORDS, settings, threshold)
    assert transfers.pop()[0] == 5


def test_the_losses_wait_for_the_costs_of_the_matching_alone(
    new_model: NewModel, transfers: list[torch.Size]
) -> None:
    model, config = new_model().train(), TrainingConfig(num_spans=30)
    random = torch.Generator().manual_seed(0)
    batch = model.batch(WORDS)
    with Waiting() as encoding:
        model.encode(batch)
    with Waiting() as waiting:
        losses = diffusion_losses(model, SENTENCES, config, random)
    assert waiting.count == encoding.count <= 1, "transformers looks whether there is padding"
    assert transfers == [(len(SENTENCES), 30, 4)]
    sum(losses.values()).backward()  # type: ignore[union-attr]


def test_attention_on_cuda_is_not_cudnns(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.backends.cuda.cudnn_sdp_enabled()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    try:
        torch.backends.cuda.enable_cudnn_sdp(True)
        assert best_device() == "cuda"
        assert not torch.backends.cuda.cudnn_sdp_enabled()
    finally:
        torch.backends.cuda.enable_cudnn_sdp(before)


def test_half_the_bits_find_the_same_entities(
    learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = DiffusionNER.load(learned.folder)
    threshold = model.config.threshold
    exact = propose(model, WORDS, SETTINGS)
    monkeypatch.setattr("core.devices._BFLOAT16", {"cpu"})
    half = propose(model, WORDS, SETTINGS)
    assert half != exact
    assert [select_spans(item, threshold, flat=False) for item in half] == [
        select_spans(item, threshold, flat=False) for item in exact
    ]
    scores = {item.span: item.score for row in exact for item in row if item.score > threshold}
    result = {item.span: item.score for row in half for item in row if item.score > threshold}
    assert result == pytest.approx(scores, abs=0.1 / 3)


@pytest.mark.parametrize(
    ("capabilities", "is_faster"),
    [
        ({}, False),
        ({"cpu_name": "Intel(R) Xeon(R)", "amx_bf16": True, "avx512_bf16": True}, True),
        ({"cpu_name": "Intel(R) Xeon(R)", "amx_bf16": False, "avx512_bf16": True}, False),
        ({"cpu_name": "AMD EPYC 9374F", "avx512_bf16": True}, True),
        ({"cpu_name": "AMD EPYC 7763", "avx2": True}, False),
    ],
)
def test_bfloat16_is_for_the_cpus_that_gain_by_it(
    capabilities: dict[str, object], is_faster: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "core.devices.torch.cpu.get_capabilities", lambda: capabilities, raising=False
    )
    assert has_bfloat16_matrices() == is_faster


def test_a_cpu_is_given_every_bit_and_the_tensor_itself() -> None:
    cpu = torch.device("cpu")
    with mixed_precision(cpu):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
    tensor = torch.arange(3)
    assert send(tensor, cpu) is tensor
