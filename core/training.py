"""Algorithm 1 as a generator of plain records: to stop iterating is to cancel.

The model folder always holds the best version so far, `checkpoint/` inside it the state to
go on from; both survive a kill at any moment.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from core import together
from core.batches import epoch_batches
from core.checkpoint import Position, load_checkpoint, remove_checkpoint, save_checkpoint
from core.config import TrainingConfig
from core.devices import mixed_precision
from core.learner import Learner
from core.metrics import Scores
from core.types import Example

_REPORT_EVERY = 10
_CHECKPOINT_EVERY = 200
_MAX_NORM = 1.0
_APART = 500_000_003
"""Between the seeds of two processes' dropout."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training stands, every few steps."""

    step: int
    total_steps: int
    epoch: int
    losses: dict[str, float]
    """Named losses, averaged since the last report."""
    eta_seconds: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The development score after an epoch, see `TrainingConfig.evaluate_every`."""

    step: int
    total_steps: int
    epoch: int
    scores: Scores
    best: bool
    """Whether this is the best so far, and so the version that was saved."""


def train(
    learner: Learner,
    examples: Sequence[Example],
    dev: Sequence[Example],
    config: TrainingConfig,
    folder: Path,
) -> Iterator[Progress | Evaluated]:
    """Train, yielding a record every few steps and at each development score.

    `folder` receives the best model by development F1. A folder with a checkpoint of the same
    settings and data is gone on with, to the same bytes as without the interruption.
    Of several processes (`core.together`) the first one writes and yields, the others only learn.
    Raises ValueError without examples, or where the processes do not see the same folder.
    """
    for record in _records(learner, examples, dev, config, folder):
        if together.main():
            yield record


def _records(
    learner: Learner,
    examples: Sequence[Example],
    dev: Sequence[Example],
    config: TrainingConfig,
    folder: Path,
) -> Iterator[Progress | Evaluated]:
    if not examples or not dev:
        raise ValueError(
            f"training needs examples to learn and to choose by, got {len(examples)} to learn "
            f"and {len(dev)} for development; add annotated documents"
        )
    lengths = [len(example.words) for example in examples]
    per_epoch = -(-len(examples) // config.batch_size)
    total = config.epochs * per_epoch
    optimizer = _optimizer(learner, config)
    saved = folder / "checkpoint"
    position = _position(learner, optimizer, saved, _fingerprint(learner, examples, dev, config))
    meter = _Meter(position.step, total)
    while position.step < total and position.bad_epochs < config.patience:
        epoch, done = divmod(position.step, per_epoch)
        scored = not (epoch + 1) % config.evaluate_every or epoch + 1 == config.epochs
        order = epoch_batches(
            lengths, config.batch_size, torch.Generator().manual_seed(config.seed * 10_007 + epoch)
        )
        for rows in order[done:]:
            step = position.step + 1
            batch = [examples[row] for row in rows]
            meter.add(_step(learner, optimizer, batch, config, step, total))
            position = replace(position, step=step)
            if step % _REPORT_EVERY == 0:
                yield meter.report(step, epoch + 1)
            if step % _CHECKPOINT_EVERY == 0 and not (scored and step % per_epoch == 0):
                _save(saved, learner, optimizer, position)
        if not scored:
            continue
        scores = together.from_main(_evaluate(learner, dev))
        best = scores.f1 > position.best_f1
        if best and together.main():
            learner.save(folder)
        position = replace(
            position,
            best_f1=max(scores.f1, position.best_f1),
            bad_epochs=0 if best else position.bad_epochs + 1,
        )
        _save(saved, learner, optimizer, position)
        yield Evaluated(position.step, total, epoch + 1, scores, best)
    if together.main():
        remove_checkpoint(saved)


def _position(
    learner: Learner, optimizer: torch.optim.Optimizer, saved: Path, fingerprint: str
) -> Position:
    """Where the training begins or goes on, the same in all processes."""
    with together.main_first():
        position = load_checkpoint(saved, learner.network, optimizer, fingerprint)
    first = together.from_main(position)
    if position != first:
        raise ValueError(
            f"process {together.number()} begins at step {position.step}, the first one at "
            f"{first.step}; give all of them the same data, and a folder {saved.parent} that all "
            "of them see"
        )
    return position


def _save(
    saved: Path, learner: Learner, optimizer: torch.optim.Optimizer, position: Position
) -> None:
    if together.main():
        save_checkpoint(saved, learner.network, optimizer, position)


def _step(
    learner: Learner,
    optimizer: torch.optim.Optimizer,
    batch: Sequence[Example],
    config: TrainingConfig,
    step: int,
    total: int,
) -> dict[str, float]:
    """One gradient step; its randomness follows from the seed and the step alone."""
    seed = config.seed * 1_000_003 + step
    for group in optimizer.param_groups:
        group["lr"] = group["peak_lr"] * _rate(step, total, config.warmup)
    device = next(learner.network.parameters()).device
    learner.network.train()
    with (
        torch.random.fork_rng(),
        mixed_precision(device),
    ):
        torch.manual_seed(seed + _APART * together.number())  # dropout
        losses = learner.losses(batch, torch.Generator().manual_seed(seed))
    optimizer.zero_grad(set_to_none=True)
    total_loss: Tensor = torch.stack(list(losses.values())).sum()
    total_loss.backward()
    together.sum_gradients(learner.network)
    nn.utils.clip_grad_norm_(learner.network.parameters(), _MAX_NORM)
    optimizer.step()
    values = together.total(torch.stack(list(losses.values())))
    return dict(zip(losses, values.tolist(), strict=True))  # the step's one wait for a GPU


@torch.inference_mode()
def _evaluate(learner: Learner, dev: Sequence[Example]) -> Scores:
    learner.network.eval()
    return learner.evaluate(dev)


def _rate(step: int, total: int, warmup: float) -> float:
    """Linear warm-up, then linear decay (section 5.3)."""
    rising = max(1.0, warmup * total)
    return min(step / rising, max(0.0, (total - step + 1) / max(1.0, total - rising)))


def _optimizer(learner: Learner, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with a rate for the pretrained part and one for the rest.

    The pretrained input embeddings stay fixed: more than half of a small encoder's weights, a
    fifth of the step, and words that the corrections do not contain keep their place beside
    those that they do.
    """
    learner.pretrained.get_input_embeddings().requires_grad_(False)
    pretrained = [each for each in learner.pretrained.parameters() if each.requires_grad]
    known = {id(each) for each in learner.pretrained.parameters()}
    fresh = [each for each in learner.network.parameters() if id(each) not in known]
    groups = [
        {"params": pretrained, "peak_lr": config.encoder_lr},
        {"params": fresh, "peak_lr": config.decoder_lr},
    ]
    on_gpu = fresh[0].device.type == "cuda"
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=config.weight_decay, fused=on_gpu)


