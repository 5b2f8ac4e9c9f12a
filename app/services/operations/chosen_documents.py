"""What is done to several documents at once: tags, splits, the trash. All of it or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy.orm import Session

from app.services.operations.documents import of_active_model
from app.services.team.permissions import doer, require
from storage.engine import Sessions, writing
from storage.enums import SPLITS, Split
from storage.models import Document
from storage.records import DocumentFilter
from storage.repository import documents, events, listing, trash
from storage.repository.document_filter import TAGS
from storage.repository.splits import sides_elsewhere

MOST_CHOSEN = 20_000
"""Documents that are changed in one go."""
LONGEST_TAG = 50
MOST_TAGS = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of documents that were to change their split."""

    moved: int
    begun: int
    """Left where they are: somebody began them, and may have seen suggestions, or they may have
    been trained on. What is held out is annotated without any, and never trained on."""
    elsewhere: int
    """Left where they are: another project has their text on the other side."""


def matching(sessions: Sessions, project_id: int, wanted: DocumentFilter) -> Sequence[int]:
    """The numbers of all documents that match. Raises `ValueError` for more than `MOST_CHOSEN`."""
    with sessions() as session:
        require(session, project_id, "review")
        found = listing.ids(session, project_id, of_active_model(session, wanted))
    _check_number(found)
    return found


def tag(
    sessions: Sessions,
    project_id: int,
    document_ids: Collection[int],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> int:
    """Gives documents tags and takes some away; returns how many changed. Tags are a list in a
    document's metadata, and go with it into every format that holds metadata.

    Raises `ValueError` for a tag that is empty, long or holds a comma, and too many of them.
    """
    added = [_checked(name) for name in add]
    changed = 0
    with writing(sessions) as session:
        require(session, project_id, "review")
        for document in chain.from_iterable(_locked(session, project_id, document_ids)):
            before = tags_of(document.meta)
            after = [name for name in dict.fromkeys([*before, *added]) if name not in remove]
            if len(after) > MOST_TAGS:
                raise ValueError(
                    f"{document.name!r} would have {len(after)} tags, and may have {MOST_TAGS}"
                )
            if after != before:
                rest = {key: value for key, value in document.meta.items() if key != TAGS}
                document.meta = {**rest, TAGS: after} if after else rest
                changed += 1
        detail = {"documents": len(document_ids), "add": added, "remove": list(remove)}
        events.record(session, doer(session), "tagged", project_id=project_id, detail=detail)
    return changed


def tags_of(meta: object) -> list[str]:
    """The tags in a document's metadata; what another tool wrote there and is no list is none."""
    held = meta.get(TAGS) if isinstance(meta, dict) else None
    return [str(name) for name in held] if isinstance(held, list) else []


def move(sessions: Sessions, project_id: int, document_ids: Collection[int], split: Split) -> Moved:
    """Puts documents into another split, and leaves those that measures would suffer from.

    Only a document that nobody began can be held out; a text is on one side in all projects.
    """
    if split not in SPLITS:
        raise ValueError(f"the split must be one of {', '.join(SPLITS)}, got {split!r}")
    moved = begun = elsewhere = 0
    with writing(sessions) as session:
        require(session, project_id, "review")
        for rows in _locked(session, project_id, document_ids):
            sides = sides_elsewhere(session, project_id, [row.sha256 for row in rows])
            for document in rows:
                if document.split == split:
                    continue
                others = sides.get(document.sha256, frozenset())
                if split == "holdout" and (document.status != "new" or document.version):
                    begun += 1
                elif any((other == "holdout") != (split == "holdout") for other in others):
                    elsewhere += 1
                else:
                    document.split = split
                    moved += 1
        detail = {"documents": len(document_ids), "split": split, "moved": moved}
        events.record(session, doer(session), "split changed", project_id=project_id, detail=detail)
    return Moved(moved, begun, elsewhere)


def delete(
    sessions: Sessions, project_id: int, document_ids: Collection[int], typed: str, person: str
) -> int:
    """Puts documents into the trash; returns how many. Raises `ValueError` unless their number was
    typed: what is deleted is looked at first."""
    expected = str(len(set(document_ids)))
    if "".join(char for char in typed if char.isalnum()) != expected:
        raise ValueError(
            f"to delete {expected} documents, type their number, {expected}; got {typed[:50]!r}"
        )
    number = 0
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        for rows in _locked(session, project_id, document_ids):
            trash.put_all(session, rows)
            named = {row.id: {"name": row.name} for row in rows}
            events.record_of_documents(session, person, "delete document", project_id, named)
            number += len(rows)
    return number


def _locked(
    session: Session, project_id: int, document_ids: Collection[int]
) -> Iterator[Sequence[Document]]:
    _check_number(document_ids)
    return documents.lock_many(session, project_id, document_ids)


def _check_number(document_ids: Collection[int]) -> None:
    if len(document_ids) > MOST_CHOSEN:
        raise ValueError(
            f"{len(document_ids):,} documents are chosen, and at most {MOST_CHOSEN:,} are changed "
            "in one go; narrow the list by a filter"
        )


def _checked(name: str) -> str:
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= LONGEST_TAG or "," in tidy:
        raise ValueError(
            f"a tag has 1 to {LONGEST_TAG} characters and no comma, got {name[:100]!r}"
        )
    return tidy
