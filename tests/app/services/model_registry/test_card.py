"""The cards of a project's own versions, as the hub reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard

from app.services.model_registry.card import NAME, card
from app.services.model_registry.files import export
from app.services.model_registry.registry import ModelRegistry
from app.services.retraining.training_data import Snapshot
from core.evaluation.metrics import Count
from storage.engine import Sessions
from tests.app.material import pretend_model


def side(overall: Count, **per_label: Count) -> dict[str, Any]:
    labels = {label: count.to_json() for label, count in per_label.items()}
    return {**overall.to_json(), "per_label": labels}


SCORES = {
    "old": side(Count(4, 0, 0), PER=Count(4, 0, 0)),
    "new": side(Count(4, 2, 1), PER=Count(4, 1, 1), LOC=Count(0, 1, 0)),
    "sampler": {"flat": True},
}
NOTHING = {"old": side(Count()), "new": side(Count()), "sampler": {"flat": False}}


def snapshot(parent: Path) -> Snapshot:
    counts = {"train": 9, "dev": 2, "holdout": 3, "dev_source": "own", "left_out": ()}
    labels = ("PER", "LOC")
    return Snapshot(
        "Daily news", labels, **counts, data_hash="a", parent_id=1, parent_path=str(parent)
    )


def test_a_retrained_version_has_a_head_and_a_table_of_every_label(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(
        "---\nlanguage: en\nlicense: mit\nbase_model: org/encoder\n---\n# Parent\n"
    )
    read = ModelCard(card("job-1", snapshot(tmp_path), {"epochs": None, "seed": 0}, SCORES))
    data = read.data
    assert (data.language, data.base_model, data.license) == ("en", "org/encoder", "unknown")
    assert (data.library_name, data.datasets) == ("spanneal", ["Daily-news"])
    assert {result.metric_name: result.metric_value for result in data.eval_results} == {
        "Precision, flat": 0.5,
        "Recall, flat": 0.25,
        "F1, flat": 0.3333,
    }
    assert {result.dataset_split for result in data.eval_results} == {"holdout"}
    rows = [line for line in read.text.splitlines() if line.startswith("| ")]
    assert rows[1:] == [
        "| all | 4 | – | 50.00 | 0.00 | 25.00 | 0.00 | 33.33 |",
        "| LOC | 0 | – | 0.00 | – | – | – | 0.00 |",
        "| PER | 4 | – | 100.00 | 0.00 | 25.00 | 0.00 | 40.00 |",
    ]


def test_what_is_undefined_is_a_dash_and_no_result(tmp_path: Path) -> None:
    read = ModelCard(card("job-1", snapshot(tmp_path), {}, NOTHING))
    assert "| all | 0 | – | – | – | – | – | – |" in read.text
    assert read.data.eval_results is None


def test_a_version_without_held_out_documents_says_that_it_was_not_measured(
    tmp_path: Path,
) -> None:
    read = ModelCard(card("job-1", snapshot(tmp_path), {}, {}))
    assert "Not measured: no document was held out." in read.text
    assert read.data.eval_results is None


def test_an_exported_version_without_a_card_gets_one_with_its_scores(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    first = registry.ensure_bundled(pretend_model(tmp_path / "model"))
    second = registry.propose(
        pretend_model(tmp_path / "new"),
        parent_id=first.id,
        metrics={"holdout": SCORES},
        data_hash="a",
        settings={"snapshot": {"project": "Daily news"}},
    )
    for version in (first, second):
        export(sessions, version.id, tmp_path / f"out {version.id}")
    plain, measured = (ModelCard.load(tmp_path / f"out {v.id}" / NAME) for v in (first, second))
    assert plain.data.library_name == measured.data.library_name == "spanneal"
    assert plain.data.eval_results is None
    assert len(measured.data.eval_results) == 3
    assert "| all | 4 |" in measured.text
