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

_joined: PartialState | None = None
Value = TypeVar("Value")


def join() -> None:
    """Joins the processes that `accelerate launch` started beside this one, if it did.

    Raises `ModuleNotFoundError` where accelerate is missing.
    """
    global _joined
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return
    try:
        from accelerate import PartialState
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "training on several processes needs the package accelerate; "
            "install it: pip install -r requirements-processes.txt"
        ) from error
    _joined = PartialState(cpu=not torch.cuda.is_available())


def leave() -> None:
    """Takes leave of the others, who have come to their end too."""
    global _joined
    if _joined is not None:
        _joined.wait_for_everyone()
        _joined.destroy_process_group()
        _joined = None


def number() -> int:
    """This process's, from 0."""
    return _joined.process_index if _joined else 0


def main() -> bool:
    """Whether this is the process that writes and tells."""
    return number() == 0


def share(rows: int) -> slice:
    """The rows of a batch that this process takes: every n-th, as long as the others'. Of fewer
    rows than processes each takes all, which comes to the same, since totals grow as much."""
    if _joined is None or rows < _joined.num_processes:
        return slice(None)
    return slice(_joined.process_index, None, _joined.num_processes)


def total(values: Tensor) -> Tensor:
    """The sum over all processes, without a gradient where there are several."""
    if _joined is None:
        return values
    from accelerate.utils import reduce

    summed: Tensor = reduce(values.detach(), "sum")
    return summed


def sum_gradients(network: nn.Module) -> None:
    """Gives every weight the sum of all processes' gradients."""
    if _joined is None:
        return
    gradients = [each.grad for each in network.parameters() if each.grad is not None]
    summed = total(torch.cat([each.flatten() for each in gradients]))
    for gradient, values in zip(
        gradients, summed.split([each.numel() for each in gradients]), strict=True
    ):
        gradient.copy_(values.view_as(gradient))


def from_main(value: Value) -> Value:
    """What the first process has; the others' own is dropped."""
    if _joined is None:
        return value
    from accelerate.utils import broadcast_object_list

    (told,) = broadcast_object_list([value])
    return told


@contextmanager
def main_first() -> Iterator[None]:
    """What stands inside is done by the first process before the others do it."""
    if _joined is None:
        yield
        return
    with _joined.main_process_first():
        yield
