"""Which documents train, and which are held out to measure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.enums import Split
from storage.models import Document, Project
from storage.project_scope import EVERYONE
from storage.soft_delete import WITH_TRASH

DRAWN_FROM = 20
"""Documents of a project below which none is held out: too few to measure by, and every one of them
is needed to learn from."""
HASHES_AT_ONCE = 500
"""Texts that one query asks for."""
FIRST_TRAINED, LAST_CHOSEN = 2, 4
"""Of the first four of many documents, two are trained on and one is held out."""


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

    A text that another project has lies on the same side here, because one model serves all
    projects. Every other one is trained on as long as the project has fewer than `DRAWN_FROM`
    documents, these included; from then on the hash decides, and documents that are there keep
    their split. Where many come at once, the first two are trained on, so that a project begins
    with suggestions to decide on; and where none is held out among the first, the fourth or the
    twentieth is, so that models can be measured.
    """
    elsewhere = _elsewhere(session, [sha256 for sha256, named in arriving if named is None])
    query = select(Document.split).where(Document.project_id == project_id).limit(DRAWN_FROM)
    present = list(session.scalars(query))
    few = len(present) + len(arriving) < DRAWN_FROM
    project = session.get_one(Project, project_id)
    chosen: list[Split] = []
    for sha256, named in arriving:
        split = named or elsewhere.get(sha256) or ("train" if few else _among_the_first(present))
        chosen.append(split or hashed_split(project.name, sha256, project.holdout_share))
        present.append(chosen[-1])
    return chosen


def sides_elsewhere(
    session: Session, project_id: int, hashes: Sequence[str]
) -> dict[str, frozenset[Split]]:
    """The splits of these texts in other projects and their bins; a text that none has is no key.

    One model serves all projects: a text that is held out in one must be in all of them.
    """
    query = select(Document.sha256, Document.split).where(
        Document.project_id.in_(select(Project.id)),
        Document.project_id != project_id,
        Document.sha256.in_(hashes),
    )
    found: dict[str, frozenset[Split]] = {}
    for sha256, split in session.execute(query, execution_options={**EVERYONE, **WITH_TRASH}):
        found[sha256] = found.get(sha256, frozenset()) | {split}
    return found


def not_learnt_again(session: Session, project_id: int, hashes: Sequence[str]) -> set[str]:
    """Which of these texts teach nothing of what was once said of them: some project holds them
    out, or this one has them, and what it says of them today counts."""
    found: set[str] = set()
    for first in range(0, len(hashes), HASHES_AT_ONCE):
        query = select(Document.sha256).where(
            Document.sha256.in_(hashes[first : first + HASHES_AT_ONCE]),
            or_(Document.project_id == project_id, Document.split == "holdout"),
        )
        found.update(session.scalars(query, execution_options={**EVERYONE, **WITH_TRASH}))
    return found


def _elsewhere(session: Session, hashes: Sequence[str]) -> dict[str, Split]:
    """On which side the texts lie that some project or its trash has; of several, the first."""
    query = (
        select(Document.sha256, Document.split)
        .where(Document.project_id.in_(select(Project.id)), Document.sha256.in_(hashes))
        .order_by(Document.id.desc())
    )
    return dict(session.execute(query, execution_options={**EVERYONE, **WITH_TRASH}).all())


def _among_the_first(present: Sequence[Split]) -> Split | None:
    """The split of the next of many documents, where the hash does not decide."""
    if len(present) < LAST_CHOSEN and present.count("train") < FIRST_TRAINED:
        return "train"
    if len(present) + 1 in (LAST_CHOSEN, DRAWN_FROM) and "holdout" not in present:
        return "holdout"
    return None
