"""The reverse process: Algorithm 2 of the paper, as an iterator of steps.

B sentences, K spans (of each of E seeds), M words, C types and ∅ (the last index).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple

import torch
from torch import Tensor

from ..config import OURS, DecodingRules
from ..devices import mixed_precision, send
from ..modeling.model import DiffusionNER
from ..modeling.network import BoundaryLogProbs, EncodedBatch
from ..types import SamplerSettings
from . import boundaries as codec
from .constraints import ConstraintBatch, Constraints
from .expansion import spans_from

_POINTERS = ("left_log_probs", "right_log_probs")
_MAX_SHARE = 6
"""At most K / 6 spans may share the same boundaries; measured in docs/results/training.md."""


@dataclass(frozen=True)
class SamplerStep:
    """One step (t → t_prev) for a batch of sentences."""

    t: int
    t_prev: int
    x_t: Tensor  # (B, K, 2)
    candidates: Tensor  # (B, K, N, 2): x̂_0 as inclusive word indices, then likely ones beside it
    candidate_left_probs: Tensor  # (B, K, N): their P^l
    candidate_right_probs: Tensor  # (B, K, N)
    classify: Callable[[Tensor], Tensor]
    """Returns P^c (B, N, C + 1) of any spans (B, N, 2) of these sentences; it is the same at every
    step."""
    seeds: int = 1
    """E; the K spans of one seed follow those of the previous one."""
    renewed: Tensor | None = None  # (B, K)
    """Which spans restart from noise after this step; None if none does."""
    pointer_log_probs: Callable[[Tensor, int], BoundaryLogProbs] | None = None
    """Returns log P^l and log P^r over the words for one seed's x_t at t."""
    noisy_type_probs: Tensor | None = None  # (B, K, C + 1)
    """P^c of the noisy spans themselves, for an architecture that types those; else None."""
    decoding: DecodingRules = OURS
    """How entities are read off the steps."""

    @property
    def boundaries(self) -> Tensor:
        """The predicted x̂_0 (B, K, 2) as inclusive word indices."""
        return self.candidates[:, :, 0]

    @property
    def left_probs(self) -> Tensor:
        """P^l (B, K) at the predicted boundaries."""
        return self.candidate_left_probs[:, :, 0]

    @property
    def right_probs(self) -> Tensor:
        """P^r (B, K) at the predicted boundaries."""
        return self.candidate_right_probs[:, :, 0]

    @cached_property
    def type_probs(self) -> Tensor:
        """P^c (B, K, C + 1) of this step's spans; of predicted ones computed on demand, since
        decoding needs it for distinct spans only."""
        if self.noisy_type_probs is not None:
            return self.noisy_type_probs
        return self.classify(self.boundaries)

    @cached_property
    def pointers(self) -> tuple[Tensor, Tensor]:
        """P^l and P^r over all words, each (B, K, M), recomputed on demand: keeping them for every
        step would cost memory that few callers need. Raises ValueError for a step not made by
        `denoise`."""
        if self.pointer_log_probs is None:
            raise ValueError("this step cannot point again; take it from `denoise`")
        parts = [self.pointer_log_probs(x_t, self.t) for x_t in self.x_t.chunk(self.seeds, 1)]
        left, right = ([getattr(output, name) for output in parts] for name in _POINTERS)
        return torch.cat(left, 1).exp(), torch.cat(right, 1).exp()


def generator_for(seed: int, words: Sequence[str]) -> torch.Generator:
    """The generator of a sentence's noise, seeded by `seed` and the sentence's own words, so that
    the noise does not depend on the rest of the batch."""
    digest = zlib.crc32("\0".join(words).encode("utf-8", "surrogatepass"))
    return torch.Generator().manual_seed((seed * 0x9E3779B1 + digest) % 2**63)


