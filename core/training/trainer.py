"""Algorithm 1 as a generator of plain records; to stop iterating is to cancel.

The model folder always holds the best version so far, its `checkpoint/` the state to continue from,
and its `metrics.csv` all records; they survive a kill at any moment. At the end the checkpoint is
removed, and with it the last version's weights where that is not the best.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..config import TrainingConfig
from ..data.batching import EpochSampler
from ..evaluation.metrics import percent
from ..types import Example
from . import distributed
from .checkpoint import TrainingState, load_checkpoint, remove_checkpoint, save_checkpoint
from .divergence import DivergenceMonitor, TrainingDivergedError
from .learner import Learner
from .metrics_log import metrics_log
from .optimization import Optimization
from .records import Evaluated, Progress, Resumed, TrainingRecord

_REPORT_EVERY = 10
_CHECKPOINT_EVERY = 200


def train(
    learner: Learner,
    examples: Sequence[Example],
    dev: Sequence[Example],
    config: TrainingConfig,
    folder: Path,
    auxiliary: Sequence[Example] = (),
) -> Iterator[TrainingRecord]:
    """Train, yielding a record every few steps, before each development score, and with it.

    Of `auxiliary` each epoch sees another part (`TrainingConfig.auxiliary_share`).

    `folder` receives the best model by development F1, and by training loss as long as F1 is 0 or
    undefined; patience counts from the first F1 above 0. It receives the records too
    (`metrics_log`). If the folder holds a checkpoint of the same settings and data, training
    continues from it, bit-identically. In distributed training (`core.training.distributed`) only
    the main process writes and yields. Raises ValueError without examples, or if the processes do
    not see the same folder, and TrainingDivergedError.
    """
    for record in _records(learner, examples, auxiliary, dev, config, folder):
        if distributed.is_main_process():
            yield record


def _records(
    learner: Learner,
    main: Sequence[Example],
    auxiliary: Sequence[Example],
    dev: Sequence[Example],
    config: TrainingConfig,
    folder: Path,
) -> Iterator[TrainingRecord]:
    if not main or not dev:
        raise ValueError(
            f"training needs examples to learn and to choose by, got {len(main)} to learn "
            f"and {len(dev)} for development; add annotated documents"
        )
    examples, sampler = [*main, *auxiliary], _sampler(main, auxiliary, config)
    per_epoch = sampler.batches_per_epoch
    total = config.epochs * per_epoch
    optimization = Optimization(learner, config, total)
    checkpoint = folder / "checkpoint"
    state = _resume(optimization, checkpoint, _fingerprint(learner, examples, dev, config))
    meter, monitor = _ProgressMeter(state, total), DivergenceMonitor()
    with metrics_log(folder, state.step) as log:
        if state.step:
            yield log(Resumed(state.step, total, state.step // per_epoch + 1))
        while state.step < total and state.bad_epochs < config.patience:
            epoch, steps_done = divmod(state.step, per_epoch)
            evaluates = not (epoch + 1) % config.evaluate_every or epoch + 1 == config.epochs
            for rows in sampler.batches(epoch)[steps_done:]:
                step = state.step + 1
                batch = [examples[row] for row in rows]
                with _advice(config, folder, state):
                    losses = optimization.step(batch, step)
                    loss = sum(losses.values())
                    has_entities = any(example.entities for example in batch)
                    monitor.check(step, loss, comparable=has_entities)
                meter.add(losses)
                state = state.after_step(loss, meter.seconds)
                if step % _REPORT_EVERY == 0:
                    yield log(meter.report(step, epoch + 1, optimization.learning_rates))
                if step % _CHECKPOINT_EVERY == 0 and not (evaluates and step % per_epoch == 0):
                    _save_checkpoint(checkpoint, optimization, state)
            if not evaluates:
                continue
            if meter.count:
                yield log(meter.report(state.step, epoch + 1, optimization.learning_rates))
            scores = distributed.broadcast(optimization.evaluate(dev))
            state, best = state.after_evaluation(scores.f1, meter.seconds)
            if best and distributed.is_main_process():
                learner.save(folder)
            evaluated = log(
                Evaluated(
                    state.step, total, epoch + 1, scores, learner.thresholds, state.seconds, best
                )
            )
            _save_checkpoint(checkpoint, optimization, state)
            yield evaluated
    if distributed.is_main_process():
        remove_checkpoint(checkpoint)


def _sampler(
    main: Sequence[Example], auxiliary: Sequence[Example], config: TrainingConfig
) -> EpochSampler:
    return EpochSampler(
        [len(example.words) for example in main],
        [len(example.words) for example in auxiliary],
        config.batch_size,
        config.auxiliary_share,
        config.seed,
    )


@contextmanager
def _advice(config: TrainingConfig, folder: Path, state: TrainingState) -> Iterator[None]:
    """Adds to an error what to lower, and what is left of the training."""
    try:
        yield
    except TrainingDivergedError as error:
        f1 = f", with a development F1 of {percent(state.best_f1)}," if state.best_f1 > 0 else ""
        saved = f"the best version so far{f1} is"
        raise TrainingDivergedError(
            f"{error}; lower encoder_lr ({config.encoder_lr:g}) and decoder_lr "
            f"({config.decoder_lr:g}), by half to begin with, or raise warmup ({config.warmup:g}); "
            f"{saved if state.best_f1 >= 0 else 'no version was'} in {folder}"
        ) from None


def _resume(optimization: Optimization, checkpoint: Path, fingerprint: str) -> TrainingState:
    """The state to start or continue from, the same on all processes."""
    with distributed.main_process_first():
        state = load_checkpoint(
            checkpoint, optimization.network, optimization.optimizer, fingerprint
        )
    first = distributed.broadcast(state)
    if state != first:
        raise ValueError(
            f"process {distributed.rank()} begins at step {state.step}, the first one at "
            f"{first.step}; give all of them the same data, and a folder {checkpoint.parent} that "
            "all of them see"
        )
    return state


def _save_checkpoint(checkpoint: Path, optimization: Optimization, state: TrainingState) -> None:
    if distributed.is_main_process():
        save_checkpoint(checkpoint, optimization.network, optimization.optimizer, state)


def _fingerprint(
    learner: Learner, examples: Sequence[Example], dev: Sequence[Example], config: TrainingConfig
) -> str:
    """Hash of everything that training starts from: settings, data, architecture and all
    weights."""
    digest = hashlib.sha256(json.dumps(config.to_json(), sort_keys=True).encode())
    digest.update(repr(learner.architecture).encode())
    for name, value in learner.network.state_dict().items():
        digest.update(name.encode())
        digest.update(value.cpu().contiguous().numpy().tobytes())
    for example in (*examples, *dev):
        labels = None if example.labels is None else sorted(example.labels)
        digest.update(repr((example.words, example.entities, labels)).encode())
    return digest.hexdigest()


class _ProgressMeter:
    """Average losses between reports, and measure and estimate times."""

    def __init__(self, state: TrainingState, total: int) -> None:
        self.first_step, self.total = state.step, total
        self.seconds_before = state.seconds
        self.started = time.monotonic()
        self.sums: dict[str, float] = {}
        self.count = 0

    @property
    def seconds(self) -> float:
        """Since the training began, all its parts together."""
        return self.seconds_before + time.monotonic() - self.started

    def add(self, losses: dict[str, float]) -> None:
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1

    def report(self, step: int, epoch: int, learning_rates: Mapping[str, float]) -> Progress:
        losses = {name: value / self.count for name, value in self.sums.items()}
        self.sums, self.count = {}, 0
        seconds = self.seconds
        per_step = (seconds - self.seconds_before) / (step - self.first_step)
        eta = per_step * (self.total - step)
        return Progress(step, self.total, epoch, losses, learning_rates, seconds, eta)
