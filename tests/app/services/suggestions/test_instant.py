"""What people submit is learnt at once, and suggested in the next document."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.engine import Sessions
from tests.app.instant_kit import TEXTS, Classroom, open_classroom

NEXT = "He took 20 mg of ibuprofen and some codeine."
DRUGS = {("ibuprofen", "DRUG", "instant"), ("codeine", "DRUG", "instant")}


@pytest.fixture
def classroom(sessions: Sessions, tmp_path: Path) -> Classroom:
    return open_classroom(sessions, tmp_path)


def test_what_was_marked_in_submitted_documents_is_suggested_in_the_next(
    classroom: Classroom,
) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()

    assert set(classroom.suggested(NEXT)) >= DRUGS
