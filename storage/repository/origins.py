"""Where exported data comes from: the schema that it lay in, and the models that helped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, inspect, or_, select, table, text
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Document, ModelVersion

_COUNTED = ("projects", "documents", "annotation_sets", "entities", "operations", "events", "users")


def schema(session: Session) -> str:
    """The revision of the tables, see `storage/migrations/versions/`."""
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))


def models_used(session: Session, project_id: int) -> Sequence[ModelVersion]:
    """The versions that have made suggestions in a project, and the active one."""
    suggested = (
        select(AnnotationSet.model_version_id)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(Document.project_id == project_id, AnnotationSet.origin == "machine")
    )
    query = select(ModelVersion).where(
        or_(ModelVersion.id.in_(suggested), ModelVersion.state == "active")
    )
    return session.scalars(query.order_by(ModelVersion.id)).all()


def row_counts(session: Session) -> dict[str, int]:
    """The number of rows of each table, the trash included, to compare a copy with its original.
    Tables that an older schema lacks are left out."""
    present = inspect(session.connection()).get_table_names()
    return {
        name: session.scalar(select(func.count()).select_from(table(name))) or 0
        for name in _COUNTED
        if name in present
    }
