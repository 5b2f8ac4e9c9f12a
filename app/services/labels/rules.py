"""A project's rules: brought in from a file, listed with what people made of them, taken away."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from app.services.suggestions import rule_matching
from app.services.suggestions.rules import silent
from app.services.team.permissions import require
from core.text.phrases import MAX_WORDS
from storage import rule_files
from storage.engine import Sessions, writing
from storage.enums import RuleKind
from storage.repository import projects, rules
from storage.repository.rules import NewRule, Outcome
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
    with sessions() as session:
        require(session, project_id, "annotate")
        names = {label.id: label.name for label in projects.labels(session, project_id)}
        stored = [rule for rule in rules.every(session, project_id) if rule.label_id in names]
        outcomes = rules.outcomes_of_project(session, project_id)
    wanted = search.strip().lower()
    views = [
        RuleView(
            rule.id,
            names[rule.label_id],
            rule.kind,
            rule.pattern,
            rule.name,
            outcome.accepted,
            outcome.rejected,
            silent(outcome),
        )
        for rule in stored
        for outcome in [outcomes.get(rule.id, Outcome())]
        if wanted in rule.pattern.lower() or wanted in names[rule.label_id].lower()
    ]
    views.sort(key=lambda rule: (-rule.accepted - rule.rejected, rule.id))
    by_label = {name: 0 for name in names.values()}
    for rule in views:
        by_label[rule.label] += 1
    return RuleList(
        tuple(views[:limit]),
        len(views),
        sum(rule.silent for rule in views),
        {name: count for name, count in by_label.items() if count},
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
        label_id = None
        if label is not None:
            ids = {known.name: known.id for known in projects.labels(session, project_id)}
            if label not in ids:
                raise LookupError(
                    f"there is no label {label!r}; the project has {', '.join(ids) or 'none yet'}"
                )
            label_id = ids[label]
        return rules.remove(session, project_id, person, rule_ids=rule_ids, label_id=label_id)


def _checked(found: RuleFile, label: str | None, ignore_case: bool) -> Iterator[RuleRecord]:
    """The file's rules that can match something; the others join its bad lines."""
    for record in found.rules:
        reason = _reason(record, label)
        if reason:
            found.refuse(record.line, reason)
            continue
        kind: RuleKind = "lower" if ignore_case and record.plain else record.kind
        pattern = record.pattern.lower() if kind == "lower" else record.pattern
        yield replace(record, kind=kind, pattern=pattern, label=record.label or label)


def _reason(record: RuleRecord, label: str | None) -> str | None:
    """Why a rule is not taken; None where it is."""
    given = record.label or label
    if not given:
        return "no label is given; choose one for the rules that have none"
    try:
        projects.check_label_name(given)
    except ValueError as error:
        return str(error)
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
    try:
        TokenPatterns([(0, json.loads(record.pattern))])
    except ValueError as error:
        return f"spaCy does not take the pattern: {' '.join(str(error).split())[:200]}"
    return None


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
    present = [
        NewRule(rule.label_id, rule.kind, rule.pattern).identity
        for rule in rules.every(session, project_id)
    ]
    taken = set(present)
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
