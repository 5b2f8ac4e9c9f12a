"""The model registry: who serves, who is proposed, and what a person can move."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.model_registry import promotions
from app.services.model_registry import registry as models
from app.services.model_registry.files import export
from app.services.model_registry.registry import ModelFolderError, ModelRegistry, VersionView
from app.services.operations.startup import prepare
from app.services.suggestions.label_review import judge_of
from app.services.suggestions.predictor import version_predictor
from app.settings import Settings
from storage.engine import Sessions
from tests.app.material import LABELS, outdate, pretend_model

METRICS = {
    "holdout": {
        "old": {
            **{"precision": 0.5, "recall": 0.4, "f1": 0.44, "gold": 5},
            "per_label": {"PER": {"precision": 0.5, "recall": 0.4, "f1": 0.44, "gold": 5}},
        },
        "new": {
            **{"precision": 0.8, "recall": 0.6, "f1": 0.69, "gold": 5},
            "per_label": {
                "PER": {"precision": 1.0, "recall": 0.6, "f1": 0.75, "gold": 5},
                "LOC": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 0},
            },
        },
    }
}


def propose(registry: ModelRegistry, folder: Path) -> VersionView:
    parent = registry.active()
    assert parent is not None
    return registry.propose(
        folder, parent_id=parent.id, metrics=METRICS, data_hash="a" * 64, settings={"seed": 0}
    )


def test_the_bundled_model_serves_first_and_is_recorded_once(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    assert registry.active() is None
    bundled = registry.ensure_bundled(pretend_model(tmp_path / "model"))
    assert (bundled.state, bundled.labels, bundled.comparison) == ("active", LABELS, ())
    assert registry.ensure_bundled(tmp_path / "another") == bundled
    assert registry.versions() == (bundled,)


def test_other_weights_in_the_bundled_folder_are_another_version(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry, folder = ModelRegistry(sessions), pretend_model(tmp_path / "model")

    def active_with(weights: bytes) -> int:
        (folder / "model.safetensors").write_bytes(weights)
        registry.ensure_bundled(folder)
        registry.follow_update(folder)
        active = registry.active()
        assert active is not None
        return active.id

    first, again, updated = (active_with(weights) for weights in (b"old", b"old", b"new"))
    assert first == again != updated
    assert active_with(b"old") == first, "weights that come back are the version that they were"
    moves = [(move.before, move.after) for move in promotions.log(sessions)]
    assert moves == [(updated, first), (first, updated)]

    mine = registry.promote(propose(registry, pretend_model(tmp_path / "mine")).id)
    assert active_with(b"newer") == mine.id, "what a person promoted stays"


def test_a_version_whose_weights_an_update_replaced_neither_serves_nor_is_compared_nor_leaves(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry, folder = ModelRegistry(sessions), pretend_model(tmp_path / "model")
    first = registry.ensure_bundled(folder)
    registry.follow_update(folder)
    (folder / "model.safetensors").write_bytes(b"new")
    registry.follow_update(folder)
    first, updated = registry.get(first.id), registry.active()
    assert updated is not None

    for use in (
        lambda: registry.promote(first.id),
        lambda: promotions.roll_back(sessions),
        lambda: version_predictor(first),
        lambda: export(sessions, first.id, tmp_path / "out"),
    ):
        with pytest.raises(ModelFolderError, match=r"holds other weights than those of version 1"):
            use()
    assert registry.active() == updated
    assert version_predictor(updated).model_version_id == updated.id

    retrained = registry.propose(
        pretend_model(tmp_path / "mine"), parent_id=1, metrics={}, data_hash="a" * 64, settings={}
    )
    judge = judge_of(sessions, version_predictor(retrained))
    assert (judge.model.model_version_id, judge.gone) == (updated.id, None)


def test_a_model_below_the_checkout_moves_with_it(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, present = tmp_path / "here", tmp_path / "there"
    monkeypatch.setattr(models, "ROOT", here)
    registry = ModelRegistry(sessions)
    assert registry.ensure_bundled(pretend_model(here / "model")).path == here / "model"
    here.rename(present)
    monkeypatch.setattr(models, "ROOT", present)
    served = registry.active()
    assert served is not None
    assert served.path == present / "model"
    assert registry.promote(served.id) == served


def test_a_folder_that_is_no_model_is_refused_by_what_it_lacks(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    with pytest.raises(ModelFolderError, match=r"config.json and model.safetensors missing"):
        registry.ensure_bundled(tmp_path / "none")
    broken = pretend_model(tmp_path / "broken")
    (broken / "config.json").write_text("[]")
    with pytest.raises(ModelFolderError, match="does not list the model's labels"):
        registry.ensure_bundled(broken)
    assert registry.versions() == ()


def test_a_proposed_version_serves_nobody_until_a_person_promotes_it(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    bundled = registry.ensure_bundled(pretend_model(tmp_path / "model"))
    proposed = propose(registry, pretend_model(tmp_path / "new", (*LABELS, "DATE")))
    assert (proposed.state, proposed.parent_id) == ("proposed", bundled.id)
    assert registry.active() == bundled
    assert propose(registry, tmp_path / "new") == proposed

    promoted = registry.promote(proposed.id)
    assert (promoted.id, promoted.state) == (proposed.id, "active")
    assert registry.active() == promoted
    assert registry.get(bundled.id).state == "retired"
    assert registry.promote(bundled.id).state == "active"


def test_a_version_whose_folder_is_gone_is_not_promoted(sessions: Sessions, tmp_path: Path) -> None:
    registry = ModelRegistry(sessions)
    bundled = registry.ensure_bundled(pretend_model(tmp_path / "model"))
    proposed = propose(registry, pretend_model(tmp_path / "new"))
    (tmp_path / "new" / "model.safetensors").unlink()
    with pytest.raises(ModelFolderError, match=r"model.safetensors missing; restore the folder"):
        registry.promote(proposed.id)
    with pytest.raises(LookupError, match="no model version 99"):
        registry.promote(99)
    assert registry.active() == bundled


def test_old_and_new_are_compared_over_all_labels_and_one_by_one(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    registry.ensure_bundled(pretend_model(tmp_path / "model"))
    every, location, person = propose(registry, pretend_model(tmp_path / "new")).comparison
    assert (every.label, every.gold) == (None, 5)
    assert (every.old, every.new) == ((0.5, 0.4, 0.44), (0.8, 0.6, 0.69))
    assert (location.label, location.old, location.new) == ("LOC", (None,) * 3, (0, None, 0))
    assert (person.label, person.gold, person.new) == ("PER", 5, (1.0, 0.6, 0.75))


def test_scores_that_an_earlier_version_stored_for_nothing_are_undefined(
    sessions: Sessions, tmp_path: Path
) -> None:
    nothing = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "gold": 0, "predicted": 0}
    side = {**nothing, "per_label": {}}
    registry = ModelRegistry(sessions)
    registry.ensure_bundled(pretend_model(tmp_path / "model"))
    version = registry.propose(
        pretend_model(tmp_path / "new"),
        parent_id=1,
        metrics={"holdout": {"old": side, "new": side}},
        data_hash="a" * 64,
        settings={},
    )
    (total,) = registry.get(version.id).comparison
    assert (total.gold, total.old, total.new) == (0, (None,) * 3, (None,) * 3)


def test_an_active_version_of_an_older_architecture_is_named_with_the_way_back(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    bundled = registry.ensure_bundled(pretend_model(tmp_path / "model"))
    mine = registry.promote(propose(registry, pretend_model(tmp_path / "mine")).id)
    outdate(tmp_path / "mine")
    with pytest.raises(
        ModelFolderError, match=r"mine was trained by an earlier version .*; or promote another"
    ):
        registry.ensure_bundled(tmp_path / "model")
    assert registry.active() == mine
    registry.promote(bundled.id)
    assert registry.ensure_bundled(tmp_path / "model").id == bundled.id
    with pytest.raises(ModelFolderError, match="can no longer be used"):
        registry.promote(mine.id)


def test_the_program_starts_with_an_outdated_model_and_says_so(tmp_path: Path) -> None:
    model = pretend_model(tmp_path / "model")
    settings = Settings.from_environment(
        {"SPANNEAL_DATA": str(tmp_path / "data"), "SPANNEAL_MODEL": str(model)}
    )
    assert prepare(settings).warning is None
    outdate(model)
    started = prepare(settings)
    assert started.model is None
    assert "no model makes suggestions" in (started.warning or "")
    assert "trained by an earlier version of Spanneal" in (started.warning or "")
