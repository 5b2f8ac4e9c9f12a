"""One training step of DiffusionNER: lines 2 to 9 of Algorithm 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..config import TrainingConfig
from ..data.batching import Gold
from ..devices import send
from ..diffusion import boundaries as codec
from ..diffusion.expansion import expand
from ..modeling.model import DiffusionNER
from ..modeling.network import EncodedBatch
from ..types import Example
from . import distributed, losses
from .type_supervision import all_spans, supervised_spans


@dataclass(frozen=True)
class NoisedBatch:
    """Lines 2 to 7 of Algorithm 1 for the sentences of this process, `rows` of the batch."""

    rows: slice
    x_t: Tensor  # (B, K, 2)
    t: Tensor  # (B,)
    encoded: EncodedBatch
    gold: Gold
    all_gold: Gold
    all_lengths: Tensor


def noised_batch(
    model: DiffusionNER,
    examples: Sequence[Example],
    config: TrainingConfig,
    generator: torch.Generator,
) -> NoisedBatch:
    """Encode a batch and noise its gold. In distributed training every process draws the noise for
    the whole batch."""
    rows = distributed.shard(len(examples))
    batch = model.batch([example.words for example in examples[rows]])
    host_gold = Gold.of(examples, model.config.labels, torch.device("cpu"))
    host_lengths = torch.tensor([len(example.words) for example in examples])
    noisy = noisy_spans(model, host_gold, host_lengths, config, generator)
    x_t, t = (tensor[rows] for tensor in noisy)
    all_gold, lengths = host_gold.to(model.device), send(host_lengths, model.device)
    encoded = model.encode(batch)
    return NoisedBatch(rows, x_t, t, encoded, all_gold.rows(rows), all_gold, lengths)


def diffusion_losses(
    model: DiffusionNER,
    examples: Sequence[Example],
    config: TrainingConfig,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """The named losses of a batch; training minimises their sum. In distributed training, this
    process's share of them (`core.training.distributed`)."""
    noised = noised_batch(model, examples, config, generator)
    gold, encoded, lengths = noised.gold, noised.encoded, noised.encoded.lengths
    output = model.denoiser(noised.x_t, noised.t, encoded)
    positions = codec.to_positions(noised.x_t, lengths, model.config.scale)
    proposed = output.candidates(lengths)  # (B, K, 5, 2), what is predicted first
    with torch.no_grad():
        types = model.denoiser.type_logits(proposed[:, :, 0], encoded).softmax(-1)
    assignment = losses.assign(output, types, positions, gold, lengths, config.distance_weight)
    supervised, mask = supervised_spans(
        proposed.flatten(1, 2), noised.all_gold, noised.all_lengths, generator, noised.rows
    )
    by_name = {
        "boundary": losses.boundary_loss(output, assignment, gold),
        "type": losses.type_loss(
            model.denoiser.type_logits(supervised, encoded),
            losses.type_targets(supervised, gold, model.no_entity),
            mask,
            gold.unknown,
            config.no_entity_weight,
        ),
    }
    if config.all_spans_weight:
        by_name["all_spans"] = config.all_spans_weight * _all_spans_loss(model, noised)
    return by_name


def _all_spans_loss(model: DiffusionNER, noised: NoisedBatch) -> Tensor:
    """What the type classifier says of spans that nothing proposed, too."""
    gold, encoded = noised.gold, noised.encoded
    spans, mask = all_spans(encoded.lengths, encoded.mask.shape[1])
    logits = model.denoiser.all_type_logits(spans, encoded)
    targets = losses.type_targets(spans, gold, model.no_entity)
    return losses.all_spans_loss(logits, targets, mask, gold.unknown, encoded.lengths)


def noisy_spans(
    model: DiffusionNER,
    gold: Gold,
    lengths: Tensor,
    config: TrainingConfig,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Sample x_t (B, K, 2) and t (B,) from gold and lengths on the CPU: lines 3 to 7 of Algorithm
    1."""
    signals = codec.to_signal(gold.boundaries, lengths, model.config.scale)
    x_0 = torch.stack(
        [
            expand(
                signals[row, :count],
                config.num_spans,
                config.expansion,
                config.gold_copies,
                model.config.scale,
                generator,
            )
            for row, count in enumerate(gold.counts)
        ]
    )
    final = model.schedule.timesteps
    t = torch.randint(1, final + 1, (len(x_0),), generator=generator)
    t[torch.rand(len(x_0), generator=generator) < config.pure_noise] = final
    noise = torch.randn(x_0.shape, generator=generator)
    x_t = model.schedule.q_sample(x_0, t, noise)
    return send(x_t, model.device), send(t, model.device)
