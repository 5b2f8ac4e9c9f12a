"""What every training leaves in its folder: `metrics.csv` and, where TensorBoard is installed, its
event files in `tensorboard/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import distributed
from .metrics_file import MetricsWriter
from .records import TrainingRecord

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

Log = Callable[[TrainingRecord], TrainingRecord]
EVENTS = "tensorboard"
"""The folder of the event files, in the training's."""


@contextmanager
def metrics_log(folder: Path, first_step: int) -> Iterator[Log]:
    """Yield a function that writes a record and returns it; only the main process writes.

    The log goes on after `first_step`, from which a training continues; 0 begins it anew.
    """
    if not distributed.is_main_process():
        yield lambda record: record
        return
    table, events = MetricsWriter(folder, first_step), _event_writer(folder / EVENTS, first_step)

    def write(record: TrainingRecord) -> TrainingRecord:
        table.append(record)
        if events is not None:
            for name, value in record.values().items():
                events.add_scalar(name, value, record.step)
            events.flush()
        return record

    try:
        yield write
    finally:
        if events is not None:
            events.close()


def _event_writer(folder: Path, first_step: int) -> SummaryWriter | None:
    """A writer of event files; None where TensorBoard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    if first_step:  # TensorBoard hides the steps that are done again
        return SummaryWriter(folder, purge_step=first_step + 1)
    for earlier in folder.glob("events.out.tfevents.*"):
        earlier.unlink()
    return SummaryWriter(folder)
