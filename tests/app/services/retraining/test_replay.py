"""What the parents learnt from is learnt again, a share of it."""

from __future__ import annotations

from pathlib import Path

from app.services.labels.changes import rename
from app.services.model_registry.registry import ModelRegistry
from app.services.retraining.training_data import RetrainingSettings, Snapshot, take_snapshot
from storage.engine import Sessions, writing
from storage.enums import Split
from storage.repository import documents, projects
from tests.app.material import new_project, pretend_model, submit, tiny_model


def retrained(sessions: Sessions, jobs: Path, name: str, project_id: int) -> Snapshot:
    """A snapshot, and the version that comes of it, promoted."""
    registry = ModelRegistry(sessions)
    snapshot = take_snapshot(sessions, project_id, jobs / name)
    version = registry.propose(
        pretend_model(jobs / f"{name}-model"),
        parent_id=snapshot.parent_id,
        metrics={},
        data_hash=snapshot.data_hash,
        settings={"job": name, "snapshot": snapshot.to_json()},
    )
    registry.promote(version.id)
    return snapshot


def replayed(folder: Path) -> str:
    return "".join(item.read_text() for item in sorted(folder.glob("replay-*.jsonl")))


def test_a_later_project_learns_again_what_an_earlier_one_taught_of_the_labels_both_have(
    sessions: Sessions, tmp_path: Path
) -> None:
    ModelRegistry(sessions).ensure_bundled(pretend_model(tmp_path / "model"))
    first = retrained(sessions, tmp_path, "first", new_project(sessions))
    assert first.replay == {}
    other = new_project(sessions, ("PER", "DATE"), "Dates", filled=False)
    for number in range(4):
        submit(sessions, other, f"Bo came in May {number}.", [("Bo", "PER"), ("May", "DATE")])
    submit(sessions, other, "Bo left in June.", [("Bo", "PER")], split="holdout")
    second = take_snapshot(sessions, other, tmp_path / "second")
    assert second.replay == {"replay-2": ["PER"]}
    reported = replayed(tmp_path / "second")
    assert reported.count("\n") == 2, "half as many as the four new ones"
    assert "LOC" not in reported
    assert "ORG" not in reported
    again = take_snapshot(sessions, other, tmp_path / "again")
    assert (again.data_hash, replayed(tmp_path / "again")) == (second.data_hash, reported)


def test_what_was_learnt_of_a_label_that_is_renamed_is_learnt_again_under_its_name_of_today(
    sessions: Sessions, tmp_path: Path
) -> None:
    ModelRegistry(sessions).ensure_bundled(pretend_model(tmp_path / "model"))
    retrained(sessions, tmp_path, "first", new_project(sessions))
    other = new_project(sessions, ("ORG",), "Others", filled=False)
    with sessions() as session:
        (label,) = projects.labels(session, other)
    rename(sessions, other, label.id, "COMPANY", "Ada")
    for number in range(4):
        submit(sessions, other, f"Bo came {number}.", [("Bo", "COMPANY")])
    submit(sessions, other, "Bo left.", [("Bo", "COMPANY")], split="holdout")

    second = take_snapshot(sessions, other, tmp_path / "second")

    assert second.names == {"ORG": "COMPANY"}
    assert second.replay == {"replay-2": ["COMPANY"]}
    assert '"COMPANY"' in replayed(tmp_path / "second")
    assert '"ORG"' not in replayed(tmp_path / "second")


def test_nothing_of_the_new_material_is_replayed_the_held_out_least_of_all(
    sessions: Sessions, tmp_path: Path
) -> None:
    ModelRegistry(sessions).ensure_bundled(pretend_model(tmp_path / "model"))
    project_id = new_project(sessions)
    retrained(sessions, tmp_path, "first", project_id)
    assert take_snapshot(sessions, project_id, tmp_path / "second").replay == {}


HELD_OUT, REOPENED = "Anna met Bo in Oslo.", "Bo came to Kyiv."
SPLITS: dict[str, Split] = {HELD_OUT: "holdout", REOPENED: "train"}


def test_what_a_project_holds_out_or_takes_back_is_not_replayed_though_it_was_learnt_elsewhere(
    sessions: Sessions, tmp_path: Path
) -> None:
    ModelRegistry(sessions).ensure_bundled(pretend_model(tmp_path / "model"))
    first = new_project(sessions)
    submit(sessions, first, HELD_OUT, [("Anna", "PER")])
    submit(sessions, first, REOPENED, [("Bo", "PER")])
    retrained(sessions, tmp_path, "first", first)
    other = new_project(sessions, ("PER",), "Others", filled=False)
    with writing(sessions) as session:
        for text, split in SPLITS.items():
            documents.add(session, other, name=text, text=text, split=split)
    for number in range(20):
        submit(sessions, other, f"Bo came {number}.", [("Bo", "PER")])
    third = new_project(sessions, ("PER",), "Third", filled=False)
    for number in range(20):
        submit(sessions, third, f"Bo left {number}.", [("Bo", "PER")])

    take_snapshot(sessions, other, tmp_path / "second")
    take_snapshot(sessions, third, tmp_path / "third")

    assert replayed(tmp_path / "second").count("\n") == 3
    assert replayed(tmp_path / "third").count("\n") == 4, "the third project has not reopened any"
    assert HELD_OUT not in replayed(tmp_path / "second") + replayed(tmp_path / "third")
    assert REOPENED not in replayed(tmp_path / "second")


def test_a_label_that_the_old_documents_were_not_read_for_is_neither_taught_nor_denied_by_them(
    sessions: Sessions, tmp_path: Path
) -> None:
    from app.services.retraining.fine_tuning import learn

    ModelRegistry(sessions).ensure_bundled(tiny_model(tmp_path / "model"))
    retrained(sessions, tmp_path, "first", new_project(sessions))
    registry = ModelRegistry(sessions)
    registry.promote(1)
    registry.promote(2)
    other = new_project(sessions, ("PER", "DATE"), "Dates", filled=False)
    for number in range(4):
        submit(sessions, other, f"Bo came in May {number}.", [("Bo", "PER"), ("May", "DATE")])
    submit(sessions, other, "Bo left in June.", [("Bo", "PER")], split="holdout")
    snapshot = take_snapshot(sessions, other, tmp_path / "second")
    frozen = Snapshot.from_json({**snapshot.to_json(), "parent_path": str(tmp_path / "model")})
    out = tmp_path / "second" / "new"
    *_, last = learn(tmp_path / "second", frozen, RetrainingSettings(epochs=1), out)
    assert last.step == last.total_steps
