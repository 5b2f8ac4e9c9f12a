"""What a person can do to a draft, and its checked form from an untrusted dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from storage.enums import SOURCES, SPAN_STATUSES, Source, SpanStatus

MAX_ID = 64
MAX_REASON = 500
MAX_COMMENT = 5000
MAX_SEQ = 2**53 - 1
"""The largest whole number that JavaScript counts to."""

Word = TypeVar("Word", bound=str)


class GestureError(ValueError):
    """A gesture that cannot be applied; the message says what would help."""


@dataclass(frozen=True, slots=True)
class Found:
    """A suggestion that `Suggest` brings."""

    id: str
    start: int
    end: int
    label: str
    score: float | None
    confidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Add:
    id: str
    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Accept:
    id: str


@dataclass(frozen=True, slots=True)
class Reject:
    """The span stays, marked as rejected, so that it does not come back."""

    id: str


@dataclass(frozen=True, slots=True)
class Relabel:
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Move:
    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Delete:
    """Removes a person's span; a model's is rejected instead."""

    id: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Undo: puts a span back exactly, whether it was changed or removed."""

    id: str
    start: int
    end: int
    label: str
    status: SpanStatus
    source: Source
    score: float | None


@dataclass(frozen=True, slots=True)
class AcceptAll:
    """Accepts every suggestion that is left and scores at least `above`; 0 is all of them.

    Only those in `ids`, which the person saw; None is all there are.
    """

    above: float = 0.0
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RejectAll:
    """Rejects every suggestion that is left and in `ids`; None is all there are."""

    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Suggest:
    """More suggestions: a model looked again, knowing what was decided. Only the server makes
    this one."""

    spans: tuple[Found, ...]
    windows: tuple[tuple[int, int], ...]
    """The stretches of the text that it looked at, end exclusive."""
    flat: bool = False
    """Whether no entity may lie within another."""

    def covers(self, start: int, end: int) -> bool:
        return any(left <= start and end <= right for left, right in self.windows)


@dataclass(frozen=True, slots=True)
class Settle:
    """A person saw that their change clashed with another's, and has decided; what they take from
    it is a gesture of its own."""

    client: str
    seq: int
    """The operation that clashed. All of its client about the same target up to it are settled."""
    target: str
    """A span's id, or ":comment"."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What a person has to say of the document; an empty text takes it back."""

    text: str


@dataclass(frozen=True, slots=True)
class Submit:
    """Freezes the draft. Every suggestion must have been decided before."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Leaves the document for later; any edit takes it up again."""

    reason: str = ""


Gesture = (
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


def parse_gesture(raw: object) -> Gesture:
    """A gesture from an untrusted dictionary; keys beyond the gesture's own are ignored."""
    if not isinstance(raw, Mapping):
        raise GestureError(f"an operation must be an object with 'op', got {short(raw)}")
    fields = _Fields(raw)
    match raw.get("op"):
        case "add":
            return Add(fields.id(), *fields.offsets(), fields.text("label"))
        case "accept":
            return Accept(fields.id())
        case "reject":
            return Reject(fields.id())
        case "relabel":
            return Relabel(fields.id(), fields.text("label"))
        case "move":
            return Move(fields.id(), *fields.offsets())
        case "delete":
            return Delete(fields.id())
        case "restore":
            return Restore(
                fields.id(),
                *fields.offsets(),
                fields.text("label"),
                status=fields.word("status", SPAN_STATUSES),
                source=fields.word("source", SOURCES),
                score=fields.share("score"),
            )
        case "accept_all":
            return AcceptAll(fields.share("above") or 0.0, fields.ids())
        case "reject_all":
            return RejectAll(fields.ids())
        case "comment":
            return Comment(fields.words("text", MAX_COMMENT))
        case "settle":
            return Settle(fields.text("client", MAX_ID), fields.number(), fields.id("target"))
        case "submit":
            return Submit()
        case "skip":
            return Skip(fields.words("reason", MAX_REASON))
    raise GestureError(
        f"unknown operation {short(raw.get('op'))}; known are add, accept, reject, relabel, "
        "move, delete, restore, accept_all, reject_all, comment, settle, submit and "
        "skip"
    )


def short(value: object) -> str:
    """The value for a message, never longer than a line."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


class _Fields:
    """Typed access to an untrusted dictionary."""

    def __init__(self, raw: Mapping[object, object]) -> None:
        self._raw = raw

    def id(self, key: str = "id") -> str:
        return self.text(key, MAX_ID)

    def number(self) -> int:
        value = self._raw.get("of")
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SEQ:
            raise GestureError(f"'of' must be the number of an operation, {_got(value)}")
        return value

    def ids(self) -> tuple[str, ...] | None:
        value = self._raw.get("ids")
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise GestureError(f"'ids' must be a list of texts, or be missing, {_got(value)}")
        return tuple(value)

    def text(self, key: str, longest: int = 100) -> str:
        value = self._raw.get(key)
        if not isinstance(value, str) or not 0 < len(value) <= longest or not _storable(value):
            raise GestureError(
                f"{key!r} must be a text of 1 to {longest} characters, {_got(value)}"
            )
        return value

    def words(self, key: str, longest: int) -> str:
        """A text that may be missing."""
        return "" if self._raw.get(key) in (None, "") else self.text(key, longest)

    def offsets(self) -> tuple[int, int]:
        return self._whole("start"), self._whole("end")

    def _whole(self, key: str) -> int:
        value = self._raw.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise GestureError(f"{key!r} must be a whole number of code points, {_got(value)}")
        return value

    def word(self, key: str, known: Sequence[Word]) -> Word:
        value = self._raw.get(key)
        for word in known:
            if value == word:
                return word
        raise GestureError(f"{key!r} must be one of {', '.join(known)}, {_got(value)}")

    def share(self, key: str) -> float | None:
        value = self._raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise GestureError(f"{key!r} must lie between 0 and 1, or be null, {_got(value)}")
        return float(value)


def _got(value: object) -> str:
    return f"got {short(value)}"


def _storable(value: str) -> bool:
    """Whether every database can keep the text: half a surrogate pair is no character, and
    PostgreSQL has no NUL."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)
