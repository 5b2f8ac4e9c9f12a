"""The checked form of a batch: the operations that one client sends at once, by their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    TypeAdapter,
    ValidationError,
)

from app.edit_operations import MAX_SEQ, EditError, short

MAX_CLIENT = 64
MAX_OPERATIONS = 1_000
"""Operations that are taken from one message of a page or one request of a program; the page sends
no more at a time (`outbox.js`)."""
PART = 100
"""Operations of one transaction: while they are saved, nobody else on SQLite is."""
Client = Annotated[
    str, Field(strict=True, min_length=1, max_length=MAX_CLIENT, pattern=r"^[\x01-\x7f]*$")
]
_CLIENT: TypeAdapter[str] = TypeAdapter(Client)


def _version(value: object) -> int | None:
    """A version that is none counts as not said."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


class Numbered(BaseModel):
    """An operation with its number; `parse_operation` checks the operation itself."""

    model_config = ConfigDict(frozen=True, strict=True)

    seq: Annotated[int, Field(ge=0, le=MAX_SEQ)]
    base_version: Annotated[int | None, BeforeValidator(_version)] = None
    """The version of the draft that the person looked at; None: the newest."""
    raw: Annotated[Mapping[str, Any], SkipValidation]


@dataclass(frozen=True, slots=True)
class Batch:
    client: str
    operations: Mapping[int, Numbered]
    """By sequence number; of those with the same the first."""
    error: str | None = None
    """What is wrong with those that have no number, and so cannot be acknowledged."""

    def parts(self) -> Iterator[Batch]:
        """The first `MAX_OPERATIONS` by number, in runs of `PART`; one run if there are none."""
        numbers = sorted(self.operations)[:MAX_OPERATIONS]
        for start in range(0, max(len(numbers), 1), PART):
            run = numbers[start : start + PART]
            yield replace(self, operations={seq: self.operations[seq] for seq in run})


def parse_batch(client: object, ops: object) -> Batch:
    """Raises `EditError` for a client that is none: nothing of it could be acknowledged."""
    try:
        checked = _CLIENT.validate_python(client)
    except ValidationError:
        raise EditError(
            f"a client needs an ASCII id of 1 to {MAX_CLIENT} characters: {short(client)}"
        ) from None
    if not isinstance(ops, list | tuple):
        return Batch(checked, {}, f"operations must be a list, got {short(ops)}")
    numbered: dict[int, Numbered] = {}
    error = None
    for op in ops:
        try:
            operation = _numbered(op)
        except ValidationError:
            error = f"an operation needs a 'seq' from 0 to {MAX_SEQ}, got {short(op)}"
        else:
            numbered.setdefault(operation.seq, operation)
    return Batch(checked, numbered, error)


def _numbered(op: object) -> Numbered:
    raw = op if isinstance(op, Mapping) else {}
    base_version = raw.get("base_version", raw.get("seen"))  # "seen": a tab kept it by that name
    return Numbered.model_validate(
        {"seq": raw.get("seq"), "base_version": base_version, "raw": raw}
    )
