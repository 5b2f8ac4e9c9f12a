"""Made-up corpora under the names that experiments read, and a model and a tagger to start from."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.types import Example, Span
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

NESTED = ("gum_named", "litbank", "ace04")
FLAT = ("wikigold", "conll03", "crossner_ai", "crossner_politics", "ncbi_disease", "wnut17")


@dataclass(frozen=True)
class Bench:
    """What every experiment's command needs."""

    data: Path
    encoder: Path
    model: Path
    tagger: Path


def write_corpus(folder: Path, examples: tuple[Example, ...]) -> None:
    folder.mkdir(parents=True)
    lines = [
        {
            "tokens": example.words,
            "entities": [
                {"start": e.start, "end": e.end, "type": e.label} for e in example.entities
            ],
        }
        for example in examples
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    for split in ("train", "dev", "test"):
        (folder / f"{split}.jsonl").write_text(text)


def outermost(example: Example) -> Example:
    stored: list[Span] = []
    for span in sorted(example.entities, key=lambda item: item.start - item.end):
        if not any(span.start < other.end and other.start < span.end for other in stored):
            stored.append(span)
    return replace(example, entities=tuple(sorted(stored)))


@pytest.fixture(scope="session")
def bench(
    encoder_folder: Path,
    new_model: NewModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> Bench:
    from core.baselines.tagger import Tagger

    data = tmp_path_factory.mktemp("corpora")
    for name in NESTED:
        write_corpus(data / name, SENTENCES)
    for name in FLAT:
        write_corpus(data / name, tuple(outermost(sentence) for sentence in SENTENCES))
    model, tagger = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("tagger")
    new_model().save(model)
    Tagger(new_model()).save(tagger)
    return Bench(data, encoder_folder, model, tagger)
