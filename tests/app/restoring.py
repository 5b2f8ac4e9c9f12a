"""Bringing a version of a document back, as the history's dialog does."""

from __future__ import annotations

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView


def back(service: AnnotationService, document_id: int, version: int, person: str) -> DocumentView:
    """Restores a version, having seen the document as it is."""
    return service.restore(document_id, version, person, service.open(document_id, person).version)
