"""What a person can do to a draft, in its checked form.

A page or a program sends each operation as a JSON object whose `op` names it. `parse_operation` is
the only way from such an object, which is not trusted, to one of the models here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
)

from storage.enums import SOURCES, SPAN_STATUSES, Source, SpanStatus

MAX_ID = 64
MAX_LABEL = 100
MAX_REASON = 500
MAX_COMMENT = 5000
MAX_SEQ = 2**53 - 1
"""The largest whole number that JavaScript counts to."""

_STORABLE = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL; half a surrogate pair, which no database keeps, is no `str` here."""


class EditError(ValueError):
    """An operation that cannot be applied; the message says what would help."""


def _text(longest: int, shortest: int = 1) -> Any:
    """The bounds of a text; the description ends the sentence "'label' …" of an error."""
    return Field(
        min_length=shortest,
        max_length=longest,
        pattern=_STORABLE,
        description=f"must be a string of 1 to {longest} characters",
    )


def _one_of(known: tuple[str, ...]) -> Any:
    return Field(description=f"must be one of {', '.join(known)}")


def _empty(value: object) -> object:
    return "" if value is None else value


def _zero(value: object) -> object:
    return 0.0 if value is None else value


Id = Annotated[str, _text(MAX_ID)]
LabelName = Annotated[str, _text(MAX_LABEL)]
Offset = Annotated[int, Field(description="must be a whole number of code points")]
_SHARE = Field(description="must lie between 0 and 1, or be null")
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Ids = Annotated[
    Annotated[tuple[Annotated[str, Field(pattern=_STORABLE)], ...], Strict(False)] | None,
    Field(description="must be a list of strings, or be missing"),
]


class _Checked(BaseModel):
    """Nothing is converted, and keys beyond an operation's own are ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Add(_Checked):
    op: Literal["add"]
    id: Id
    start: Offset
    end: Offset
    label: LabelName


class Accept(_Checked):
    op: Literal["accept"]
    id: Id


class Reject(_Checked):
    """The span stays, marked as rejected, so that it does not come back."""

    op: Literal["reject"]
    id: Id


class Relabel(_Checked):
    op: Literal["relabel"]
    id: Id
    label: LabelName


class Move(_Checked):
    op: Literal["move"]
    id: Id
    start: Offset
    end: Offset


class Delete(_Checked):
    """Removes a person's span; a suggestion is rejected instead."""

    op: Literal["delete"]
    id: Id


class Restore(_Checked):
    """Undo: puts a span back exactly, whether it was changed or removed."""

    op: Literal["restore"]
    id: Id
    start: Offset
    end: Offset
    label: LabelName
    status: Annotated[SpanStatus, _one_of(SPAN_STATUSES)]
    source: Annotated[Source, _one_of(SOURCES)]
    score: Annotated[Share | None, _SHARE] = None


class AcceptAll(_Checked):
    """Accepts every suggestion that is left and scores at least `above`; 0 is all of them.

    Only those in `ids`, which the person saw; None is all there are.
    """

    op: Literal["accept_all"]
    above: Annotated[Share, _SHARE, BeforeValidator(_zero, json_schema_input_type=Share | None)] = (
        0.0
    )
    ids: Ids = None


class RejectAll(_Checked):
    """Rejects every suggestion that is left and in `ids`; None is all there are."""

    op: Literal["reject_all"]
    ids: Ids = None


class Comment(_Checked):
    """What a person has to say of the document; an empty text takes it back."""

    op: Literal["comment"]
    text: Annotated[str, _text(MAX_COMMENT, 0), BeforeValidator(_empty)] = ""


class Settle(_Checked):
    """A person decided between their change and another's that it met; what they take from
    it is an operation of its own."""

    op: Literal["settle"]
    client: Id
    seq: Annotated[
        int, Field(alias="of", ge=0, le=MAX_SEQ, description="must be the number of an operation")
    ]
    """The operation in conflict. All of its client about the same target up to it are settled."""
    target: Id
    """A span's id, or ":comment"."""


class Submit(_Checked):
    """Freezes the draft. Every suggestion must have been decided before."""

    op: Literal["submit"]


class Skip(_Checked):
    """Leaves the document for later; any edit takes it up again."""

    op: Literal["skip"]
    reason: Annotated[str, _text(MAX_REASON, 0), BeforeValidator(_empty)] = ""


EditOperation = (
    Add
    | Accept
    | Reject
    | Relabel
    | Move
    | Delete
    | Restore
    | AcceptAll
    | RejectAll
    | Comment
    | Settle
    | Submit
    | Skip
)
"""What a page may send."""

EDIT_OPERATIONS: TypeAdapter[EditOperation] = TypeAdapter(
    Annotated[EditOperation, Field(discriminator="op")]
)
_MODELS: Mapping[str, type[_Checked]] = {
    get_args(model.model_fields["op"].annotation)[0]: model for model in get_args(EditOperation)
}


@dataclass(frozen=True, slots=True)
class Found:
    """A suggestion that `Suggest` brings."""

    id: str
    start: int
    end: int
    label: str
    score: float | None
    confidence: Mapping[str, Any] | None = None
    source: Source = "model"


@dataclass(frozen=True, slots=True)
class Suggest:
    """More suggestions: a model, and what suggests beside it, looked again, knowing what was
    decided. Only the server makes this one."""

    spans: tuple[Found, ...]
    windows: tuple[tuple[int, int], ...]
    """The stretches of the text that it looked at, end exclusive."""
    flat: bool = False
    """Whether no entity may lie within another."""

    def covers(self, start: int, end: int) -> bool:
        return any(left <= start and end <= right for left, right in self.windows)


def parse_operation(raw: object) -> EditOperation:
    """The checked form of an untrusted object. Raises `EditError` with what is wrong in it."""
    if not isinstance(raw, Mapping):
        raise EditError(f"an operation must be an object with 'op', got {short(raw)}")
    try:
        return EDIT_OPERATIONS.validate_python(dict(raw))
    except ValidationError as error:
        reason = _reason(raw, error)
    raise EditError(reason)


def short(value: object) -> str:
    """The value for a message, never longer than a line."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _reason(raw: Mapping[Any, Any], error: ValidationError) -> str:
    """What is wrong with the first wrong field, for the person who did it."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if not first["loc"]:
        *known, last = _MODELS
        return (
            f"unknown operation {short(raw.get('op'))}; expected {', '.join(known)} or {last}; "
            "reload the page and try again"
        )
    op, key = str(first["loc"][0]), str(first["loc"][1])
    fields = _MODELS[op].model_fields.items()
    expected = next(field.description for name, field in fields if key in (name, field.alias))
    remedy = "shorten it" if first["type"] == "string_too_long" else "reload the page and try again"
    return f"{key!r} {expected}, got {short(raw.get(key))}; {remedy}"
