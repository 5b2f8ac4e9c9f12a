"""Whether what another tool tells is news, and whether the answer here is that tool's to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.services.annotation.tasks import AnnotationTask
from storage.enums import DocumentStatus
from storage.models import AnnotationSet
from storage.repository import annotation_sets, assignments, operations, tool_answers

SEVERAL = "several people annotate each document here, and a reviewer decides"
BEGUN = "somebody is working on the document here and has not submitted it"
DECIDED = "the document was submitted here, and is not finished there"


@dataclass(frozen=True, slots=True)
class SyncedResponse:
    """An annotation of another tool. Its number is that tool's own."""

    tool: str
    annotation: int | str
    task: int | None = None
    changed: str | None = None
    """When, in ISO 8601, as the tool says."""
    user: str | None = None
    """Whose it is, where a tool sends the answers of several people to one text."""
    digest: str | None = None
    """Of what it says, where a tool sends all its answers again and again: what it has said before
    is no news, whatever was decided here since."""
    finished: bool = True


def already_known(session: Session, task: AnnotationTask, source: SyncedResponse) -> bool:
    """Whether what came of the annotation before is this or newer: answers may overtake each
    other."""
    latest = operations.last_followed(
        session, task.id, source.tool, source.user, task.owner
    ) or _source(tool_answers.newest_of_tool(session, task.id, source.tool, task.owner))
    keys = ("tool", "annotation", "user")
    if any(latest.get(key) != getattr(source, key) for key in keys):
        return False
    if source.digest is not None and latest.get("digest") == source.digest:
        return True
    before, after = _moment(latest.get("changed")), _moment(source.changed)
    return before is not None and after is not None and after < before


def hands_off(
    session: Session, task: AnnotationTask, source: SyncedResponse, status: DocumentStatus
) -> str | None:
    """Why the document's answer is not this tool's to change now; None where it is."""
    if not task.blind and assignments.annotators(session, task.document.project_id) > 1:
        return SEVERAL
    draft = _draft(session, task)
    stands = annotation_sets.submitted_of(session, task.id, task.owner)
    standing = task.standing.status
    latest = _source(draft if standing == "in_progress" else stands)
    if source.user and latest.get("user") not in (None, source.user):
        return (
            f"the answer of {latest['user']!r} stands here, and each document of the project has "
            "one answer; set the number of people who annotate each document to 2 or more"
        )
    if standing == "in_progress":
        return None if _untouched(task, draft, stands, source) else BEGUN
    if status == "in_progress" and standing == "submitted":
        same = latest.get("tool") == source.tool and latest.get("finished", True)
        return None if same else DECIDED
    return None


def _untouched(
    task: AnnotationTask,
    draft: AnnotationSet | None,
    stands: AnnotationSet | None,
    source: SyncedResponse,
) -> bool:
    """Whether nobody has changed the draft since it was reopened, or since the tool made it."""
    if draft is None:
        return False
    followed = _source(draft)
    if followed.get("tool") == source.tool and not followed.get("finished", True):
        return bool(followed.get("version", 0) == task.standing.version)
    return (
        stands is not None
        and draft.parent_id == stands.id
        and annotation_sets.spans_of(draft) == annotation_sets.spans_of(stands)
    )


def _draft(session: Session, task: AnnotationTask) -> AnnotationSet | None:
    return annotation_sets.draft_of(session, task.id, task.owner)


def _source(answer: AnnotationSet | None) -> dict[str, Any]:
    return dict((answer.provenance if answer else {}).get("followed") or {})


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
