"""The reverse process: Algorithm 2 of the paper, as an iterator of steps.

B sentences, K spans (of each of E seeds), M words, C types and ∅ (the last index).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor

from ..devices import mixed_precision, send
from ..inference.constraints import Constraints, Pins
from ..modeling.denoiser import Boundaries, Sentence
from ..modeling.model import DiffusionNER
from ..types import SamplerSettings
from . import boundaries
from .expansion import random_spans

_POINTERS = ("left_log_probs", "right_log_probs")
_PLACES = 6
"""Into how many places the K spans fit; measured in docs/results/training.md."""


@dataclass(frozen=True)
class SamplerStep:
    """One step (t → t_prev) for a batch of sentences."""

    t: int
    t_prev: int
    x_t: Tensor  # (B, K, 2)
    near: Tensor  # (B, K, N, 2): x̂_0 as inclusive word indices, then likely ones beside it
    near_left: Tensor  # (B, K, N): their P^l
    near_right: Tensor  # (B, K, N)
    classify: Callable[[Tensor], Tensor]
    """P^c (B, N, C + 1) of any spans (B, N, 2) of these sentences; no step changes it."""
    seeds: int = 1
    """E; the K spans of one seed follow those of the other."""
    renewed: Tensor | None = None  # (B, K)
    """Which spans start again from noise after this step; None says that none does."""
    point: Callable[[Tensor, int], Boundaries] | None = None
    """P^l and P^r over the words, of one seed's x_t at t."""

    @property
    def words(self) -> Tensor:
        """x̂_0 (B, K, 2)."""
        return self.near[:, :, 0]

    @property
    def left_probs(self) -> Tensor:
        """P^l of it (B, K)."""
        return self.near_left[:, :, 0]

    @property
    def right_probs(self) -> Tensor:
        """P^r of it (B, K)."""
        return self.near_right[:, :, 0]

    @cached_property
    def type_probs(self) -> Tensor:
        """P^c (B, K, C + 1) of this step's spans, computed when asked for: entities need that
        of the distinct spans alone."""
        return self.classify(self.words)

    @cached_property
    def pointers(self) -> tuple[Tensor, Tensor]:
        """P^l and P^r of every word (B, K, M), computed once more when a trace asks for them:
        to keep all of them would cost every denoising memory that few look at."""
        if self.point is None:
            raise ValueError("this step cannot point again; take it from `denoise`")
        parts = [self.point(x_t, self.t) for x_t in self.x_t.chunk(self.seeds, 1)]
        left, right = ([getattr(each, name) for each in parts] for name in _POINTERS)
        return torch.cat(left, 1).exp(), torch.cat(right, 1).exp()


def generator_for(seed: int, words: Sequence[str]) -> torch.Generator:
    """The noise of a sentence: from the seed and its own words, so that it is the same
    whatever other sentences share the batch."""
    digest = zlib.crc32("\0".join(words).encode("utf-8", "surrogatepass"))
    return torch.Generator().manual_seed((seed * 0x9E3779B1 + digest) % 2**63)


@torch.inference_mode()
def denoise(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    settings: SamplerSettings,
    constraints: Sequence[Constraints] | None = None,
    encoded: Sentence | None = None,
) -> Iterator[SamplerStep]:
    """Denoise K random spans in each sentence, yielding every step; an ensemble of E seeds
    denoises E x K, those of one seed after those of the other, and never lets them meet.

    Fixed spans occupy the first slots of each seed, suppressed places are left again. `encoded` is
    the sentences as `DiffusionNER.read` gives them, where that was done before. Raises
    ValueError where `settings.steps` exceeds the model's T or a constraint does not fit.
    """
    pairs = model.schedule.ddim_pairs(settings.steps)
    pins = None
    if constraints is not None and any(each.fixed or each.suppressed for each in constraints):
        lengths = [len(words) for words in sentences]
        pins = Pins.of(constraints, lengths, settings.num_spans, model.device)
    sentence = encoded or model.read(model.batch(sentences))
    classify, point = partial(_types, model, sentence), partial(_point, model, sentence)
    runs = [
        _run(model, sentence, [generator_for(seed, words) for words in sentences], settings, pins)
        for seed in range(settings.seed, settings.seed + settings.ensemble)
    ]
    for (t, t_prev), parts in zip(pairs, zip(*runs, strict=True), strict=True):
        joined = (torch.cat(each, 1) for each in zip(*parts, strict=True))
        x_t, near, left, right, renewed = joined
        yield SamplerStep(
            t, t_prev, x_t, near, left, right, classify, settings.ensemble, renewed, point
        )


