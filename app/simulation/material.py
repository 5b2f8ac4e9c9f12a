"""Annotated files as documents to be annotated again, in a database of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.types import Key
from storage import formats
from storage.engine import Sessions, create_engine_from, session_factory, upgrade, writing
from storage.records import BadRecord, DocumentRecord
from storage.repository import documents, model_versions, projects


@dataclass(frozen=True, slots=True)
class Gold:
    """A text and its entities."""

    text: str
    entities: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Workplace:
    """A database with the texts, nobody's work on them, and what is right for each."""

    folder: Path
    sessions: Sessions
    project_id: int
    gold: dict[int, tuple[Key, ...]]
    """By document, in order of arrival."""
    texts: dict[int, str]
    """The same."""


def read_gold(path: Path, sentences: int, limit: int | None = None) -> list[Gold]:
    """Documents of so many records of the file each, at most `limit` of them, no text twice.
    Raises ValueError for a record that cannot be read or has no annotation."""
    records: list[DocumentRecord] = []
    for record in formats.read(path, formats.detect(path, path.name), path.name):
        if isinstance(record, BadRecord) or record.entities is None:
            reason = record.reason if isinstance(record, BadRecord) else "it has no 'entities'"
            raise ValueError(f"{path}, line {record.line}: {reason}; every record needs its truth")
        records.append(record)
    joined = (_join(group) for group in _groups(records, sentences))
    return list({document.text: document for document in joined}.values())[:limit]


def _groups(records: Sequence[DocumentRecord], size: int) -> Iterable[Sequence[DocumentRecord]]:
    return (records[at : at + size] for at in range(0, len(records), size))


def _join(records: Sequence[DocumentRecord]) -> Gold:
    text, entities = "", []
    for record in records:
        at = len(text)
        entities += [(at + s.start, at + s.end, s.label) for s in record.entities or ()]
        text += record.text + "\n"
    return Gold(text.removesuffix("\n"), tuple(dict.fromkeys(entities)))


def set_up(folder: Path, gold: Sequence[Gold], model: Path, labels: Sequence[str]) -> Workplace:
    """A new database in `folder` with the gold's labels and the model as the active version."""
    folder.mkdir(parents=True)
    engine = create_engine_from(f"sqlite:///{folder}/simulation.db")
    upgrade(engine)
    sessions = session_factory(engine)
    truth, texts = {}, {}
    with writing(sessions) as session:
        project = projects.create(session, "Simulation")
        projects.ensure_labels(
            session, project.id, sorted({e[2] for g in gold for e in g.entities})
        )
        model_versions.ensure_active(session, str(model.resolve()), labels)
        for number, example in enumerate(gold, 1):
            added = documents.add(
                session, project.id, name=str(number), text=example.text, split="train"
            )
            if added is not None:
                truth[added.id], texts[added.id] = example.entities, example.text
        return Workplace(folder, sessions, project.id, truth, texts)
