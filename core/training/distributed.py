"""Distributed training of one model: `accelerate launch -m core train …`.

Each process takes its shard of every batch, after drawing the noise for the whole batch; loss
denominators and gradients are summed over all processes. So each step equals the step of a single
process, apart from dropout and rounding. A single process does none of this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from accelerate import PartialState

_state: PartialState | None = None
T = TypeVar("T")


def init() -> None:
    """Join the process group that `accelerate launch` started, if there is one.

    Raises `ModuleNotFoundError` if accelerate is missing.
    """
    global _state
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return
    try:
        from accelerate import PartialState
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "training on several processes needs the package accelerate; "
            "install it: pip install -r requirements-processes.txt"
        ) from error
    _state = PartialState(cpu=not torch.cuda.is_available())


def shutdown() -> None:
    """Wait for all processes and leave the process group."""
    global _state
    if _state is not None:
        _state.wait_for_everyone()
        _state.destroy_process_group()
        _state = None


def rank() -> int:
    """The index of this process, from 0."""
    return _state.process_index if _state else 0


def is_main_process() -> bool:
    """Whether this process is the one that writes files and reports progress."""
    return rank() == 0


def shard(rows: int) -> slice:
    """The rows of a batch that this process takes: every n-th, with equal counts. If there are
    fewer rows than processes, each takes all of them, which gives the same step, since the
    denominators grow equally."""
    if _state is None or rows < _state.num_processes:
        return slice(None)
    return slice(_state.process_index, None, _state.num_processes)


def all_reduce_sum(values: Tensor) -> Tensor:
    """Sum over all processes; detached from the graph if there are several."""
    if _state is None:
        return values
    from accelerate.utils import reduce

    summed: Tensor = reduce(values.detach(), "sum")
    return summed


def all_reduce_gradients(network: nn.Module) -> None:
    """Replace every gradient by its sum over all processes."""
    if _state is None:
        return
    gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    summed = all_reduce_sum(torch.cat([gradient.flatten() for gradient in gradients]))
    for gradient, values in zip(
        gradients, summed.split([gradient.numel() for gradient in gradients]), strict=True
    ):
        gradient.copy_(values.view_as(gradient))


def broadcast(value: T) -> T:
    """Return the main process's value on every process."""
    if _state is None:
        return value
    from accelerate.utils import broadcast_object_list

    (received,) = broadcast_object_list([value])
    return received


@contextmanager
def main_process_first() -> Iterator[None]:
    """Run the body on the main process before the others."""
    if _state is None:
        yield
        return
    with _state.main_process_first():
        yield
