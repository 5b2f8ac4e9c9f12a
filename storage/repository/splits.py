"""Which documents train, and which are held out to measure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.enums import Split
from storage.models import Document, Project
from storage.project_scope import EVERYONE
from storage.soft_delete import WITH_TRASH

FIRST_TRAINED, LAST_CHOSEN = 2, 4
"""Of a project's first four documents, two are trained on and one is held out."""


def sha256_of(text: str) -> str:
    """The text's identity: SHA-256 over its UTF-8. Raises `ValueError` for lone surrogates."""
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text holds the lone surrogate {text[error.start]!r} at {error.start}, which is "
            "half a character; repair the text before importing it"
        ) from None


def hashed_split(project: str, sha256: str, holdout_share: float) -> Split:
    """About this share of the documents is held out, the same ones on every machine."""
    digest = hashlib.sha256(f"{project}\0{sha256}".encode()).digest()
    return "holdout" if int.from_bytes(digest[:8]) < holdout_share * 2**64 else "train"


def choose_split(session: Session, project_id: int, sha256: str) -> Split:
    """The split of a document that is about to be added, see `choose_splits`."""
    return choose_splits(session, project_id, [(sha256, None)])[0]


def choose_splits(
    session: Session, project_id: int, arriving: Sequence[tuple[str, Split | None]]
) -> list[Split]:
    """The splits of documents that are about to be added in this order, which never change
    afterwards. Each is its text's hash and the split that the import names, if it does.

    The hash decides, with two exceptions. A text that another project has lies on the same
    side here, because one model serves all projects. And of the first documents two are trained
    on, so that a project begins with suggestions to decide on, and one of the first four is held
    back, so that a small one can be measured.
    """
    elsewhere = _elsewhere(session, [sha256 for sha256, named in arriving if named is None])
    query = select(Document.split).where(Document.project_id == project_id).limit(LAST_CHOSEN)
    present = list(session.scalars(query))
    project = session.get_one(Project, project_id)
    chosen: list[Split] = []
    for sha256, named in arriving:
        split = named or elsewhere.get(sha256) or _among_the_first(present)
        chosen.append(split or hashed_split(project.name, sha256, project.holdout_share))
        present.append(chosen[-1])
    return chosen


def _elsewhere(session: Session, hashes: Sequence[str]) -> dict[str, Split]:
    """On which side the texts lie that some project or its bin has; of several, the first."""
    query = (
        select(Document.sha256, Document.split)
        .where(Document.project_id.in_(select(Project.id)), Document.sha256.in_(hashes))
        .order_by(Document.id.desc())
    )
    return dict(session.execute(query, execution_options={**EVERYONE, **WITH_TRASH}).all())


def _among_the_first(present: Sequence[Split]) -> Split | None:
    if len(present) >= LAST_CHOSEN:
        return None
    if present.count("train") < FIRST_TRAINED:
        return "train"
    if len(present) == LAST_CHOSEN - 1 and "holdout" not in present:
        return "holdout"
    return None
