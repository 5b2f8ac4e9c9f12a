"""The model card: `README.md` in the model folder, with scores measured on the saved model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..data.examples import read_examples
from ..data.fitting import fit_to_window
from ..devices import best_device
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
) -> str:
    """Write the card: introduction, development and test scores, and the training command.

    `columns` are those of test files in columns, if chosen. Returns the development scores as a
    table.
    """
    model = DiffusionNER.load(folder, best_device())
    table: str = measure(model, fit_to_window(model, dev), SamplerSettings())["table"]
    parts = [
        intro.rstrip(),
        "## Development scores\n\n```\n" + table + "\n```",
        "## Test scores\n\n" + _test_scores(model, tests, columns),
        f"## Command\n\n```\n{command}\n```",
    ]
    (folder / CARD).write_text("\n\n".join(parts) + "\n", "utf-8")
    return table


def _test_scores(model: DiffusionNER, tests: Sequence[Path], columns: ColumnChoice | None) -> str:
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
    for path in tests:
        examples = fit_to_window(model, with_annotated_labels(read_examples(path, columns=columns)))
        for flat in (False, True):
            row = measure(model, examples, replace(sampler, flat=flat))
            shares = (row["precision"], row["recall"], row["f1"])
            name = "/".join(path.parts[-2:])
            figures = " | ".join(f"{100 * share:.1f}" for share in shares)
            nested = f"{100 * row['nested_recall']:.1f}" if row["nested_gold"] else "–"
            lines.append(
                f"| {name} | {'flat' if flat else 'nested'} | {figures} | {nested} "
                f"| {row['distinct_spans']:.2f} |"
            )
    return "\n".join(lines)
