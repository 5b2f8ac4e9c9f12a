"""Who may bring documents in and take them out."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.exporting import export
from app.services.interchange.importing import add_text, import_file
from app.services.interchange.preview import previewing
from app.services.interchange.read_records import Incoming
from app.services.team.permissions import Acting, NotAllowedError, for_person
from storage.engine import Sessions, writing
from storage.enums import Role
from storage.models import Member, User
from storage.records import Selection
from storage.repository import projects
from storage.repository.listing import list_documents
from tests.app.services.interchange.test_exporting import with_history

CONTENT = b'{"text": "Anna met Bo."}\n'


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        return projects.create(session, "P").id


def signed_in(sessions: Sessions, project_id: int, role: Role | None) -> Sessions:
    with writing(sessions) as session:
        user = User(name="Ann", folded="ann")
        session.add(user)
        session.flush()
        if role:
            session.add(Member(project_id=project_id, user_id=user.id, role=role))
        acting = Acting("Ann", user.id, administrator=False)
    return for_person(sessions, acting)


WAYS: dict[str, Callable[[Sessions, int], object]] = {
    "import": lambda item, project: import_file(item, project, CONTENT, name="a.jsonl"),
    "text": lambda item, project: add_text(item, project, "name", "text"),
    "preview": lambda item, project: list(previewing(item, project, Incoming(CONTENT, "a.jsonl"))),
    "export": lambda item, project: export(item, project, "jsonl", io.BytesIO()),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ["annotator", None])
def test_only_reviewers_and_administrators_bring_in_and_take_out(
    sessions: sessionmaker[Session], project_id: int, way: str, role: Role | None
) -> None:
    personal = signed_in(sessions, project_id, role)
    with pytest.raises((NotAllowedError, LookupError)):
        WAYS[way](personal, project_id)

    with sessions() as session:
        assert list_documents(session, project_id).total == 0


def test_a_reviewer_brings_in_and_takes_out_with_the_history(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    with_history(sessions, project_id)
    personal = signed_in(sessions, project_id, "reviewer")
    out, again = io.BytesIO(), io.BytesIO()
    export(personal, project_id, "jsonl", out, Selection(history=True))
    with writing(sessions) as session:
        other = projects.create(session, "Other").id
        user = session.query(User).one()
        session.add(Member(project_id=other, user_id=user.id, role="reviewer"))

    assert import_file(personal, other, out.getvalue(), name="a.jsonl").added == 1
    export(personal, other, "jsonl", again, Selection(history=True))
    assert again.getvalue() == out.getvalue()
