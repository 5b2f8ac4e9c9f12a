"""Rules, what each of them suggested, and what people made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Session

from storage import table_queries
from storage.enums import RuleKind
from storage.models import (
    AnnotationSet,
    Base,
    Document,
    EntityRow,
    Event,
    Label,
    Rule,
    RuleSuggestion,
)
from storage.repository import events
from storage.repository.label_names import MERGED

IMPORTED, REMOVED = "import rules", "remove rules"
Value = TypeVar("Value")
Columns = TypeVarTuple("Columns")
_COLUMNS = (Rule.id, Rule.label_id, Rule.kind, Rule.pattern, Rule.name)
_RULES = Base.metadata.tables[Rule.__tablename__]
_AT_ONCE = 500
"""Values of an IN, and rows of an INSERT."""
_OWNER = (AnnotationSet.blind, case((AnnotationSet.blind, AnnotationSet.person)))
_SUBMITTED = AnnotationSet.state == "submitted"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that is checked and can be added."""

    label_id: int
    kind: RuleKind
    pattern: str
    name: str = ""

    @property
    def identity(self) -> tuple[int, RuleKind, str]:
        """What no two rules of a project share."""
        return self.label_id, self.kind, self.pattern


@dataclass(frozen=True, slots=True)
class StoredRule:
    id: int
    label_id: int
    kind: RuleKind
    pattern: str
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What people decided on a rule's suggestions, in drafts and in the answers that stand."""

    accepted: int = 0
    """As they were suggested."""
    rejected: int = 0
    """Or corrected: moved, or given another label."""

    @property
    def decided(self) -> int:
        return self.accepted + self.rejected


@dataclass(frozen=True, slots=True, order=True)
class Suggested:
    """A span that a rule suggested, by the key that its set knows it by."""

    key: str
    rule_id: int
    start: int
    end: int


def add(
    session: Session, project_id: int, rules: Sequence[NewRule], person: str, file: str
) -> None:
    """Insert rules that the project has not, and write down who did it."""
    for part in _parts(rules):
        values = [
            {
                "project_id": project_id,
                "label_id": rule.label_id,
                "kind": rule.kind,
                "pattern": rule.pattern,
                "name": rule.name,
            }
            for rule in part
        ]
        session.execute(insert(_RULES), values)
    detail = {"name": file, "rules": len(rules)}
    events.record(session, person, IMPORTED, project_id=project_id, detail=detail)


def every(session: Session, project_id: int) -> list[StoredRule]:
    """All rules of a project, also those of labels in the trash, in order of their ids."""
    query = select(*_COLUMNS).where(Rule.project_id == project_id).order_by(Rule.id)
    return [StoredRule(*row) for row in session.execute(query)]


def state(session: Session, project_id: int) -> int | None:
    """A number that grows with every change of the project's rules; None where it never had any."""
    ((changed, imported),) = table_queries.rows(session, _state(), project_id=project_id)
    return None if imported is None else changed


@cache
def _state() -> table_queries.Query:
    event = table_queries.table(Event).c
    return select(func.max(event.id), func.max(event.id).filter(event.action == IMPORTED)).where(
        event.project_id == bindparam("project_id"), event.action.in_((IMPORTED, REMOVED, MERGED))
    )


def page(
    session: Session,
    project_id: int,
    *,
    search: str = "",
    rule_ids: Collection[int] | None = None,
    limit: int | None = None,
) -> list[StoredRule]:
    """Rules of labels that are not in the trash, in order of their ids: those whose pattern or
    label holds the search, of `rule_ids` where they are given."""
    query = _listed(select(*_COLUMNS), project_id, search).order_by(Rule.id)
    if rule_ids is None:
        return [StoredRule(*row) for row in session.execute(query.limit(limit))]
    parts = _parts(sorted(rule_ids))
    return [
        StoredRule(*row)
        for part in parts
        for row in session.execute(query.where(Rule.id.in_(part)))
    ]


def counts(session: Session, project_id: int, search: str = "") -> dict[int, int]:
    """How many of the rules that `page` lists each label has, by the label's id."""
    query = _listed(select(Rule.label_id, func.count()), project_id, search)
    return {row[0]: row[1] for row in session.execute(query.group_by(Rule.label_id))}


def _listed(query: Select[*Columns], project_id: int, search: str) -> Select[*Columns]:
    found = query.join(Label, Label.id == Rule.label_id).where(Rule.project_id == project_id)
    if not search:
        return found
    wanted = (column.icontains(search, autoescape=True) for column in (Rule.pattern, Label.name))
    return found.where(or_(*wanted))


