"""The model card: `README.md` in the model folder, with scores measured on the saved model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..data.fitting import fit_to_window
from ..modeling.model import CARD, DiffusionNER
from ..types import Example, SamplerSettings
from .card_head import Facts, Result, corpus_of, with_head
from .card_sections import (
    calibration_section,
    file_name,
    phi_line,
    with_calibration_section,
)
from .measure import measure, with_annotated_labels
from .metrics import UNDEFINED, percent, stored_shares


def write_card(
    model: DiffusionNER,
    folder: Path,
    intro: str,
    dev: Sequence[Example],
    tests: Mapping[Path, Sequence[Example]],
    command: str,
    trained_on: Sequence[Path] = (),
    base_model: str | list[str] | None = None,
) -> dict[str, Any]:
    """Write the card of a model that was loaded from `folder`: head, introduction, development and
    test scores, and the training command.

    A YAML head of `intro` is merged into the card's: `core.evaluation.card_head.with_head`.
    `tests` are the sentences of the test files, and `base_model` is the encoder's name on the hub.
    Returns the scores, as `measure` does: "development", and a list "test" with the
    "file" and the "decoding", nested or flat. Raises `CardHeadError`.
    """
    development = measure(model, fit_to_window(model, dev), SamplerSettings())
    test = measure_tests(model, tests)
    parts = [
        intro.rstrip(),
        "## Development scores\n\n```\n" + development["table"] + "\n```",
        "## Test scores\n\n" + _test_scores(model, test),
        calibration_section(model.config, test),
        f"## Command\n\n```\n{command}\n```",
    ]
    corpora = [corpus_of(file)[0] for file in trained_on]
    facts = Facts(folder.absolute().name, [_result(row) for row in test], corpora, base_model)
    card = with_head("\n\n".join(parts) + "\n", facts)
    (folder / CARD).write_text(card, "utf-8")
    return {"development": development, "test": test}


def measure_tests(
    model: DiffusionNER, tests: Mapping[Path, Sequence[Example]]
) -> list[dict[str, Any]]:
    """What `measure` returns for the sentences of each file, nested and flat, with its "file" and
    "decoding"."""
    rows = []
    for path, sentences in tests.items():
        examples = fit_to_window(model, with_annotated_labels(sentences))
        for flat in (False, True):
            row = measure(model, examples, SamplerSettings(flat=flat))
            decoding = "flat" if flat else "nested"
            rows.append({"file": str(path), "decoding": decoding, **row})
    return rows


def write_calibration(folder: Path, model: DiffusionNER, tests: Sequence[dict[str, Any]]) -> None:
    """Bring the folder's card up to date, if it has one; `tests` are from `measure_tests`."""
    path = folder / CARD
    if path.is_file():
        card = path.read_text("utf-8")
        path.write_text(with_calibration_section(card, model.config, tests), "utf-8")


def _result(row: Mapping[str, Any]) -> Result:
    corpus, split = corpus_of(Path(row["file"]))
    return Result(corpus, split, row["decoding"], stored_shares(row))


def _test_scores(model: DiffusionNER, rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "No test file was given."
    sampler = SamplerSettings()
    lines = [
        f"γ = {sampler.steps}, K = {sampler.num_spans}, seed {sampler.seed}, "
        f"{phi_line(model.config)}; "
        "in per cent, exact boundaries and type. `flat` keeps no overlapping entities: the fair "
        "setting for a corpus without nesting.",
        "",
        "| file | decoding | entities | precision | recall | F1 | nested recall "
        "| distinct spans a sentence |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        name = file_name(row["file"])
        shares = (row["precision"], row["recall"], row["f1"], row["nested_recall"])
        figures = " | ".join(percent(share, 1) for share in shares)
        distinct = row["distinct_spans"]
        lines.append(
            f"| {name} | {row['decoding']} | {row['gold']} | {figures} "
            f"| {UNDEFINED if distinct is None else f'{distinct:.2f}'} |"
        )
    return "\n".join(lines)
