"""Answers that came of another tool's annotations, by what that tool calls them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Document
from storage.readable_json import readable
from storage.repository import set_queries
from storage.repository.annotation_sets import newest_submitted
from storage.repository.set_queries import of_owner


def followed(
    session: Session, project_id: int, tool: str, annotations: Collection[int]
) -> Sequence[int]:
    """The submitted documents whose answer is one of these annotations of another tool. Tools call
    theirs by numbers of any size, or by names, so that all are compared as text."""
    source = readable(AnnotationSet.provenance)["followed"]
    number = cast(source["annotation"].as_string(), String)
    query = (
        select(Document.id)
        .join(AnnotationSet, AnnotationSet.document_id == Document.id)
        .where(
            Document.project_id == project_id,
            Document.status == "submitted",
            AnnotationSet.id.in_(newest_submitted(project_id)),
            source["tool"].as_string() == tool,
            number.in_(map(str, annotations)),
        )
        .order_by(Document.id)
    )
    return session.scalars(query).all()


def newest_of_tool(
    session: Session, document_id: int, tool: str, owner: str | None = None
) -> AnnotationSet | None:
    """The newest draft or submitted set that came of another tool's annotation."""
    came = readable(AnnotationSet.provenance)["followed"]["tool"].as_string() == tool
    query = set_queries.newest(AnnotationSet.origin == "person", of_owner(owner), came)
    return set_queries.first(session, query, document_id=document_id)
