"""Review is judged by a model that has learnt nothing of what it judges, or it says so."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import pytest

from app.services.model_registry.registry import ModelRegistry
from app.services.suggestions.label_review import judge_of
from app.services.suggestions.predictor import ModelPredictor
from storage.engine import Sessions
from tests.app.material import pretend_model


@pytest.mark.parametrize("retrainings", [0, 1, 2])
@pytest.mark.parametrize("gone", [False, True])
def test_the_first_model_judges_and_the_active_one_where_its_folder_is_gone(
    sessions: Sessions, tmp_path: Path, retrainings: int, gone: bool
) -> None:
    registry = ModelRegistry(sessions)
    folders = [pretend_model(tmp_path / str(number)) for number in range(retrainings + 1)]
    ids = [registry.ensure_bundled(folders[0]).id]
    for folder in folders[1:]:
        version = registry.propose(folder, parent_id=ids[-1], metrics={}, data_hash="", settings={})
        ids.append(version.id)
    active = ModelPredictor(ids[-1], folders[-1])
    if gone and retrainings:
        rmtree(folders[0])

    judge = judge_of(sessions, active)

    if gone and retrainings:
        assert (judge.model, judge.gone) == (active, ids[0])
    else:
        assert (judge.model, judge.gone) == (ModelPredictor(ids[0], folders[0]), None)
