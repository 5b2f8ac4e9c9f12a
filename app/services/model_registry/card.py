"""The card beside a retrained model: where it comes from and how well it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.retraining.training_data import Snapshot

NAME = "README.md"
_DEV = {
    "own": "the documents of the development split",
    "share": "a fixed 15 % of the train documents, kept out of training",
    "train": "the train documents themselves, which were too few to spare any",
}


def card(job_id: str, snapshot: Snapshot, settings: Mapping[str, Any], scores: Any) -> str:
    """Markdown. Scores are those of the holdout split, on which nothing was trained."""
    chosen = "\n".join(
        f"- {name}: {value}" for name, value in settings.items() if value is not None
    )
    rows = "\n".join(
        f"| {name} | "
        + " | ".join(f"{100 * scores[who][name]:.2f}" for who in ("old", "new"))
        + " |"
        for name in ("precision", "recall", "f1")
    )
    return f"""# {snapshot.project}, retrained

DiffusionNER for {", ".join(snapshot.labels)}, retrained by Spanneal's job {job_id} from model
version {snapshot.parent_id}. The data is the project's own; so is its licence.

- documents learnt from: {snapshot.train}
- learnt again, of what its parents learnt from: {", ".join(snapshot.replay) or "nothing"}
- the best epoch was chosen by {_DEV[snapshot.dev_source]}: {snapshot.dev}
- held out to measure by: {snapshot.holdout}
- SHA-256 of labels and data: {snapshot.data_hash}
{chosen}

| holdout split | parent | this |
|---|---|---|
{rows}
"""
