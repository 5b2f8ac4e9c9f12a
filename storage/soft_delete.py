"""What lies in the trash is found by no query, unless the query asks for it.

A `SoftDeleteSession`, as `storage.engine.session_factory` makes them, adds the conditions to every
SELECT, at any depth, so that no list, queue, count or export can forget them. Deleted are a project
with all that is in it, a document, and a label with its entities. Changes and deletions are not
touched, and neither are queries over tables instead of classes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, event, exists, select
from sqlalchemy.orm import ORMExecuteState, Session

from storage.models import AnnotationSet, Document, EntityRow, Label, Project
from storage.query_criteria import Condition, add

WITH_TRASH: dict[str, Any] = {"with_trash": True}
"""Execution options of a query that also finds what lies in the trash."""

# Tables, not classes: what is said of classes here would be restricted in turn.
_projects, _labels = Project.__table__, Label.__table__
_documents, _sets = Document.__table__, AnnotationSet.__table__


class SoftDeleteSession(Session):
    """A session that finds what stands."""


@event.listens_for(SoftDeleteSession, "do_orm_execute")
def _hide_trash(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    if not state.execution_options.get("with_trash", False):
        add(state, _CONDITIONS)


def _label_in_trash() -> ColumnElement[bool]:
    """Whether an entity's label lies in the trash of its project.

    The first half is asked once a query, and is false for every entity where no label does.
    """
    names = select(_labels.c.name).where(_labels.c.deleted_at.is_not(None))
    of_project = (
        select(_labels.c.id)
        .join(_documents, _documents.c.project_id == _labels.c.project_id)
        .join(_sets, _sets.c.document_id == _documents.c.id)
        .where(
            _sets.c.id == EntityRow.annotation_set_id,
            _labels.c.name == EntityRow.label,
            _labels.c.deleted_at.is_not(None),
        )
        .correlate(EntityRow.__table__)
    )
    return and_(EntityRow.label.in_(names), exists(of_project))


def _conditions() -> tuple[Condition, ...]:
    gone = select(_projects.c.id).where(_projects.c.deleted_at.is_not(None))
    hidden = {
        Project: Project.deleted_at.is_(None),
        Label: Label.deleted_at.is_(None),
        Document: and_(Document.deleted_at.is_(None), Document.project_id.not_in(gone)),
        EntityRow: ~_label_in_trash(),
    }
    return tuple(Condition(table, condition) for table, condition in hidden.items())


_CONDITIONS = _conditions()
