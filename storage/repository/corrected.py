"""The corrected data: every document that has a submitted set, with the newest one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy.orm import Session

from storage.enums import Split
from storage.records import DocumentRecord, Selection
from storage.repository.export_selection import selected


def corrected(
    session: Session, project_id: int, splits: Collection[Split] = ()
) -> Iterator[DocumentRecord]:
    """Streams the documents in order of arrival, of the given splits (all if none)."""
    return selected(session, project_id, Selection(splits=splits))