def _fingerprint(
    learner: Learner, examples: Sequence[Example], dev: Sequence[Example], config: TrainingConfig
) -> str:
    """What a training starts from: settings, data, architecture and every weight."""
    digest = hashlib.sha256(json.dumps(config.to_json(), sort_keys=True).encode())
    digest.update(repr(learner.architecture).encode())
    for name, value in learner.network.state_dict().items():
        digest.update(name.encode())
        digest.update(value.cpu().contiguous().numpy().tobytes())
    for example in (*examples, *dev):
        labels = None if example.labels is None else sorted(example.labels)
        digest.update(repr((example.words, example.entities, labels)).encode())
    return digest.hexdigest()


class _Meter:
    """Averages losses between reports and tells how long is left."""

    def __init__(self, first_step: int, total: int) -> None:
        self.first_step, self.total = first_step, total
        self.started = time.monotonic()
        self.sums: dict[str, float] = {}
        self.count = 0

    def add(self, losses: dict[str, float]) -> None:
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1

    def report(self, step: int, epoch: int) -> Progress:
        pace = (time.monotonic() - self.started) / (step - self.first_step)
        losses = {name: value / self.count for name, value in self.sums.items()}
        self.sums, self.count = {}, 0
        return Progress(step, self.total, epoch, losses, pace * (self.total - step))
