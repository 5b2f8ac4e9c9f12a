"""A new project with its labels and its first text: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.services.labels.proposed import ProposedLabel
from app.services.team.permissions import require_administrator
from storage.engine import Sessions, writing
from storage.repository import documents, projects

LONGEST_NAME = 200
"""Characters of a project's name."""


def create(
    sessions: Sessions,
    name: str,
    labels: Sequence[ProposedLabel] = (),
    texts: Sequence[tuple[str, str]] = (),
) -> int:
    """A project with these labels, in their order, and documents of these names and texts; its
    number. It has no other labels.

    Raises `ValueError` for a name that is empty, of several lines or in use, a label that cannot be
    one, and a text that cannot be kept; then there is no project.
    """
    if not name.strip():
        raise ValueError("a project needs a name, got none; type one, such as the corpus’s")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a project’s name has at most {LONGEST_NAME} characters, got {len(name)}")
    with writing(sessions) as session:
        require_administrator(session)
        project = projects.create(session, name.strip())
        for label in labels:
            projects.add_label(
                session, project.id, label.name, color=label.color, description=label.description
            )
        for title, text in texts:
            documents.add(session, project.id, name=title, text=text)
        return project.id


def outlook(labels: Sequence[str], known: Collection[str]) -> str:
    """What will be suggested of these labels by a model that knows `known`, in plain words."""
    if not labels:
        return (
            "Without labels nothing is suggested. A file that is annotated brings its own; you can "
            "add labels at any time."
        )
    unknown = [label for label in labels if label not in known]
    familiar = [label for label in labels if label in known]
    parts = []
    if familiar:
        parts.append(f"The model suggests {_listed(familiar)} from the first document on.")
    if unknown:
        verb, them = ("are", "they are") if len(unknown) > 1 else ("is", "it is")
        parts.append(
            f"{_listed(unknown)} {verb} new to the model: mark what you find, and from the second "
            f"or third document on {them} suggested from what you submitted."
        )
    return " ".join(parts)


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:4]) + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
