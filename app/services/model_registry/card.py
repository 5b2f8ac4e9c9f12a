"""The card beside a retrained model: where it comes from and how well it does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.services.model_registry.registry import VersionView
from app.services.retraining.training_data import Snapshot
from core.evaluation.metrics import percent, stored_shares

NAME = "README.md"
_LICENCE = "unknown"
"""The hub's word where nobody has said: only the project knows under what its data may be used."""
_DEV = {
    "own": "the documents of the development split",
    "share": "a fixed 15 % of the train documents, kept out of training",
    "train": "the train documents themselves, which were too few to spare any",
}


def card(
    job_id: str, snapshot: Snapshot, settings: Mapping[str, Any], scores: Mapping[str, Any]
) -> str:
    """Markdown with the hub's head; language and base model are the parent's. Scores are those of
    the holdout split, on which nothing was trained; empty if no document was held out."""
    chosen = "\n".join(
        f"- {name}: {value}" for name, value in settings.items() if value is not None
    )
    text = f"""# {snapshot.project}, retrained

DiffusionNER for {", ".join(snapshot.labels)}, retrained by Spanneal's job {job_id} from model
version {snapshot.parent_id}. The data is the project's own; so is its licence, to be named in the
head of this card before the model is shared.

- documents learnt from: {snapshot.train}
- learnt again, of what its parents learnt from: {", ".join(snapshot.replay) or "nothing"}
- the best epoch was chosen by {_DEV[snapshot.dev_source]}: {snapshot.dev}
- held out to measure by: {snapshot.holdout}
- SHA-256 of labels and data: {snapshot.data_hash}
{chosen}

## Scores on the holdout split

{_table(scores)}
"""
    return _with_head(text, snapshot.project, scores, Path(snapshot.parent_path))


def plain_card(version: VersionView) -> str:
    """The card of a version whose folder has none."""
    text = f"# Spanneal model version {version.id}\n\nLabels: {', '.join(version.labels)}.\n"
    scores = version.metrics.get("holdout")
    if not scores:
        return _with_head(text, None, {}, None)
    project = (version.settings.get("snapshot") or {}).get("project")
    text += f"\n## Scores on the holdout split\n\n{_table(scores)}\n"
    return _with_head(text, project, scores, None)


def _table(scores: Mapping[str, Any]) -> str:
    """In per cent: all labels together, then each that either model knows or predicts."""
    if not scores:
        return "Not measured: no document was held out."
    sides = [scores[side] for side in ("old", "new")]
    by_label = [side.get("per_label", {}) for side in sides]
    rows = [("all", *sides)]
    rows += [
        (label, *(labels.get(label, {}) for labels in by_label))
        for label in sorted({label for labels in by_label for label in labels})
    ]
    lines = [
        "| label | entities | parent's precision | this | parent's recall | this | parent's F1 "
        "| this |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for label, old, new in rows:
        shares = zip(stored_shares(old), stored_shares(new), strict=True)
        cells = (percent(share) for pair in shares for share in pair)
        gold = (new or old).get("gold", 0)
        lines.append(f"| {_cell(label)} | {gold} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(label: str) -> str:
    return label.replace("|", "\\|")


def _with_head(
    text: str, project: str | None, scores: Mapping[str, Any], parent: Path | None
) -> str:
    from core.evaluation.card_head import Facts, Result, head_of, with_head  # takes seconds

    inherited = head_of(parent / NAME) if parent else None
    decoding = "flat" if (scores.get("sampler") or {}).get("flat") else "nested"
    corpora = [project] if project else []
    results = [
        Result(corpus, "holdout", decoding, stored_shares(scores["new"]))
        for corpus in (corpora if scores else ())
    ]
    facts = Facts(
        name=f"{project or 'Spanneal'}, retrained" if scores or project else "Spanneal model",
        results=results,
        corpora=corpora,
        base_model=inherited.base_model if inherited else None,
        language=inherited.language if inherited else None,
        license=_LICENCE,
    )
    return with_head(text, facts)
