"""A session that sees only some projects: whatever is asked of it, it finds nothing of others.

A net below the services, which ask for permission by themselves. Queries over tables instead of
models, and those with `execution_options(everyone=True)`, pass it by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import event, exists, select
from sqlalchemy.orm import ORMExecuteState, Session

from storage.models import (
    AnnotationSet,
    Assignment,
    Document,
    DocumentSignal,
    Event,
    InstantHead,
    InstantLesson,
    Label,
    Operation,
    Preannotation,
    Project,
    Rule,
    RuleSuggestion,
    Visit,
    Webhook,
)
from storage.query_criteria import Condition, add
from storage.soft_delete import SoftDeleteSession

ProjectScope = Callable[[Session], Collection[int] | None]
"""Which projects a session sees; None: all of them."""
PROJECT_SCOPE = "project_scope"
"""The key of a session's `info` that holds its scope."""
EVERYONE = {"everyone": True}
"""Execution options of a query that must see all projects, such as one for a twin's split."""
_OF_PROJECTS: tuple[type[Any], ...] = (
    Document,
    Label,
    Event,
    Preannotation,
    Rule,
    InstantHead,
    InstantLesson,
    Webhook,
)
_OF_DOCUMENTS: tuple[type[Any], ...] = (
    AnnotationSet,
    Assignment,
    DocumentSignal,
    Operation,
    RuleSuggestion,
    Visit,
)


class ProjectScopedSession(SoftDeleteSession):
    """A session whose `info` says what it sees."""


@event.listens_for(ProjectScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    narrowed = state.is_select or state.is_update or state.is_delete
    if not narrowed or state.is_column_load or state.is_relationship_load:
        return
    if state.execution_options.get("everyone"):
        return
    project_scope: ProjectScope = state.session.info[PROJECT_SCOPE]
    visible_ids = project_scope(state.session)
    if visible_ids is not None:
        add(state, _criteria(tuple(sorted(visible_ids))))


@lru_cache(maxsize=256)
def _criteria(visible_ids: tuple[int, ...]) -> tuple[Condition, ...]:
    """Kept for the next query: to make them takes longer than most queries."""
    documents = Document.__table__.alias("visible_documents")
    found = [Condition(Project, Project.id.in_(visible_ids))]
    for model in _OF_PROJECTS:
        found.append(Condition(model, model.project_id.in_(visible_ids)))
    for model in _OF_DOCUMENTS:
        among = exists(
            select(1).where(
                documents.c.id == model.document_id, documents.c.project_id.in_(visible_ids)
            )
        )
        found.append(Condition(model, among))
    return tuple(found)