@torch.inference_mode()
def _run(
    model: DiffusionNER,
    sentence: Sentence,
    generators: list[torch.Generator],
    settings: SamplerSettings,
    pins: Pins | None,
) -> Iterator[tuple[Tensor, ...]]:
    """At every step one seed's x_t, the boundaries it proposes, their P^l and P^r, and which spans
    start again after it."""
    count = settings.num_spans
    x_t = _noise(generators, count, model.device)
    if pins:
        x_t = torch.where(pins.held, _noised(model, pins.words, sentence, x_t), x_t)
    for t, t_prev in model.schedule.ddim_pairs(settings.steps):
        output = predict(model, x_t, t, sentence)
        near = output.near(sentence.lengths)
        left, right = _probs(output, near)
        if pins:
            near = torch.where(pins.held[:, :, None], pins.words[:, :, None], near)
            left, right = left.masked_fill(pins.held, 1.0), right.masked_fill(pins.held, 1.0)
        words = near[:, :, 0]
        again = _again(words, settings.renew, pins)
        if not t_prev:
            yield x_t, near, left, right, torch.zeros_like(again)
            return
        yield x_t, near, left, right, again
        x_0 = boundaries.to_signal(words, sentence.lengths, model.config.scale)
        noise = _noise(generators, count, model.device) if settings.eta else None
        x_t = model.schedule.ddim_step(x_t, x_0, t, t_prev, settings.eta, noise)
        # always drawn, so that no sentence's noise depends on what is decided in another
        fresh = _fresh(model, generators, count, t_prev)
        x_t = torch.where(again[..., None], fresh, x_t)


def _again(words: Tensor, renew: bool, pins: Pins | None) -> Tensor:
    """Which of the spans (B, K, 2) start again elsewhere: (B, K)."""
    many = crowded(words) if renew else torch.zeros_like(words[..., 0], dtype=torch.bool)
    return many if pins is None else (many & ~pins.held[..., 0]) | pins.taken(words)


def _noised(model: DiffusionNER, words: Tensor, sentence: Sentence, noise: Tensor) -> Tensor:
    """Known spans (B, K, 2) at t = T. Since their x̂_0 is theirs at every step, the DDIM steps
    take them to q(x_t | x_0) at every t, by the same noise while η = 0."""
    x_0 = boundaries.to_signal(words, sentence.lengths, model.config.scale)
    last = torch.full((len(words),), model.schedule.timesteps, device=words.device)
    return model.schedule.q_sample(x_0, last, noise)


def predict(model: DiffusionNER, x_t: Tensor, t: int, sentence: Sentence) -> Boundaries:
    """f_θ(x_t, S, t), equation 5, for one t shared by the batch."""
    times = torch.full((len(x_t),), t, device=x_t.device)
    with mixed_precision(model.device):
        return model.denoiser(x_t, times, sentence)


def crowded(words: Tensor) -> Tensor:
    """Which of the spans (B, K, 2) are too many at their boundaries: (B, K).

    A place holds a sixth of the K spans, the first ones; the rest may look elsewhere.
    """
    same = (words[:, :, None] == words[:, None]).all(-1)  # (B, K, K)
    return same.tril(-1).sum(-1) >= max(1, words.shape[1] // _PLACES)


def _fresh(
    model: DiffusionNER, generators: list[torch.Generator], num_spans: int, t: int
) -> Tensor:
    """Random spans, noised to t (B, K, 2): what training showed the model beside the gold."""
    scale = model.config.scale
    rows = [random_spans(num_spans, scale, generator) for generator in generators]
    noise = _noise(generators, num_spans, torch.device("cpu"))
    times = torch.full((len(rows),), t)
    return send(model.schedule.q_sample(torch.stack(rows), times, noise), model.device)


def _noise(generators: list[torch.Generator], num_spans: int, device: torch.device) -> Tensor:
    rows = [torch.randn(num_spans, 2, generator=generator) for generator in generators]
    return send(torch.stack(rows), device)


def _probs(output: Boundaries, words: Tensor) -> tuple[Tensor, Tensor]:
    """P^l and P^r (B, K, N) at the chosen boundaries (B, K, N, 2)."""
    left = output.left_log_probs.gather(2, words[..., 0])
    right = output.right_log_probs.gather(2, words[..., 1])
    return left.exp(), right.exp()


@torch.inference_mode()
def _point(model: DiffusionNER, sentence: Sentence, x_t: Tensor, t: int) -> Boundaries:
    return predict(model, x_t, t, sentence)


@torch.inference_mode()
def _types(model: DiffusionNER, sentence: Sentence, words: Tensor) -> Tensor:
    with mixed_precision(model.device):
        return model.denoiser.type_logits(words, sentence).softmax(-1)
