"""What a retraining learns from, and how it learns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.services.labels import changes as label_changes
from app.services.model_registry.registry import ModelRegistry
from app.services.retraining import training_data
from app.services.retraining.training_data import (
    RetrainingError,
    RetrainingSettings,
    Snapshot,
    collect,
    take_snapshot,
)
from storage.engine import Sessions, writing
from storage.models import ModelVersion
from storage.repository import projects
from tests.app.material import LABELS, NEWS, new_project, outdate, pretend_model, submit, tiny_model


def test_only_accepted_entities_of_submitted_documents_are_learnt(sessions: Sessions) -> None:
    project_id = new_project(sessions)
    submit(sessions, project_id, "Oslo is no person.", [("Oslo", "PER")], status="rejected")
    material = collect(sessions, project_id)
    assert [item.text for item in material.holdout] == [NEWS[0][0]]
    assert [item.text for item in material.train] == [
        *(text for text, _ in NEWS[1:]),
        "Oslo is no person.",
    ]
    assert material.train[-1].entities == ()
    assert {span.label for item in material.train for span in item.entities or ()} == set(LABELS)


def test_too_few_documents_are_refused_with_what_is_needed(sessions: Sessions) -> None:
    project_id = new_project(sessions, filled=False)
    submit(sessions, project_id, *NEWS[0])
    with pytest.raises(RetrainingError, match=r"at least 2 submitted .* got 1; submit more"):
        collect(sessions, project_id)
    submit(sessions, project_id, *NEWS[1])
    assert collect(sessions, project_id).holdout == ()


def test_documents_without_any_entity_teach_nothing(sessions: Sessions) -> None:
    project_id = new_project(sessions, filled=False)
    submit(sessions, project_id, "Rain again.")
    submit(sessions, project_id, "And again.")
    submit(sessions, project_id, *NEWS[0], split="holdout")
    with pytest.raises(RetrainingError, match="no accepted entities"):
        collect(sessions, project_id)


def test_a_document_that_cannot_be_read_is_left_out_and_named(sessions: Sessions) -> None:
    project_id = new_project(sessions)
    submit(sessions, project_id, "A gap: \u2003 .", [("\u2003", "PER")])
    material = collect(sessions, project_id)
    assert len(material.train) == 3
    assert len(material.left_out) == 1
    assert "covers no word" in material.left_out[0]


def test_few_documents_choose_the_epoch_by_themselves_many_spare_the_same_share(
    sessions: Sessions,
) -> None:
    project_id = new_project(sessions)
    few = collect(sessions, project_id)
    assert (few.dev_source, few.dev) == ("train", few.train)
    for number in range(17):
        submit(sessions, project_id, f"Bo Li met {number} people.", [("Bo Li", "PER")])
    many = collect(sessions, project_id)
    assert (many.dev_source, len(many.train), len(many.dev)) == ("share", 17, 3)
    assert many == collect(sessions, project_id)
    texts = [{item.text for item in part} for part in (many.train, many.dev, many.holdout)]
    assert len(set.union(*texts)) == 21


def test_documents_of_the_dev_split_choose_the_epoch(sessions: Sessions) -> None:
    project_id = new_project(sessions)
    submit(sessions, project_id, "Bo Li left.", [("Bo Li", "PER")], split="dev")
    material = collect(sessions, project_id)
    assert (material.dev_source, [item.text for item in material.dev]) == ("own", ["Bo Li left."])


def test_a_snapshot_stands_whatever_is_submitted_later(sessions: Sessions, tmp_path: Path) -> None:
    project_id = new_project(sessions)
    with pytest.raises(RetrainingError, match="no active model"):
        take_snapshot(sessions, project_id, tmp_path / "job")
    parent = ModelRegistry(sessions).ensure_bundled(pretend_model(tmp_path / "model"))
    first = take_snapshot(sessions, project_id, tmp_path / "job")
    assert (first.parent_id, first.parent_path) == (parent.id, str(parent.path))
    assert (first.train, first.dev, first.holdout) == (3, 3, 1)
    submit(sessions, project_id, "Bo Li left.", [("Bo Li", "PER")])
    assert take_snapshot(sessions, project_id, tmp_path / "job") == first
    assert Snapshot.from_json(json.loads(json.dumps(first.to_json()))) == first
    other = take_snapshot(sessions, project_id, tmp_path / "other")
    assert (other.train, other.data_hash != first.data_hash) == (4, True)
    outdate(tmp_path / "model")
    with pytest.raises(RetrainingError, match=r"no model to start from: .* an earlier version"):
        take_snapshot(sessions, project_id, tmp_path / "third")


def test_a_label_that_is_renamed_while_a_snapshot_is_taken_has_one_name_in_it(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ModelRegistry(sessions).ensure_bundled(pretend_model(tmp_path / "model"))
    project_id = new_project(sessions)
    active_parent = training_data.active_parent

    def renamed(given: Sessions) -> ModelVersion:
        with sessions() as session:
            label = projects.label_named(session, project_id, "ORG")
        label_changes.rename(sessions, project_id, label.id, "COMPANY", "Ada")
        return active_parent(given)

    monkeypatch.setattr(training_data, "active_parent", renamed)
    snapshot = take_snapshot(sessions, project_id, tmp_path / "job")

    assert (snapshot.labels, snapshot.names) == (LABELS, {})


def test_settings_survive_json_and_refuse_nonsense() -> None:
    settings = RetrainingSettings(epochs=3, seed=7)
    assert RetrainingSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings
    with pytest.raises(ValueError, match="epochs must be 1 to 1000"):
        RetrainingSettings(epochs=0)


def test_the_new_model_has_the_projects_labels_and_with_few_entities_its_parents_threshold(
    sessions: Sessions, tmp_path: Path
) -> None:
    from app.services.retraining.fine_tuning import compare, learn
    from core.modeling.model import DiffusionNER

    project_id = new_project(sessions, labels=("ORG", "PER", "LOC"))
    with writing(sessions) as session:
        projects.ensure_labels(session, project_id, ["DATE"])
    submit(sessions, project_id, "Anna left in May.", [("Anna", "PER"), ("May", "DATE")])
    parent = tiny_model(tmp_path / "model", ("PER", "ORG", "LOC", "MISC"))
    ModelRegistry(sessions).ensure_bundled(parent)
    job = tmp_path / "job"
    snapshot = take_snapshot(sessions, project_id, job)
    records = list(learn(job, snapshot, RetrainingSettings(epochs=1), job / "model"))
    assert records[-1].step == records[-1].total_steps == 1
    new = DiffusionNER.load(job / "model").config
    assert new.labels == ("ORG", "PER", "LOC", "DATE")
    assert new.threshold == DiffusionNER.load(parent).config.threshold
    scores = compare(job, snapshot, job / "model")
    assert scores["old"]["gold"] == scores["new"]["gold"] == 2
    assert scores["documents"] == snapshot.holdout == 1
    assert {"difference", "low", "high", "p"} == scores["difference"].keys()
    assert "MISC" not in scores["old"]["per_label"]


def test_a_model_of_the_papers_architecture_is_retrained_by_the_papers_objective(
    sessions: Sessions, tmp_path: Path
) -> None:
    from app.services.retraining.fine_tuning import learn, training_config
    from core.modeling.model import DiffusionNER

    project_id = new_project(sessions)
    parent = tiny_model(tmp_path / "model", architecture="paper")
    ModelRegistry(sessions).ensure_bundled(parent)
    job = tmp_path / "job"
    snapshot = take_snapshot(sessions, project_id, job)
    settings = RetrainingSettings(epochs=1)
    assert list(learn(job, snapshot, settings, job / "model"))
    assert DiffusionNER.load(job / "model").config.architecture == "paper"
    config = training_config(settings, 10, "paper")
    assert (config.num_spans, config.expansion, config.no_entity_weight) == (60, "random", 1.0)
    assert config.encoder_lr == settings.encoder_lr


def test_few_sentences_are_seen_often_and_many_seldom() -> None:
    from app.services.retraining.fine_tuning import training_config

    epochs = [training_config(RetrainingSettings(), count).epochs for count in (5, 100, 5000)]
    assert epochs == [30, 18, 3]
    assert training_config(RetrainingSettings(epochs=7), 100).epochs == 7


def test_what_the_parent_calls_by_merged_labels_counts_for_the_one_label(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.retraining import fine_tuning
    from core.inference.decoding import Candidate

    def propose(_: object, sentences: Sequence[Sequence[str]], __: object) -> list[list[Candidate]]:
        return [[Candidate(0, 2, "PER", 0.9, 1, 0), Candidate(4, 7, "MISC", 0.9, 1, 0)]]

    project_id = new_project(sessions, labels=(*LABELS, "MISC"))
    with sessions() as session:
        ids = {label.name: label.id for label in projects.labels(session, project_id)}
    label_changes.merge(sessions, project_id, ids["MISC"], ids["ORG"], "Ada")
    ModelRegistry(sessions).ensure_bundled(tiny_model(tmp_path / "model", (*LABELS, "MISC")))
    snapshot = take_snapshot(sessions, project_id, tmp_path / "job")
    assert snapshot.names == {"MISC": "ORG"}
    monkeypatch.setattr(fine_tuning, "propose", propose)
    scores = fine_tuning.compare(tmp_path / "job", snapshot, tmp_path / "model")

    assert (scores["old"]["gold"], scores["old"]["correct"]) == (2, 2)
    assert scores["old"]["per_label"]["ORG"]["predicted"] == 1
