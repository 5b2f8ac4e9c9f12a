"""The sample project of a new database."""

from __future__ import annotations

from pathlib import Path

from storage.engine import Sessions, writing
from storage.repository import documents, projects
from storage.repository.splits import choose_splits, sha256_of

SAMPLE_LABELS = ("PER", "ORG", "LOC", "MISC")


def seed_sample_project(sessions: Sessions, folder: Path) -> int | None:
    """Makes the project "Sample" from the folder's *.txt files if there never was a project.

    Each file is a document, kept exactly, named by the file's stem. Returns the project's id,
    or None where there was one. Two processes that start at once make one.
    """
    with writing(sessions) as session:
        if projects.founded(session):
            return None
        project = projects.create(session, "Sample")
        projects.ensure_labels(session, project.id, SAMPLE_LABELS)
        texts = {path.stem: path.read_bytes().decode() for path in sorted(folder.glob("*.txt"))}
        hashes = map(sha256_of, texts.values())
        splits = choose_splits(session, project.id, [(sha256, None) for sha256 in hashes])
        for (name, text), split in zip(texts.items(), splits, strict=True):
            documents.add(session, project.id, name=name, text=text, split=split)
        return project.id
