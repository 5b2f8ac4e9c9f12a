"""An operation in plain words, from what it changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from storage.models import Operation
from storage.repository.annotation_sets import Made

LONGEST = 60
"""Characters of a span, or of a comment, that are told."""
_MODEL_KEY = re.compile(r"[mi](\d+)\.")
_ALL = {"accept_all": "accepted", "reject_all": "rejected"}
_STATE = {"submit": "submitted the document", "reopen": "reopened the document"}


def describe(operation: Operation, text: str) -> str:
    """What was done, such as: accepted “Rome” as LOC (suggested by model version 1, 87%)."""
    payload = operation.payload
    op = str(payload.get("op", ""))
    changes = operation.changes or ()
    spans = [change for change in changes if "field" not in change]
    match op:
        case "reopen" if "withdrawn" in payload:
            return f"{_STATE[op]}, because its annotation was deleted in {payload['withdrawn']}"
        case "submit" | "reopen":
            return _STATE[op]
        case "follow":
            return f"synced from {payload['tool']}: {_entities(len(spans))} changed"
        case "skip":
            reason = str(payload.get("reason") or "")
            return f"skipped the document: {_clip(reason)}" if reason else "skipped the document"
        case "comment":
            comment = str(payload.get("text") or "")
            return f"commented: “{_clip(comment)}”" if comment else "deleted the comment"
        case "accept_all" | "reject_all":
            return f"{_ALL[op]} {_entities(len(spans))} at once"
        case "suggest":
            return _again(payload)
        case "rewind":
            return f"restored version {payload['version']}: {_entities(len(spans))} changed"
        case "adjudicate":
            return f"adjudicated {len(payload['adjudicates'])} versions"
        case "relabel_all":
            by = f", by {payload['by']}" if payload["by"] != operation.person else ""
            return f"label {payload['from']} became {payload['to']}: {_entities(len(spans))}{by}"
        case "split":
            return _chosen(payload, text)
        case "settle":
            return "resolved a conflict"
        case "":
            return f"sent an unknown action: {_clip(str(payload.get('refused')))}"
    if spans:
        return "; ".join(_span(op, change, text) for change in spans)
    return _unchanged(op, payload, text)


def describe_set(made: Made) -> str:
    """What an answer said that was there before anybody did anything."""
    number = _entities(made.entities)
    if made.origin == "person":
        return f"submitted {number}, imported with the document"
    if made.model_version_id is None:
        return f"suggested {number}, imported with the document"
    return f"model version {made.model_version_id} suggested {number}"


def _span(op: str, change: Mapping[str, Any], text: str) -> str:
    before, after = change["before"], change["after"]
    if before is None:
        verb = "restored" if op == "restore" else "added"
        return f"{verb} {_named(after, text)} as {after['label']}"
    if after is None:
        return f"deleted {_named(before, text)}, which was {before['label']}"
    did = _parts(before, after, text)
    if not did:
        verb = "left undecided" if after["status"] == "suggested" else after["status"]
        did = [f"{verb} {_named(after, text)} as {after['label']}"]
    undone = "undid: " if op == "restore" else ""
    return f"{undone}{' and '.join(did)}{_origin(after)}"


def _parts(before: Mapping[str, Any], after: Mapping[str, Any], text: str) -> list[str]:
    did = []
    if (before["start"], before["end"]) != (after["start"], after["end"]):
        did.append(f"moved {_named(before, text)} to {_named(after, text)}")
    if before["label"] != after["label"]:
        words = "it" if did else _named(after, text)
        did.append(f"relabelled {words} from {before['label']} to {after['label']}")
    return did


def _origin(span: Mapping[str, Any]) -> str:
    """Whose suggestion it was."""
    if span["source"] == "person":
        return ""
    if span["source"] == "rule":
        return " (suggested by a rule)"
    known = _MODEL_KEY.match(span["id"])
    by = f"suggested by model version {known[1]}" if known else "an imported suggestion"
    if span["source"] == "instant":
        by = "learnt from submitted documents"
    score = span.get("score")
    return f" ({by})" if score is None else f" ({by}, {score:.0%})"


def _chosen(payload: Mapping[str, Any], text: str) -> str:
    """A choice of the guided pass over a label that is split."""
    named = _named(payload, text)
    if payload["to"] == payload["from"]:
        return f"kept {named} as {payload['from']} when splitting it"
    return f"split {payload['from']}: {named} became {payload['to']}, by {payload['by']}"


def _again(payload: Mapping[str, Any]) -> str:
    added, gone = len(payload["spans"]), len(payload["gone"])
    parts = [f"{added} new"] if added else []
    parts += [f"{gone} removed"] if gone else []
    result = ", ".join(parts) or "nothing new"
    return f"asked model version {payload['model_version_id']} to suggest again: {result}"


def _unchanged(op: str, payload: Mapping[str, Any], text: str) -> str:
    """What is known of an action of which only the payload was kept, or that changed nothing."""
    where = ""
    if isinstance(payload.get("start"), int) and isinstance(payload.get("end"), int):
        where = f" {_named(payload, text)}"
    label = f" as {payload['label']}" if payload.get("label") else ""
    return f"{op}{where}{label}"


def _named(span: Mapping[str, Any], text: str) -> str:
    return f"“{_clip(text[max(0, span['start']) : max(0, span['end'])])}”"


def _clip(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def _entities(number: int) -> str:
    return f"{number:,} {'entity' if number == 1 else 'entities'}"
