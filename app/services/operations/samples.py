"""What a new database begins with."""

from __future__ import annotations

from pathlib import Path

from storage.engine import Sessions, writing
from storage.repository import documents, projects

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
        for path in sorted(folder.glob("*.txt")):
            documents.add(session, project.id, name=path.stem, text=path.read_bytes().decode())
        return project.id
