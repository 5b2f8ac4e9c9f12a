"""The model card: `README.md` in the model folder, with scores measured on the saved model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from ..data.examples import read_examples
from ..data.fitting import fit_to_window
from ..modeling.model import CARD, DiffusionNER
from ..text.columns import ColumnChoice
from ..types import Example, SamplerSettings
from .measure import measure, with_annotated_labels


def write_card(
    folder: Path,
    intro: str,
    dev: Sequence[Example],
    tests: Sequence[Path],
    command: str,
    columns: ColumnChoice | None = None,
    device: str | torch.device = "auto",
) -> dict[str, Any]:
    """Write the card: introduction, development and test scores, and the training command.

    `columns` are those of test files in columns, if chosen. Returns the scores, as `measure` does:
    "development", and a list "test" with the "file" and the "decoding", nested or flat.
    """
    model = DiffusionNER.load(folder, device)
    development = measure(model, fit_to_window(model, dev), SamplerSettings())
    test = [row for path in tests for row in _measure_test(model, path, columns)]
    parts = [
        intro.rstrip(),
        "## Development scores\n\n```\n" + development["table"] + "\n```",
        "## Test scores\n\n" + _test_scores(model, test),
        f"## Command\n\n```\n{command}\n```",
    ]
    (folder / CARD).write_text("\n\n".join(parts) + "\n", "utf-8")
    return {"development": development, "test": test}


def _measure_test(
    model: DiffusionNER, path: Path, columns: ColumnChoice | None
) -> Iterator[dict[str, Any]]:
    examples = fit_to_window(model, with_annotated_labels(read_examples(path, columns=columns)))
    for flat in (False, True):
        row = measure(model, examples, SamplerSettings(flat=flat))
        yield {"file": str(path), "decoding": "flat" if flat else "nested", **row}


def _test_scores(model: DiffusionNER, rows: Sequence[dict[str, Any]]) -> str:
    sampler = SamplerSettings()
    lines = [
        f"γ = {sampler.steps}, K = {sampler.num_spans}, seed {sampler.seed}, "
        f"φ = {model.config.phi(flat=False):.3f}, flat {model.config.phi(flat=True):.3f}; "
        "in per cent, exact boundaries and type. `flat` keeps no overlapping entities: the fair "
        "setting for a corpus without nesting.",
        "",
        "| file | decoding | precision | recall | F1 | nested recall | distinct spans a sentence |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shares = (row["precision"], row["recall"], row["f1"])
        name = "/".join(Path(row["file"]).parts[-2:])
        figures = " | ".join(f"{100 * share:.1f}" for share in shares)
        nested = f"{100 * row['nested_recall']:.1f}" if row["nested_gold"] else "–"
        lines.append(
            f"| {name} | {row['decoding']} | {figures} | {nested} | {row['distinct_spans']:.2f} |"
        )
    return "\n".join(lines)
