"""The YAML head of a model card, as the Hugging Face hub documents it
(https://huggingface.co/docs/hub/model-cards), and its results as a `model-index`.

Data sets and encoders that lie in files have no address on the hub: data sets are then named after
their folders, and an encoder is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

from .metrics import Shares

LIBRARY, TASK = "spanneal", "token-classification"
_TAGS = ("named-entity-recognition", "diffusion")
_METRICS = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
"""Names by ids of https://huggingface.co/metrics, in the order of `Shares`."""
_SPLITS = frozenset({"train", "dev", "valid", "validation", "test"})
_LONGEST_ID = 96
_UNKNOWN = "unknown"


class CardHeadError(ValueError):
    """A YAML head that cannot be read, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Result:
    """The measures of one decoding on one corpus."""

    corpus: str
    split: str
    decoding: str
    """nested or flat."""
    shares: Shares
    """Undefined ones are left out of the head."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the program knows of a model; the text of its card may add to it."""

    name: str
    results: Sequence[Result]
    corpora: Sequence[str]
    """Names of what it was trained on."""
    base_model: str | list[str] | None = None
    """Of the hub."""
    language: str | list[str] | None = None
    license: str | None = None


def read_head(text: str) -> tuple[ModelCardData, str]:
    """The head of a card's text, empty if it has none, and the text below it. Raises
    `CardHeadError`."""
    if not re.match(r"\s*---[ \t]*\r?\n", text):
        return ModelCardData(), text
    try:
        card = ModelCard(text)
    except Exception as error:  # ValueError, or one of the YAML parser's
        problem = " ".join(str(error).split())
        raise CardHeadError(
            f"the YAML head of the model card's text cannot be read: {problem}; expected lines "
            "such as `license: apache-2.0` between two lines of ---"
        ) from error
    return cast(ModelCardData, card.data), card.text


def with_head(text: str, facts: Facts) -> str:
    """`text` below one head of what its own head says and the `facts`. Where both say something,
    its own counts; lists and results are joined. Raises `CardHeadError`."""
    data, body = read_head(text)
    data.model_name = data.model_name or facts.name
    data.language = data.language or facts.language
    data.license = data.license or facts.license
    data.base_model = data.base_model or facts.base_model
    data.library_name = data.library_name or LIBRARY
    data.pipeline_tag = data.pipeline_tag or TASK
    data.tags = _joined(data.tags, _TAGS)
    data.metrics = _joined(data.metrics, tuple(_METRICS))
    corpora = (dataset_id(corpus) for corpus in facts.corpora)
    data.datasets = _joined(data.datasets, [corpus for corpus in corpora if corpus]) or None
    measured = [entry for result in facts.results for entry in _eval_results(result)]
    stated = [
        entry
        for entry in data.eval_results or ()
        if not any(_measures_the_same(entry, fresh) for fresh in measured)
    ]
    data.eval_results = [*stated, *measured] or None
    return f"---\n{data.to_yaml(line_break=chr(10))}\n---\n{body.lstrip()}"


def dataset_id(name: str) -> str | None:
    """A corpus's name with the characters that the hub allows; None if none is left."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", name)[:_LONGEST_ID].strip("-_") or None


def corpus_of(file: Path) -> tuple[str, str]:
    """Name and split of a data file: `wikigold/test.jsonl` is wikigold's test split."""
    folder, split = file.absolute().parent.name, file.stem
    return (folder, split) if split in _SPLITS and folder else (split, "test")


def hub_name(encoder: str) -> str | None:
    """The encoder's name on the hub; None for a path."""
    if Path(encoder).exists():
        return None
    try:
        validate_repo_id(encoder)
    except HFValidationError:
        return None
    return encoder


def head_of(card: Path) -> ModelCardData:
    """The head of a card's file; empty if there is none that can be read."""
    try:
        return read_head(card.read_text("utf-8"))[0]
    except (OSError, ValueError):
        return ModelCardData()


def _joined(stated: str | Sequence[str] | None, known: Sequence[str]) -> list[str]:
    first = [stated] if isinstance(stated, str) else [*(stated or ())]
    return list(dict.fromkeys([*first, *known]))


def _eval_results(result: Result) -> list[EvalResult]:
    return [
        EvalResult(
            task_type=TASK,
            task_name="Named entity recognition",
            dataset_type=dataset_id(result.corpus) or _UNKNOWN,
            dataset_name=result.corpus,
            dataset_split=result.split,
            metric_type=metric,
            metric_name=f"{name}, {result.decoding}",
            metric_value=round(share, 4),
        )
        for (metric, name), share in zip(_METRICS.items(), result.shares, strict=True)
        if share is not None
    ]


def _measures_the_same(first: EvalResult, second: EvalResult) -> bool:
    return (first.unique_identifier, first.metric_type, first.metric_name) == (
        second.unique_identifier,
        second.metric_type,
        second.metric_name,
    )