@torch.inference_mode()
def denoise(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    settings: SamplerSettings,
    constraints: Sequence[Constraints] | None = None,
    encoded: EncodedBatch | None = None,
) -> Iterator[SamplerStep]:
    """Denoise K random spans in each sentence and yield every step. An ensemble of E seeds denoises
    E x K spans, ordered by seed; spans of different seeds never interact.

    Fixed spans occupy the first slots of each seed; spans that land on suppressed boundaries
    restart. Pass `encoded`, the output of `DiffusionNER.encode`, to skip the encoder. Raises
    ValueError if `settings.steps` exceeds the model's T or a constraint does not fit.
    """
    pairs = model.schedule.ddim_pairs(settings.steps)
    calibration = model.config.calibration_of(settings.flat)
    decoding = replace(model.config.decoding, calibration=calibration)
    rules = None
    if constraints is not None and any(
        sentence.fixed or sentence.suppressed for sentence in constraints
    ):
        lengths = [len(words) for words in sentences]
        rules = ConstraintBatch.of(constraints, lengths, settings.num_spans, model.device)
    batch = encoded or model.encode(model.batch(sentences))
    classify = partial(_type_probs, model, batch)
    pointer_log_probs = partial(_pointer_log_probs, model, batch)
    runs = [
        _run(model, batch, [generator_for(seed, words) for words in sentences], settings, rules)
        for seed in range(settings.seed, settings.seed + settings.ensemble)
    ]
    for (t, t_prev), parts in zip(pairs, zip(*runs, strict=True), strict=True):
        joined = _concatenated(parts)
        yield SamplerStep(
            t,
            t_prev,
            joined.x_t,
            joined.candidates,
            joined.left_probs,
            joined.right_probs,
            classify,
            settings.ensemble,
            joined.renewed,
            pointer_log_probs,
            joined.type_probs,
            decoding,
        )


class _SeedStep(NamedTuple):
    """The tensors of a `SamplerStep`, of one seed."""

    x_t: Tensor
    candidates: Tensor
    left_probs: Tensor
    right_probs: Tensor
    renewed: Tensor
    type_probs: Tensor | None


def _concatenated(parts: tuple[_SeedStep, ...]) -> _SeedStep:
    """The step of all seeds, whose spans follow one another."""
    typed = [part.type_probs for part in parts if part.type_probs is not None]
    return _SeedStep(
        torch.cat([part.x_t for part in parts], 1),
        torch.cat([part.candidates for part in parts], 1),
        torch.cat([part.left_probs for part in parts], 1),
        torch.cat([part.right_probs for part in parts], 1),
        torch.cat([part.renewed for part in parts], 1),
        torch.cat(typed, 1) if typed else None,
    )


@torch.inference_mode()
def _run(
    model: DiffusionNER,
    encoded: EncodedBatch,
    generators: list[torch.Generator],
    settings: SamplerSettings,
    rules: ConstraintBatch | None,
) -> Iterator[_SeedStep]:
    """Denoise one seed and yield every step."""
    renew = settings.renew and model.config.decoding.restarts
    count = settings.num_spans
    x_t = _noise(generators, count, model.device)
    if rules:
        noised = _noised_at_start(model, rules.fixed_boundaries, encoded, x_t)
        x_t = torch.where(rules.fixed_mask, noised, x_t)
    for t, t_prev in model.schedule.ddim_pairs(settings.steps):
        output = predict(model, x_t, t, encoded)
        types = output.type_probs()
        candidates = output.candidates(encoded.lengths)
        left, right = _probs(output, candidates)
        if rules:
            mask, fixed = rules.fixed_mask, rules.fixed_boundaries
            candidates = torch.where(mask[:, :, None], fixed[:, :, None], candidates)
            left, right = left.masked_fill(mask, 1.0), right.masked_fill(mask, 1.0)
        predicted = candidates[:, :, 0]
        renewed = _renewed(predicted, renew, rules)
        if not t_prev:
            yield _SeedStep(x_t, candidates, left, right, torch.zeros_like(renewed), types)
            return
        yield _SeedStep(x_t, candidates, left, right, renewed, types)
        x_0 = codec.to_signal(predicted, encoded.lengths, model.config.scale)
        noise = _noise(generators, count, model.device) if settings.eta else None
        x_t = model.schedule.ddim_step(x_t, x_0, t, t_prev, settings.eta, noise)
        # always drawn, so that no sentence's noise depends on what is decided in another
        restarts = _random_noisy_spans(model, generators, count, t_prev)
        x_t = torch.where(renewed[..., None], restarts, x_t)


