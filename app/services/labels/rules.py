"""A project's rules: import them from a file, list them with people's decisions, remove them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from app.services.suggestions import rule_matching
from app.services.suggestions.rules import silent
from app.services.team.permissions import require
from core.text.phrases import MAX_WORDS
from storage import rule_files
from storage.engine import Sessions, writing
from storage.enums import RuleKind
from storage.repository import projects, rules
from storage.repository.rules import NewRule, Outcome, StoredRule
from storage.rule_files import MOST_RULES, RuleFile, RuleFileError, RuleRecord

MOST_TOKEN_RULES = 1_000
"""Patterns of tokens in a project: spaCy tries each of them at each word."""
MOST_NEW_LABELS = 50
"""Labels that a file may bring in: one with more has another column for its labels."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What became of a file of rules."""

    taken: int
    known: int
    """Rules that the project has already, or that the file holds twice."""
    labels_created: tuple[str, ...]
    file: RuleFile
    """What was not taken, by line; and what is not read, by kind."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with what people decided on its suggestions."""

    id: int
    label: str
    kind: RuleKind
    pattern: str
    name: str
    accepted: int
    rejected: int
    silent: bool
    """Whether it suggests nothing, see `app.services.suggestions.rules.silent`."""


@dataclass(frozen=True, slots=True)
class RuleList:
    """A project's rules, as many of them as were asked for."""

    rules: tuple[RuleView, ...] = ()
    """Those that people decided on most often first."""
    total: int = 0
    silent: int = 0
    by_label: Mapping[str, int] = field(default_factory=dict)


def import_rules(
    sessions: Sessions,
    project_id: int,
    content: bytes,
    name: str,
    person: str,
    *,
    label: str | None = None,
    ignore_case: bool = False,
) -> RuleReport:
    """Bring in the rules of a file, all that can be taken in one transaction.

    `label` is that of rules for which the file gives none; labels that the project lacks are
    created. `ignore_case`: strings match in any case. Raises `RuleFileError`, a `ValueError`, where
    nothing can be taken, and then nothing has changed.
    """
    found = rule_files.read(content, name)
    records = list(_checked(found, label, ignore_case))
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        created = _create_labels(session, project_id, name, records)
        ids = {known.name: known.id for known in projects.labels(session, project_id)}
        taken = [record for record in records if record.label in ids]
        for record in records:
            if record.label not in ids:
                reason = f"the label {record.label!r} is in the trash; restore it, and import again"
                found.refuse(record.line, reason)
        new, known = _new(session, project_id, taken, ids)
        if new:
            rules.add(session, project_id, new, person, name)
    found.bad.sort(key=lambda record: record.line)
    return RuleReport(len(new), known, created, found)


def listed(
    sessions: Sessions, project_id: int, *, limit: int | None = None, search: str = ""
) -> RuleList:
    """The rules that hold the `search` in their pattern or label."""
    wanted = search.strip()
    with sessions() as session:
        require(session, project_id, "annotate")
        names = {label.id: label.name for label in projects.labels(session, project_id)}
        outcomes = rules.outcomes_of_project(session, project_id)
        decided = rules.page(session, project_id, search=wanted, rule_ids=outcomes)
        decided.sort(key=lambda rule: (-outcomes[rule.id].decided, rule.id))
        stored = [*decided, *rules.page(session, project_id, search=wanted, limit=limit)]
        by_label = rules.counts(session, project_id, wanted)
    unique = {rule.id: rule for rule in stored}
    return RuleList(
        tuple(
            _view(rule, names[rule.label_id], outcomes.get(rule.id, Outcome()))
            for rule in list(unique.values())[:limit]
        ),
        sum(by_label.values()),
        sum(silent(outcomes[rule.id]) for rule in decided),
        {names[label_id]: number for label_id, number in by_label.items()},
    )


def _view(rule: StoredRule, label: str, outcome: Outcome) -> RuleView:
    return RuleView(
        rule.id,
        label,
        rule.kind,
        rule.pattern,
        rule.name,
        outcome.accepted,
        outcome.rejected,
        silent(outcome),
    )


def remove_rules(
    sessions: Sessions,
    project_id: int,
    person: str,
    *,
    rule_ids: Collection[int] | None = None,
    label: str | None = None,
) -> int:
    """Take these rules away, or all of a label, or all; returns how many. What people decided on
    their suggestions stands. Raises `LookupError` for an unknown label."""
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        label_id = None if label is None else projects.label_named(session, project_id, label).id
        return rules.remove(session, project_id, person, rule_ids=rule_ids, label_id=label_id)