def remove(
    session: Session,
    project_id: int,
    person: str,
    *,
    rule_ids: Collection[int] | None = None,
    label_id: int | None = None,
) -> int:
    """Delete these rules, or all of a label, or all; returns how many there were."""
    conditions: list[ColumnElement[bool]] = [Rule.project_id == project_id]
    if label_id is not None:
        conditions.append(Rule.label_id == label_id)
    if rule_ids is None:
        removed = _deleted(session, conditions)
    else:
        parts = _parts(sorted(rule_ids))
        removed = sum(_deleted(session, [*conditions, Rule.id.in_(part)]) for part in parts)
    if removed:
        detail = {"rules": removed}
        events.record(session, person, REMOVED, project_id=project_id, detail=detail)
    return removed


def _deleted(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    found = session.execute(
        delete(Rule)
        .where(*conditions)
        .returning(Rule.id)
        .execution_options(synchronize_session=False)
    )
    return len(found.all())


def suggested(session: Session, document_id: int) -> set[Suggested]:
    """What rules suggested in a document so far."""
    query = select(
        RuleSuggestion.key, RuleSuggestion.rule_id, RuleSuggestion.start, RuleSuggestion.end
    ).where(RuleSuggestion.document_id == document_id)
    return {Suggested(*row) for row in session.execute(query)}


def note_suggested(session: Session, document_id: int, found: Iterable[Suggested]) -> None:
    """Keep which rules made which suggestions; what a key meant before is forgotten."""
    rows = sorted(set(found))
    for part in _parts(sorted({row.key for row in rows})):
        session.execute(
            delete(RuleSuggestion)
            .where(RuleSuggestion.document_id == document_id, RuleSuggestion.key.in_(part))
            .execution_options(synchronize_session=False)
        )
    for some in _parts(rows):
        values = [
            {
                "document_id": document_id,
                "key": row.key,
                "rule_id": row.rule_id,
                "start": row.start,
                "end": row.end,
            }
            for row in some
        ]
        session.execute(insert(RuleSuggestion), values)


def outcomes(session: Session, rule_ids: Collection[int]) -> Mapping[int, Outcome]:
    """What became of these rules' suggestions; a rule on which nobody decided is left out.

    Counted anew from the drafts and answers that stand, so that undoing, reopening, deleting and
    restoring are exact.
    """
    found: dict[int, Outcome] = {}
    for part in _parts(sorted(rule_ids)):
        among = RuleSuggestion.rule_id.in_(part)
        found |= _tallied(session.execute(_decided(among)))
    return found


def outcomes_of_project(session: Session, project_id: int) -> Mapping[int, Outcome]:
    """The same of all rules of a project."""
    rules = select(Rule.id).where(Rule.project_id == project_id)
    return _tallied(session.execute(_decided(RuleSuggestion.rule_id.in_(rules))))


def _parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    return (values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE))


def _tallied(rows: Iterable[Row[int, int, int]]) -> dict[int, Outcome]:
    return {rule_id: Outcome(right, decided - right) for rule_id, decided, right in rows}


def _decided(among: ColumnElement[bool]) -> Select[int, int, int]:
    """By rule: how many of its suggestions are decided, and how many accepted as they were."""
    documents = select(RuleSuggestion.document_id).where(among)
    standing = (
        select(
            func.coalesce(
                func.max(AnnotationSet.id).filter(~_SUBMITTED),
                func.max(AnnotationSet.id).filter(_SUBMITTED),
            )
        )
        .where(AnnotationSet.origin == "person", AnnotationSet.document_id.in_(documents))
        .group_by(AnnotationSet.document_id, *_OWNER)
    )
    unchanged = and_(
        EntityRow.status == "accepted",
        EntityRow.label == Label.name,
        EntityRow.start == RuleSuggestion.start,
        EntityRow.end == RuleSuggestion.end,
    )
    return (
        select(RuleSuggestion.rule_id, func.count(), func.count().filter(unchanged))
        .join(Rule, Rule.id == RuleSuggestion.rule_id)
        .join(Label, Label.id == Rule.label_id)
        .join(Document, Document.id == RuleSuggestion.document_id)
        .join(AnnotationSet, AnnotationSet.document_id == RuleSuggestion.document_id)
        .join(
            EntityRow,
            and_(
                EntityRow.annotation_set_id == AnnotationSet.id,
                EntityRow.key == RuleSuggestion.key,
            ),
        )
        .where(among, AnnotationSet.id.in_(standing), EntityRow.status != "suggested")
        .group_by(RuleSuggestion.rule_id)
    )