def _renewed(boundaries: Tensor, renew: bool, rules: ConstraintBatch | None) -> Tensor:
    """The mask (B, K) of the spans (B, K, 2) that restart from noise."""
    renewed = torch.zeros_like(boundaries[..., 0], dtype=torch.bool)
    if renew:
        renewed = crowded(boundaries)
    if rules is None:
        return renewed
    return (renewed & ~rules.fixed_mask[..., 0]) | rules.on_decided(boundaries)


def _noised_at_start(
    model: DiffusionNER, boundaries: Tensor, encoded: EncodedBatch, noise: Tensor
) -> Tensor:
    """Known spans (B, K, 2) noised to t = T. Their x̂_0 is fixed, so the DDIM steps take them to
    q(x_t | x_0) at every t, with the same noise while η = 0."""
    x_0 = codec.to_signal(boundaries, encoded.lengths, model.config.scale)
    last = torch.full((len(boundaries),), model.schedule.timesteps, device=boundaries.device)
    return model.schedule.q_sample(x_0, last, noise)


def predict(model: DiffusionNER, x_t: Tensor, t: int, encoded: EncodedBatch) -> BoundaryLogProbs:
    """Evaluate f_θ(x_t, S, t), equation 5, for one t shared by the batch."""
    times = torch.full((len(x_t),), t, device=x_t.device)
    with mixed_precision(model.device):
        return model.denoiser(x_t, times, encoded)


def crowded(boundaries: Tensor) -> Tensor:
    """The mask (B, K) of the spans (B, K, 2) that exceed the share of K allowed on the same
    boundaries; the first ones there may stay."""
    key = codec.keys(boundaries)
    same = key[:, :, None] == key[:, None]  # (B, K, K)
    return same.tril(-1).sum(-1) >= max(1, boundaries.shape[1] // _MAX_SHARE)


def _random_noisy_spans(
    model: DiffusionNER, generators: list[torch.Generator], num_spans: int, t: int
) -> Tensor:
    """Random spans, noised to t (B, K, 2): the same distribution that training mixes with the
    gold."""
    spans, noise = _normal(generators, 2, num_spans)
    times = torch.full((len(generators),), t)
    x_0 = spans_from(spans, model.config.scale)
    return send(model.schedule.q_sample(x_0, times, noise), model.device)


def _noise(generators: list[torch.Generator], num_spans: int, device: torch.device) -> Tensor:
    return send(_normal(generators, 1, num_spans)[0], device)


def _normal(generators: list[torch.Generator], draws: int, num_spans: int) -> Tensor:
    """Gaussian noise (draws, B, K, 2): each sentence's generator draws K spans `draws` times, all
    without further work for each sentence, since a GPU's batch has a thousand of them."""
    noise = torch.empty(draws, len(generators), num_spans, 2)
    for row, generator in enumerate(generators):
        for draw in noise[:, row]:
            draw.normal_(generator=generator)
    return noise


def _probs(output: BoundaryLogProbs, boundaries: Tensor) -> tuple[Tensor, Tensor]:
    """P^l and P^r (B, K, N) at given boundaries (B, K, N, 2)."""
    left = output.left_log_probs.gather(2, boundaries[..., 0])
    right = output.right_log_probs.gather(2, boundaries[..., 1])
    return left.exp(), right.exp()


@torch.inference_mode()
def _pointer_log_probs(
    model: DiffusionNER, encoded: EncodedBatch, x_t: Tensor, t: int
) -> BoundaryLogProbs:
    return predict(model, x_t, t, encoded)


@torch.inference_mode()
def _type_probs(model: DiffusionNER, encoded: EncodedBatch, boundaries: Tensor) -> Tensor:
    with mixed_precision(model.device):
        return model.denoiser.type_logits(boundaries, encoded).softmax(-1)
