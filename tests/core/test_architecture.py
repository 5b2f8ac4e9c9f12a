"""A model of another generation says so, and is never half loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.architecture import ARCHITECTURE, KEY, outdated
from core.model import CONFIG, DiffusionNER, ModelError
from tests.core.conftest import NewModel


def aged(folder: Path, architecture: object) -> None:
    saved = json.loads((folder / CONFIG).read_text())
    saved.pop(KEY)
    if architecture is not None:
        saved[KEY] = architecture
    (folder / CONFIG).write_text(json.dumps(saved))


def test_a_saved_model_says_its_architecture_and_is_read(
    new_model: NewModel, tmp_path: Path
) -> None:
    new_model().save(tmp_path)
    saved = json.loads((tmp_path / CONFIG).read_text())
    assert saved[KEY] == ARCHITECTURE
    assert outdated(saved) is None
    DiffusionNER.load(tmp_path)


@pytest.mark.parametrize(
    ("architecture", "said"),
    [
        (None, r"an earlier version of Spanneal \(architecture 1, .*train --from assets/models"),
        (1, r"an earlier version of Spanneal \(architecture 1, this one reads 2\)"),
        (3, r"a later version of Spanneal \(architecture 3, this one reads 2\).*update Spanneal"),
        ("new", r"a later version of Spanneal \(architecture new, .*update Spanneal"),
    ],
)
def test_a_model_of_another_architecture_is_refused_by_what_it_is_and_what_helps(
    new_model: NewModel, tmp_path: Path, architecture: object, said: str
) -> None:
    new_model().save(tmp_path)
    aged(tmp_path, architecture)
    with pytest.raises(ModelError, match=said):
        DiffusionNER.load(tmp_path)
