"""Two processes learn from one project, on each database: what they learn is one head."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load
from torch import Tensor
from torch.testing import assert_close

from storage.columns import now
from storage.engine import Sessions, create_engine_from, session_factory, writing
from storage.models import InstantHead
from tests import databases
from tests.app.instant_kit import TEXTS, Classroom, open_classroom
from tests.app.learning_process import learning_process

MORE = ("Codeine and 5 ml of ibuprofen.", "Give 20 mg of codeine.")


def _lapse(classroom: Classroom) -> None:
    """As if the lease had run out."""
    with writing(classroom.sessions) as session:
        key = classroom.project_id, classroom.model.model_version_id
        session.get_one(InstantHead, key).leased_until = now() - timedelta(seconds=1)


def _single(classroom: Classroom, folder: Path) -> Classroom:
    """The same project on a database that this process has for itself."""
    path = databases.copy_migrated(folder / "single.db")
    sessions = session_factory(create_engine_from(f"sqlite:///{path}"))
    single = replace(open_classroom(sessions, folder), model=classroom.model)
    single.learning._scalings = classroom.learning._scalings
    return single


def _learn_one_by_one(single: Classroom, *texts: str) -> None:
    for text in texts:
        single.submit_all(text)
        single.learn()
    single.rest()


def _assert_same_head(classroom: Classroom, single: Classroom) -> None:
    """The same within single precision: what is solved rounds as the memory lies."""
    head, other = classroom.head(), single.head()
    assert head.documents == other.documents
    for stored, expected in ((head.state, other.state), (head.suggester, other.suggester)):
        assert stored is not None
        assert expected is not None
        tensors, expected_tensors = load(stored), load(expected)
        numbers, expected_numbers = (
            _json(part.pop("json")) for part in (tensors, expected_tensors)
        )
        assert_close(tensors, expected_tensors, rtol=0, atol=1e-6)
        assert numbers == pytest.approx(expected_numbers, abs=1e-6)


def _json(tensor: Tensor) -> dict[str, Any]:
    """The numbers and words of a part's JSON, by their paths."""
    flat: dict[str, Any] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict | list):
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            for name, part in parts:
                walk(part, f"{path}/{name}")
        else:
            flat[path] = value

    walk(json.loads(bytes(tensor.tolist())), "")
    return flat


@pytest.mark.both_databases
def test_two_processes_learn_what_one_alone_does_also_when_one_is_killed(
    sessions: Sessions, tmp_path: Path
) -> None:
    classroom = open_classroom(sessions, tmp_path)
    with learning_process() as other:
        for number, text in enumerate(TEXTS):
            classroom.submit_all(text)
            if number % 2:
                classroom.learn()
                classroom.rest()
            else:
                assert other.learn(classroom) == "idle"
                other.rest(classroom)
        single = _single(classroom, tmp_path / "single")
        _learn_one_by_one(single, *TEXTS)
        _assert_same_head(classroom, single)

        classroom.submit_all(MORE[0])
        assert other.learn(classroom) == "idle"
        other.kill()  # its lesson is in the log alone
    classroom.submit_all(MORE[1])
    assert classroom.learning.step(classroom.project_id, classroom.reader) == "busy"
    _lapse(classroom)
    classroom.learn()
    classroom.rest()
    _learn_one_by_one(single, *MORE)
    _assert_same_head(classroom, single)
