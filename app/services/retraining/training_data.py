"""What a retraining learns from: the corrected documents, frozen in files, never the database.

The holdout split is held out: it measures the old and the new model and trains neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, Literal

from app.server_paths import without_paths
from app.services.model_registry.registry import ModelFolderError, labels_of, located
from app.services.retraining.replay import ancestors, write_replay
from app.services.retraining.reviewed_part import decided
from app.services.team.permissions import require
from core.config import FINE_TUNING
from core.whole_files import whole_file
from storage.engine import Sessions, of_one_moment
from storage.formats.jsonl import write_jsonl
from storage.models import ModelVersion
from storage.records import DocumentRecord
from storage.repository import label_names, model_versions, projects
from storage.repository.corrected import corrected
from storage.repository.splits import not_learnt_again

LEAST_TRAIN = 2
"""Submitted documents below which nothing can be learnt."""
SPLIT_FROM = 20
"""Train documents from which on some of them can be spared to choose the best epoch by."""
DEV_SHARE = 0.15
FILES = ("train", "dev", "holdout")

DevSource = Literal["own", "share", "train"]


class RetrainingError(ValueError):
    """What keeps a retraining from starting or going on, and what to do about it."""


@dataclass(frozen=True, slots=True)
class RetrainingSettings:
    """How to learn from corrections; the defaults' reasons are at `core.config.FINE_TUNING`."""

    epochs: int | None = None
    """None: by the amount of data, see `core.training.fine_tuning`."""
    encoder_lr: float = FINE_TUNING.encoder_lr
    decoder_lr: float = FINE_TUNING.decoder_lr
    batch_size: int = FINE_TUNING.batch_size
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs is not None and not 1 <= self.epochs <= 1000:
            raise ValueError(f"epochs must be 1 to 1000, or empty for automatic, got {self.epochs}")
        if self.batch_size < 1 or min(self.encoder_lr, self.decoder_lr) < 0:
            raise ValueError(
                "batch_size must be at least 1 and learning rates not negative, got "
                f"{self.batch_size}, {self.encoder_lr} and {self.decoder_lr}"
            )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RetrainingSettings:
        return cls(**{field.name: data[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class Material:
    """A project's corrected documents with their accepted entities.

    Of a document with undecided suggestions only the other sentences, each one on its own.
    """

    project: str
    labels: tuple[str, ...]
    """The project's labels; the new model has exactly these."""
    train: tuple[DocumentRecord, ...]
    dev: tuple[DocumentRecord, ...]
    holdout: tuple[DocumentRecord, ...]
    dev_source: DevSource
    left_out: tuple[str, ...]
    """Names of documents that cannot be read as sentences, and why."""
    nested: bool
    """Whether the project's suggestions may lie within one another."""
    names: Mapping[str, str]
    """What the project calls labels now, by the names that models may know."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a job learns from, and the model it starts from. Its documents lie in files."""

    project: str
    labels: tuple[str, ...]
    train: int
    dev: int
    holdout: int
    dev_source: DevSource
    left_out: tuple[str, ...]
    data_hash: str
    """SHA-256 over the labels and all files."""
    parent_id: int
    parent_path: str
    replay: Mapping[str, list[str]] = field(default_factory=dict)
    """Files of what the parents learnt from, with the labels that were looked for in each."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the project calls labels now, by the names that the parents learnt."""
    nested: bool = True
    """Whether the project's suggestions may lie within one another."""

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        return {**data, "labels": list(self.labels), "left_out": list(self.left_out)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Snapshot:
        lists = {name: tuple(data[name]) for name in ("labels", "left_out")}
        return cls(**{**data, **lists})


def collect(sessions: Sessions, project_id: int) -> Material:
    """The project's material as it stands at one moment. Raises `RetrainingError` if it is too
    little.

    The best epoch is chosen by the documents of the dev split if there are any; else by 15 %
    of the train documents, the same ones every time, if there are 20 or more; else by the
    train documents themselves. Never by the holdout split.
    """
    with of_one_moment(sessions) as session:
        project = projects.get(session, project_id)
        name, nested = project.name, project.nested
        require(session, project_id, "review")
        labels = tuple(label.name for label in projects.labels(session, project_id))
        held: dict[str, list[DocumentRecord]] = {name: [] for name in FILES}
        left_out: list[str] = []
        for document in corrected(session, project_id):
            parts, problem = decided(document, labels)
            held[document.split or "train"] += parts
            if problem:
                left_out.append(f"{document.name}: {problem}")
        names = label_names.current(session, project_id)
    _require(held, left_out)
    train, dev, source = choose_dev(held["train"], held["dev"])
    holdout = tuple(held["holdout"])
    return Material(name, labels, train, dev, holdout, source, tuple(left_out), nested, names)


def active_parent(sessions: Sessions) -> ModelVersion:
    """The model to start from. Raises `RetrainingError` where there is none."""
    with sessions() as session:
        parent = model_versions.active(session)
    if parent is None:
        raise RetrainingError(
            "there is no active model to start from; set SPANNEAL_MODEL to one and start `python "
            "-m app serve` again, which registers it"
        )
    try:
        labels_of(located(parent))
    except ModelFolderError as error:
        raise RetrainingError(
            f"there is no model to start from: {without_paths(str(error))}"
        ) from None
    return parent


def take_snapshot(sessions: Sessions, project_id: int, folder: Path) -> Snapshot:
    """Freezes the material and the parent in `folder`; a snapshot already there is kept."""
    done = folder / "snapshot.json"
    if done.is_file():
        return Snapshot.from_json(json.loads(done.read_text("utf-8")))
    material = collect(sessions, project_id)
    parent = active_parent(sessions)
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(json.dumps(material.labels).encode())
    for name in FILES:
        path = folder / f"{name}.jsonl"
        with path.open("wb") as out:
            write_jsonl(getattr(material, name), out)
        digest.update(path.read_bytes())
    replay = _replay(sessions, project_id, parent, material, folder)
    for name in replay:
        digest.update((folder / f"{name}.jsonl").read_bytes())
    snapshot = Snapshot(
        project=material.project,
        labels=material.labels,
        train=len(material.train),
        dev=len(material.dev),
        holdout=len(material.holdout),
        dev_source=material.dev_source,
        left_out=material.left_out,
        data_hash=digest.hexdigest(),
        parent_id=parent.id,
        parent_path=str(located(parent)),
        replay=replay,
        names=material.names,
        nested=material.nested,
    )
    write_json(done, snapshot.to_json())
    return snapshot


def _replay(
    sessions: Sessions, project_id: int, parent: ModelVersion, material: Material, folder: Path
) -> dict[str, list[str]]:
    known = {document.text for name in FILES for document in getattr(material, name)}
    with sessions() as session:
        return write_replay(
            folder,
            ancestors(session, parent),
            material.labels,
            known,
            len(material.train),
            material.names,
            partial(not_learnt_again, session, project_id),
        )


def write_json(path: Path, data: object) -> None:
    """Writes a file as a whole or not at all."""
    with whole_file(path) as file:
        file.write((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def _require(held: Mapping[str, Sequence[DocumentRecord]], left_out: Sequence[str]) -> None:
    train = len(held["train"])
    if train < LEAST_TRAIN:
        unread = f" (left out: {'; '.join(left_out)})" if left_out else ""
        raise RetrainingError(
            f"retraining needs at least {LEAST_TRAIN} submitted documents of the train split to "
            f"learn from, got {train}{unread}; submit more documents (the Documents page shows "
            "their splits)"
        )
    if not any(document.entities for document in held["train"]):
        raise RetrainingError(
            f"the {train} submitted train documents have no accepted entities, so there is "
            "nothing to learn; submit a document with at least one"
        )


def choose_dev(
    train: Sequence[DocumentRecord], held_out: Sequence[DocumentRecord]
) -> tuple[tuple[DocumentRecord, ...], tuple[DocumentRecord, ...], DevSource]:
    """What is learnt from, what chooses the best epoch, and where that comes from."""
    if held_out:
        return tuple(train), tuple(held_out), "own"
    if len(train) < SPLIT_FROM:
        return tuple(train), tuple(train), "train"
    chosen = set(sorted(map(_digest, train))[: round(DEV_SHARE * len(train))])
    return _those(train, chosen, False), _those(train, chosen, True), "share"


def _those(
    documents: Iterable[DocumentRecord], chosen: set[str], inside: bool
) -> tuple[DocumentRecord, ...]:
    return tuple(document for document in documents if (_digest(document) in chosen) == inside)


def _digest(document: DocumentRecord) -> str:
    return hashlib.sha256(document.text.encode()).hexdigest()