def _checked(found: RuleFile, label: str | None, ignore_case: bool) -> Iterator[RuleRecord]:
    """The file's rules that can match something; the others join its bad lines."""
    wrong_names: dict[str, str | None] = {}
    for record in found.rules:
        name = record.label or label or ""
        if name not in wrong_names:
            wrong_names[name] = _wrong_name(name)
        reason = wrong_names[name] or _reason(record)
        if reason:
            found.refuse(record.line, reason)
        elif (ignore_case and record.plain) or record.kind == "lower":
            yield replace(record, kind="lower", pattern=record.pattern.lower(), label=name)
        else:
            yield record if record.label else replace(record, label=name)


def _wrong_name(label: str) -> str | None:
    """Why a rule cannot have this label; None where it can."""
    if not label:
        return "no label is given; choose one for the rules that have none"
    try:
        projects.check_label_name(label)
    except ValueError as error:
        return str(error)
    return None


def _reason(record: RuleRecord) -> str | None:
    """Why a rule's pattern is not taken; None where it is."""
    if record.kind == "tokens":
        return _reason_of_tokens(record)
    words = len(rule_matching.words_of(record.pattern))
    if words > MAX_WORDS:
        return f"a term has at most {MAX_WORDS} words, got {words}; shorten it"
    return None


def _reason_of_tokens(record: RuleRecord) -> str | None:
    try:
        from core.integrations.token_patterns import TokenPatterns
    except ImportError:
        return (
            "a pattern of tokens needs spaCy, which is not installed; install it (pip install "
            "spacy) and import the file again, or write the words as a string"
        )
    tokens = json.loads(record.pattern)
    try:
        TokenPatterns([(0, tokens)])
    except ValueError as error:
        return f"spaCy does not take the pattern: {' '.join(str(error).split())[:200]}"
    for value in chain.from_iterable(map(_wanted_words, tokens)):
        words = rule_matching.words_of(value)
        if len(words) > 1 and words[1:] != ["."]:  # whether a stop is cut off, its place decides
            return (
                f"no word is {value[:60]!r}: Spanneal cuts it into {', '.join(words)[:80]}; write "
                "a token for each, or a string in the place of the list"
            )
    return None


def _wanted_words(token: Mapping[str, Any]) -> Iterator[str]:
    """The words of which a token of a pattern must be one."""
    for name in ("TEXT", "ORTH", "LOWER", "NORM"):
        value = token.get(name, ())
        if token.get("OP") != "!":
            yield from [value] if isinstance(value, str) else dict(value).get("IN", ())


def _create_labels(
    session: Session, project_id: int, name: str, records: Iterable[RuleRecord]
) -> tuple[str, ...]:
    """The labels that the project lacked. Raises `RuleFileError` where they are too many."""
    wanted = [record.label or "" for record in records]
    created = projects.ensure_labels(session, project_id, wanted)
    if len(created) > MOST_NEW_LABELS:
        raise RuleFileError(
            f"{name} has {len(created):,} labels that the project does not have, such as "
            f"{', '.join(map(repr, created[:3]))}, and may bring in {MOST_NEW_LABELS}; is the "
            "label in another column? Nothing was imported"
        )
    return created


def _new(
    session: Session, project_id: int, records: Iterable[RuleRecord], ids: Mapping[str, int]
) -> tuple[list[NewRule], int]:
    """The rules that the project has not, and how many it has. Raises `RuleFileError`."""
    present = rules.every(session, project_id)
    taken = {(rule.label_id, rule.kind, rule.pattern) for rule in present}
    new: list[NewRule] = []
    known = 0
    for record in records:
        rule = NewRule(ids[record.label or ""], record.kind, record.pattern, record.name)
        if rule.identity in taken:
            known += 1
            continue
        taken.add(rule.identity)
        new.append(rule)
    _require_room(len(taken), MOST_RULES, "rules")
    of_tokens = sum(kind == "tokens" for _, kind, _ in taken)
    _require_room(of_tokens, MOST_TOKEN_RULES, "patterns of tokens")
    return new, known


def _require_room(count: int, most: int, what: str) -> None:
    if count > most:
        raise RuleFileError(
            f"the project would have {count:,} {what}, and can have {most:,}; nothing was "
            "imported: remove some first, or import a shorter file"
        )
