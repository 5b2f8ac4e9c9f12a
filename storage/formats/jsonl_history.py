"""The history of a document in our JSONL, see `storage.formats.jsonl`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from storage.enums import ORIGINS
from storage.formats.fields import FieldError, object_of, one_word, own_data, string, whole
from storage.formats.jsonl_spans import entities, entity_json, only
from storage.records import History, OperationRecord, SetRecord

_HISTORY_KEYS = ("sets", "operations", "parent")
_SET_KEYS = (
    "origin", "person", "model_version", "created_at", "submitted_at", "blind", "parent",
    "provenance", "entities",
)  # fmt: skip
_OPERATION_KEYS = (
    "client", "seq", "person", "at", "payload", "blind", "version", "changes", "refused",
)  # fmt: skip
_LONGEST_CLIENT, _LONGEST_PERSON = 64, 200
_HIGHEST = 2**63 - 1
"""What a database keeps as a whole number."""


def history_json(history: History) -> dict[str, Any]:
    return {
        "sets": [_set_json(record) for record in history.sets],
        "operations": [_operation_json(record) for record in history.operations],
        "parent": history.parent,
    }


def parse_history(raw: Mapping[str, Any], text: str) -> History | None:
    """What stands under `history`: None where it is absent or null. Raises `FieldError`."""
    if raw.get("history") is None:
        return None
    history = object_of(raw["history"], "'history'")
    only(history, _HISTORY_KEYS, "a history")
    sets = tuple(
        _set(object_of(item, "a set of the history"), number, text)
        for number, item in enumerate(_list(history, "sets"))
    )
    operations = tuple(
        _operation(object_of(operation, "an operation"))
        for operation in _list(history, "operations")
    )
    numbered = {(operation.client, operation.seq) for operation in operations}
    if len(numbered) < len(operations):
        raise FieldError("two operations share their client and seq; an operation is told once")
    return History(sets, operations, _parent(history, len(sets)))


def _set_json(record: SetRecord) -> dict[str, Any]:
    return {
        "origin": record.origin,
        "person": record.person,
        "model_version": record.model_version,
        "created_at": record.created_at.isoformat(),
        "submitted_at": record.submitted_at.isoformat() if record.submitted_at else None,
        "blind": record.blind,
        "parent": record.parent,
        "provenance": dict(record.provenance),
        "entities": [entity_json(span) for span in record.entities],
    }


def _operation_json(record: OperationRecord) -> dict[str, Any]:
    return {
        "client": record.client,
        "seq": record.seq,
        "person": record.person,
        "at": record.at.isoformat(),
        "payload": dict(record.payload),
        "blind": record.blind,
        "version": record.version,
        "changes": None if record.changes is None else list(map(dict, record.changes)),
        "refused": record.refused,
    }


def _set(raw: Mapping[str, Any], number: int, text: str) -> SetRecord:
    only(raw, _SET_KEYS, "a set of the history")
    origin = one_word(raw, "origin", ORIGINS)
    if origin is None:
        raise FieldError(f"a set of the history needs an 'origin': {' or '.join(ORIGINS)}")
    person = raw.get("person")
    if (origin == "person") != (person is not None):
        raise FieldError("a person's set names the 'person', and a machine's set names none")
    spans, _ = entities(raw, text)
    return SetRecord(
        origin=origin,
        entities=spans or (),
        created_at=_time(raw, "created_at"),
        submitted_at=None if raw.get("submitted_at") is None else _time(raw, "submitted_at"),
        person=None if person is None else string(raw, "person", longest=_LONGEST_PERSON),
        model_version=None if raw.get("model_version") is None else _number(raw, "model_version"),
        provenance=own_data(raw, "provenance"),
        blind=_truth(raw, "blind"),
        parent=_parent(raw, number),
    )


def _operation(raw: Mapping[str, Any]) -> OperationRecord:
    only(raw, _OPERATION_KEYS, "an operation")
    changes = raw.get("changes")
    return OperationRecord(
        client=string(raw, "client", longest=_LONGEST_CLIENT),
        seq=_number(raw, "seq"),
        person=string(raw, "person", longest=_LONGEST_PERSON),
        at=_time(raw, "at"),
        payload=own_data(raw, "payload"),
        blind=_truth(raw, "blind"),
        version=None if raw.get("version") is None else _number(raw, "version"),
        changes=None
        if changes is None
        else [own_data({"changes": change}, "changes") for change in _list(raw, "changes")],
        refused=None if raw.get("refused") is None else string(raw, "refused"),
    )


def _list(raw: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = raw.get(key, [])
    if not isinstance(value, list):
        raise FieldError(f"{key!r} must be a list, got {type(value).__name__}")
    return value


def _number(raw: Mapping[str, Any], key: str) -> int:
    value = whole(raw, key)
    if not 0 <= value <= _HIGHEST:
        raise FieldError(f"{key!r} must lie between 0 and {_HIGHEST}, got {value}")
    return value


def _parent(raw: Mapping[str, Any], before: int) -> int | None:
    """The place of an earlier set of the history, from 0."""
    if raw.get("parent") is None:
        return None
    value = whole(raw, "parent")
    if not 0 <= value < before:
        raise FieldError(f"'parent' must name an earlier set, from 0 to {before - 1}, got {value}")
    return value


def _truth(raw: Mapping[str, Any], key: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise FieldError(f"{key!r} must be true or false")
    return value


def _time(raw: Mapping[str, Any], key: str) -> datetime:
    value = string(raw, key)
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise FieldError(
            f"{key!r} must be a time such as 2026-01-31T09:30:00+00:00, got {value[:60]!r}"
        ) from None
