"""Several processes that train one model: `accelerate launch -m core train …`.

Each takes its share of every batch, after drawing the noise of the whole of it; what losses are
divided by, and the gradients, are summed over all. So each step is the one that a process alone
would take, but for dropout and rounding. A process alone does nothing of this.
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
    """Joins the processes that `accelerate launch` started beside this one, if it did.

    Raises `ModuleNotFoundError` where accelerate is missing.
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
    """Takes leave of the others, who have come to their end too."""
    global _state
    if _state is not None:
        _state.wait_for_everyone()
        _state.destroy_process_group()
        _state = None


def rank() -> int:
    """This process's, from 0."""
    return _state.process_index if _state else 0


def is_main_process() -> bool:
    """Whether this is the process that writes and tells."""
    return rank() == 0


def shard(rows: int) -> slice:
    """The rows of a batch that this process takes: every n-th, as long as the others'. Of fewer
    rows than processes each takes all, which comes to the same, since totals grow as much."""
    if _state is None or rows < _state.num_processes:
        return slice(None)
    return slice(_state.process_index, None, _state.num_processes)


def all_reduce_sum(values: Tensor) -> Tensor:
    """The sum over all processes, without a gradient where there are several."""
    if _state is None:
        return values
    from accelerate.utils import reduce

    summed: Tensor = reduce(values.detach(), "sum")
    return summed


def all_reduce_gradients(network: nn.Module) -> None:
    """Gives every weight the sum of all processes' gradients."""
    if _state is None:
        return
    gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    summed = all_reduce_sum(torch.cat([gradient.flatten() for gradient in gradients]))
    for gradient, values in zip(
        gradients, summed.split([gradient.numel() for gradient in gradients]), strict=True
    ):
        gradient.copy_(values.view_as(gradient))


def broadcast(value: T) -> T:
    """What the first process has; the others' own is dropped."""
    if _state is None:
        return value
    from accelerate.utils import broadcast_object_list

    (received,) = broadcast_object_list([value])
    return received


@contextmanager
def main_process_first() -> Iterator[None]:
    """What stands inside is done by the first process before the others do it."""
    if _state is None:
        yield
        return
    with _state.main_process_first():
        yield
