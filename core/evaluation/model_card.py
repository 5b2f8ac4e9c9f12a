"""The model card: `README.md` in the model folder, with scores measured on the saved model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from ..data.fitting import fit_to_window
from ..modeling.model import CARD, DiffusionNER
from ..types import Example, SamplerSettings
from .card_head import Facts, Result, corpus_of, with_head
from .measure import measure, with_annotated_labels
from .metrics import UNDEFINED, percent, stored_shares


def write_card(
    folder: Path,
    intro: str,
    dev: Sequence[Example],
    tests: Mapping[Path, Sequence[Example]],
    command: str,
    device: str | torch.device = "auto",
    trained_on: Sequence[Path] = (),
    base_model: str | list[str] | None = None,
) -> dict[str, Any]:
    """Write the card: head, introduction, development and test scores, and the training command.

    A YAML head of `intro` is merged into the card's: `core.evaluation.card_head.with_head`.
    `tests` are the sentences of the test files, and `base_model` is the encoder's name on the hub.
    Returns the scores, as `measure` does: "development", and a list "test" with the
    "file" and the "decoding", nested or flat. Raises `CardHeadError`.
    """
    model = DiffusionNER.load(folder, device)
    development = measure(model, fit_to_window(model, dev), SamplerSettings())
    test = [
        row for path, sentences in tests.items() for row in _measure_test(model, path, sentences)
    ]
    parts = [
        intro.rstrip(),
        "## Development scores\n\n```\n" + development["table"] + "\n```",
        "## Test scores\n\n" + _test_scores(model, test),
        f"## Command\n\n```\n{command}\n```",
    ]
    corpora = [corpus_of(file)[0] for file in trained_on]
    facts = Facts(folder.absolute().name, [_result(row) for row in test], corpora, base_model)
    card = with_head("\n\n".join(parts) + "\n", facts)
    (folder / CARD).write_text(card, "utf-8")
    return {"development": development, "test": test}


def _measure_test(
    model: DiffusionNER, path: Path, sentences: Sequence[Example]
) -> Iterator[dict[str, Any]]:
    examples = fit_to_window(model, with_annotated_labels(sentences))
    for flat in (False, True):
        row = measure(model, examples, SamplerSettings(flat=flat))
        yield {"file": str(path), "decoding": "flat" if flat else "nested", **row}


def _result(row: Mapping[str, Any]) -> Result:
    corpus, split = corpus_of(Path(row["file"]))
    return Result(corpus, split, row["decoding"], stored_shares(row))


def _test_scores(model: DiffusionNER, rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "No test file was given."
    sampler = SamplerSettings()
    lines = [
        f"γ = {sampler.steps}, K = {sampler.num_spans}, seed {sampler.seed}, "
        f"φ = {model.config.phi(flat=False):.3f}, flat {model.config.phi(flat=True):.3f}; "
        "in per cent, exact boundaries and type. `flat` keeps no overlapping entities: the fair "
        "setting for a corpus without nesting.",
        "",
        "| file | decoding | entities | precision | recall | F1 | nested recall "
        "| distinct spans a sentence |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        name = "/".join(Path(row["file"]).parts[-2:])
        shares = (row["precision"], row["recall"], row["f1"], row["nested_recall"])
        figures = " | ".join(percent(share, 1) for share in shares)
        distinct = row["distinct_spans"]
        lines.append(
            f"| {name} | {row['decoding']} | {row['gold']} | {figures} "
            f"| {UNDEFINED if distinct is None else f'{distinct:.2f}'} |"
        )
    return "\n".join(lines)
