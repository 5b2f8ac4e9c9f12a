"""Corrected documents, a tiny model, and settings in a temporary folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.settings import Settings
from storage.engine import Sessions, writing
from storage.enums import SpanStatus, Split
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, projects

LABELS = ("PER", "ORG", "LOC")
Marked = tuple[str, str]
"""A stretch of the text and its label."""
NEWS: tuple[tuple[str, tuple[Marked, ...]], ...] = (
    ("Anna Haag met the Bank of China.", (("Anna Haag", "PER"), ("Bank of China", "ORG"))),
    ("The city of Oslo met Bo Li.", (("Oslo", "LOC"), ("Bo Li", "PER"))),
    ("The University of Kyiv hired Anna.", (("University of Kyiv", "ORG"), ("Kyiv", "LOC"))),
    ("Nothing of note was said in May.", ()),
)


def settings_in(folder: Path, model: Path | None = None) -> Settings:
    return Settings.from_environment(environment_in(folder, model))


def environment_in(folder: Path, model: Path | None = None) -> dict[str, str]:
    return {"SPANNEAL_DATA": str(folder / "data"), "SPANNEAL_MODEL": str(model or folder / "model")}


def new_project(
    sessions: Sessions, labels: Sequence[str] = LABELS, name: str = "News", *, filled: bool = True
) -> int:
    """A project; filled: three submitted train documents and one of the holdout split."""
    with writing(sessions) as session:
        project_id = projects.create(session, name).id
        projects.ensure_labels(session, project_id, labels)
    if filled:
        for text, marked in NEWS[1:]:
            submit(sessions, project_id, text, marked)
        submit(sessions, project_id, *NEWS[0], split="holdout")
    return project_id


def submit(
    sessions: Sessions,
    project_id: int,
    text: str,
    marked: Sequence[Marked] = (),
    split: Split = "train",
    status: SpanStatus = "accepted",
) -> None:
    """A document that a person has submitted."""
    spans = [
        SpanRecord(text.index(part), text.index(part) + len(part), label, status, key=f"e{number}")
        for number, (part, label) in enumerate(marked)
    ]
    with writing(sessions) as session:
        document = documents.add(
            session, project_id, name=text[:12], text=text, split=split, status="submitted"
        )
        assert document is not None
        annotation_sets.add_person_set(session, document.id, spans, person="Ada", state="submitted")


def tiny_model(
    folder: Path, labels: Sequence[str] = LABELS, seed: int = 0, **settings: Any
) -> Path:
    """Writes the directory of a small random model that suggests something."""
    from core.config import new_model_config
    from core.modeling.model import DiffusionNER
    from tests.core.tiny import tiny_encoder

    encoder = tiny_encoder(folder.with_name(folder.name + "-encoder"))
    tiny: dict[str, Any] = {"hidden_size": 32, "num_heads": 2, "pointer_size": 16}
    config = new_model_config(labels, **tiny, **settings)
    DiffusionNER.from_encoder(config, str(encoder), seed).save(folder)
    return folder


def pretend_model(folder: Path, labels: Sequence[str] = LABELS) -> Path:
    """A directory that looks like a model until somebody loads it."""
    import json

    from core.modeling.file_format import FORMAT, KEY

    folder.mkdir(parents=True)
    config = {KEY: FORMAT, "model": {"labels": list(labels)}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def outdate(folder: Path) -> None:
    """Makes a model one of the first architecture, whose `config.json` said nothing of it."""
    import json

    from core.modeling.file_format import KEY

    saved = json.loads((folder / "config.json").read_text())
    del saved[KEY]
    (folder / "config.json").write_text(json.dumps(saved))
