"""An answer is found by what the tool that it came from calls its annotation."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import writing
from storage.repository import annotation_sets, documents, projects, tool_answers

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(("annotation", "other"), [(7, 70), (2**31, 2**32), (2**62, 1)])
def test_numbers_of_any_size_are_found_beside_names_of_another_tool(
    sessions: sessionmaker[Session], annotation: int, other: int
) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P").id
        numbers = []
        for name in (annotation, other, "letter.txt"):
            document = documents.add(
                session, project, name="d", text=f"Anna {name}", status="submitted"
            )
            assert document is not None
            tool = "INCEpTION" if isinstance(name, str) else "Label Studio"
            followed = {"tool": tool, "annotation": name}
            annotation_sets.add_person_set(
                session,
                document.id,
                [],
                person="Ann",
                state="submitted",
                provenance={"followed": followed},
            )
            numbers.append(document.id)

    with sessions() as session:
        ask = (session, project, "Label Studio")
        assert tool_answers.followed(*ask, [annotation]) == numbers[:1]
        assert tool_answers.followed(*ask, [annotation, other]) == numbers[:2]
        assert tool_answers.followed(*ask, [annotation + 1]) == []
