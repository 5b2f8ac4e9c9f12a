"""Documents that the parents of a model learnt from, a share of which is learnt again.

Without them a model that learns something new forgets what it is not shown any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from storage.formats.jsonl import read_jsonl, write_jsonl
from storage.models import ModelVersion
from storage.records import DocumentRecord
from storage.repository import model_versions
from storage.repository.splits import sha256_of

SHARE = 0.5
"""Old documents for each new one, at most, over all parents."""


def ancestors(session: Session, version: ModelVersion) -> list[ModelVersion]:
    """The version and those it comes from, the nearest first."""
    line = [version]
    while (parent := line[-1].parent_id) is not None:
        line.append(model_versions.get(session, parent))
    return line


def write_replay(
    folder: Path,
    line: Iterable[ModelVersion],
    labels: Sequence[str],
    known: Set[str],
    new: int,
    names: Mapping[str, str],
    barred: Callable[[Sequence[str]], Set[str]],
) -> dict[str, list[str]]:
    """Writes a file for each parent whose job still lies beside `folder`; returns which labels
    each file's annotators looked for.

    `known` are the texts of the new material, none of which is replayed; nor is any whose SHA-256
    is `barred`, as what is held out trains nothing. `names`: what labels are called now, by their
    names of then. Which documents are chosen follows from their texts.
    """
    room, known_texts = round(SHARE * new), set(known)
    written: dict[str, list[str]] = {}
    for version in line:
        snapshot = version.settings.get("snapshot") or {}
        then = {_now(name, names) for name in snapshot.get("labels", ())}
        common = [label for label in labels if label in then]
        old = folder.parent / str(version.settings.get("job")) / "train.jsonl"
        if not common or not old.is_file():
            continue
        unknown = [
            (sha256_of(record.text), record)
            for record in _shuffled(old)
            if record.text not in known_texts
        ]
        not_again = barred([sha256 for sha256, _ in unknown])
        chosen = [record for sha256, record in unknown if sha256 not in not_again][:room]
        if chosen:
            name = f"replay-{version.id}"
            with (folder / f"{name}.jsonl").open("wb") as out:
                write_jsonl([_only(record, common, names) for record in chosen], out)
            written[name] = common
            known_texts |= {record.text for record in chosen}
            room -= len(chosen)
    return written


def _shuffled(path: Path) -> Iterator[DocumentRecord]:
    """The file's documents in an order that follows from their texts."""
    with path.open("rb") as file:
        read = [
            record for record in read_jsonl(file, path.name) if isinstance(record, DocumentRecord)
        ]
    yield from sorted(read, key=lambda record: hashlib.sha256(record.text.encode()).digest())


def _only(
    document: DocumentRecord, labels: Sequence[str], names: Mapping[str, str]
) -> DocumentRecord:
    spans = (replace(span, label=_now(span.label, names)) for span in document.entities or ())
    return replace(document, entities=tuple(span for span in spans if span.label in labels))


def _now(label: str, names: Mapping[str, str]) -> str:
    return names.get(label, label)
