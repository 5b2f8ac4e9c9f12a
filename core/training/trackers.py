"""Trackers of other programs (Weights & Biases, MLflow and others) through `accelerate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..config import TrainingConfig
from . import distributed
from .records import TrainingRecord

PROJECT = "spanneal"
"""What trackers call the project, or the experiment, that a training is a run of."""


class TrackerError(ValueError):
    """Why a tracker cannot be used, and what to do."""


def check_trackers(names: Sequence[str]) -> None:
    """Raise `TrackerError` for a tracker that is unknown or not installed."""
    if not names:
        return
    try:
        from accelerate.tracking import LOGGER_TYPE_TO_CLASS, get_available_trackers
        from accelerate.utils import LoggerType
    except ModuleNotFoundError as error:
        raise TrackerError(
            "logging to a tracker needs the package accelerate; install it: pip install accelerate"
        ) from error
    available = {str(tracker) for tracker in get_available_trackers()}
    for name in names:
        if name == "tensorboard":
            raise TrackerError(
                "every training writes TensorBoard's event files where it is installed (pip "
                f"install tensorboard); leave {name} out"
            )
        if name not in LOGGER_TYPE_TO_CLASS:
            known = sorted({*LOGGER_TYPE_TO_CLASS} - {"tensorboard"})
            raise TrackerError(f"there is no tracker {name!r}; accelerate has {', '.join(known)}")
        if name in LoggerType.list() and name not in available:
            raise TrackerError(
                f"logging to {name} needs its package; install it: pip install {name}"
            )


@contextmanager
def trackers(
    names: Sequence[str], folder: Path, config: TrainingConfig
) -> Iterator[Callable[[TrainingRecord], None]]:
    """Begin a run of each tracker; yield a function that logs a record to all of them.

    They get the settings, the training's folder, and the numbers of `metrics.csv`.
    """
    if not names or not distributed.is_main_process():
        yield lambda record: None
        return
    from accelerate import Accelerator

    accelerator = Accelerator(log_with=list(names), project_dir=folder)
    accelerator.init_trackers(PROJECT, {**config.to_json(), "folder": str(folder)})
    try:
        yield lambda record: accelerator.log(
            {"epoch": record.epoch, **record.values()}, step=record.step
        )
    finally:
        for tracker in accelerator.trackers:
            tracker.finish()
