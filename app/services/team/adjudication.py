"""Adjudication: a reviewer decides where people's versions of a document differ.

The decision is a submitted set of the reviewer's that is not blind, so that it is what counts
(`storage.repository.annotation_sets.COUNTS`); the versions stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.annotation import audit_log
from app.services.team.disagreements import Kind, differences, overlap
from app.services.team.permissions import require
from app.services.webhooks import events as webhook_events
from core.types import Key, key_of
from storage.engine import Sessions, writing
from storage.models import AnnotationSet, Document
from storage.records import SpanRecord
from storage.repository import (
    annotation_sets,
    assignments,
    documents,
    operations,
    projects,
    responses,
    trash,
)


class AdjudicationError(ValueError):
    """A decision that cannot be kept; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Version:
    """One person's newest answer."""

    set_id: int
    person: str
    keys: frozenset[Key]
    """The accepted entities."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Entities that overlap, and that not all people have. Decided as one."""

    start: int
    end: int
    """Code points: from the first to the last of them."""
    kinds: tuple[Kind, ...]
    versions: Mapping[str, tuple[Key, ...]]
    """By person, in reading order; empty where a person has none of them."""

    @property
    def choices(self) -> list[tuple[tuple[str, ...], tuple[Key, ...]]]:
        """The distinct alternatives of this difference, each with the people who chose it."""
        people: dict[tuple[Key, ...], list[str]] = {}
        for person, keys in self.versions.items():
            people.setdefault(keys, []).append(person)
        return [(tuple(who), keys) for keys, who in people.items()]


@dataclass(frozen=True, slots=True)
class Case:
    """The versions of one document, aligned."""

    document_id: int
    project_id: int
    name: str
    text: str
    labels: tuple[str, ...]
    versions: tuple[Version, ...]
    agreed: tuple[Key, ...]
    """What all have."""
    differences: tuple[Difference, ...]
    decided: tuple[str, frozenset[Key]] | None
    """Who decided last, and what, if anybody has."""
    stale: bool
    """Whether somebody has submitted another answer since."""


def case(sessions: Sessions, document_id: int) -> Case:
    """The document as the reviewer sees it."""
    with sessions() as session:
        document = documents.get(session, document_id)
        require(session, document.project_id, "review")
        versions = _versions(session, document_id)
        decided = responses.decided_of(session, document_id)
        known = decided.provenance.get("adjudicates", ()) if decided else ()
        return Case(
            document_id=document_id,
            project_id=document.project_id,
            name=document.name,
            text=document.text,
            labels=tuple(label.name for label in projects.labels(session, document.project_id)),
            versions=versions,
            agreed=_in_order(frozenset.intersection(*(version.keys for version in versions)))
            if versions
            else (),
            differences=align(versions),
            decided=(decided.person or "", _accepted(decided)) if decided else None,
            stale=decided is not None and set(known) != {version.set_id for version in versions},
        )


def align(versions: Sequence[Version]) -> tuple[Difference, ...]:
    """The differences in reading order: what not all have, together with what it overlaps."""
    if not versions:
        return ()
    agreed = frozenset.intersection(*(version.keys for version in versions))
    disputed = sorted({key for version in versions for key in version.keys} - agreed)
    groups: list[list[Key]] = []
    for key in disputed:  # by start: a group goes on as long as something in it reaches here
        if groups and max(member[1] for member in groups[-1]) > key[0]:
            groups[-1].append(key)
        else:
            groups.append([key])
    return tuple(_difference(set(group), versions) for group in groups)


def decide(
    sessions: Sessions,
    document_id: int,
    set_ids: Iterable[int],
    decisions: Sequence[Iterable[Key]],
    reviewer: str,
) -> int:
    """Keeps a decision on each difference of `case`, in its order: the entities that stand there.
    With what all agree on, they are the document's answer. Returns the number of the set.

    `set_ids` are the versions that the reviewer saw. Raises `AdjudicationError` where one of them
    is not the newest any more, a difference is left open, or an entity cannot be.
    """
    with writing(sessions) as session:
        document = documents.lock(session, document_id)
        require(session, document.project_id, "review", reviewer)
        versions = _versions(session, document_id)
        if len(versions) < 2:
            raise AdjudicationError(
                "nothing to adjudicate: expected at least two submitted versions, got "
                f"{len(versions)}"
            )
        if {version.set_id for version in versions} != set(set_ids):
            raise AdjudicationError(
                "another version has been submitted since; review it and decide again"
            )
        chosen = _chosen(session, document, versions, decisions)
        return _keep(session, document, versions, chosen, reviewer)


def waiting(sessions: Sessions, project_id: int) -> tuple[list[int], list[int]]:
    """The documents with two or more versions: those to be decided, and those that are."""
    with sessions() as session:
        require(session, project_id, "review")
        several = responses.by_several(session, project_id)
        decided = responses.decided(session, project_id)
    return [submission for submission in several if submission not in decided], [
        submission for submission in several if submission in decided
    ]


def _versions(session: Session, document_id: int) -> tuple[Version, ...]:
    found = responses.newest(session, [document_id])
    return tuple(Version(answer.id, answer.person or "", _accepted(answer)) for answer in found)


def _accepted(answer: AnnotationSet) -> frozenset[Key]:
    rows = (row for row in answer.entities if row.status == "accepted")
    return frozenset(map(key_of, rows))


def _difference(group: set[Key], versions: Sequence[Version]) -> Difference:
    held = {version.person: _in_order(version.keys & group) for version in versions}
    kinds: dict[Kind, None] = {}
    for number, version in enumerate(versions):
        for other in versions[number + 1 :]:
            mine, theirs = frozenset(held[version.person]), frozenset(held[other.person])
            kinds |= {kind: None for kind, _, _ in differences(mine, theirs)}
    start, end = min(key[0] for key in group), max(key[1] for key in group)
    return Difference(start, end, tuple(kinds), held)


def _in_order(keys: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(sorted(keys, key=lambda key: (key[0], -key[1], key[2])))


def _chosen(
    session: Session,
    document: Document,
    versions: Sequence[Version],
    decisions: Sequence[Iterable[Key]],
) -> tuple[Key, ...]:
    """All entities of the answer, checked."""
    found = align(versions)
    if len(decisions) != len(found):
        raise AdjudicationError(
            f"got {len(decisions)} decisions for {len(found)} differences; decide each one"
        )
    chosen = set(frozenset.intersection(*(version.keys for version in versions)))
    labels = {label.name for label in projects.labels(session, document.project_id)}
    for difference, keys in zip(found, decisions, strict=True):
        for key in keys:
            start, end, label = key
            if not 0 <= start < end <= document.length:
                raise AdjudicationError(
                    f"an entity from {start} to {end} is not in the text, which has "
                    f"{document.length} characters"
                )
            if label not in labels:
                raise AdjudicationError(f"the project has no label {label!r}; choose another")
            if not overlap(key, (difference.start, difference.end, "")):
                raise AdjudicationError(
                    f"an entity from {start} to {end} is outside the difference: "
                    f"{difference.start} to {difference.end}"
                )
            chosen.add(key)
    return _in_order(chosen)


def _keep(
    session: Session,
    document: Document,
    versions: Sequence[Version],
    chosen: Sequence[Key],
    reviewer: str,
) -> int:
    before = responses.decided_of(session, document.id)
    ids = [version.set_id for version in versions]
    hidden = _of_deleted_labels(session, document.project_id, [before.id] if before else ids)
    made = annotation_sets.add_person_set(
        session,
        document.id,
        [
            SpanRecord(start, end, label, "accepted", key=f"a{number}")
            for number, (start, end, label) in enumerate((*chosen, *hidden), 1)
        ],
        person=reviewer,
        state="submitted",
        parent_id=before.id if before else None,
        provenance={"adjudicates": ids},
    )
    operations.record(
        session,
        client=audit_log.server_client(),
        seq=1,
        document_id=document.id,
        person=reviewer,
        payload={"op": "adjudicate", "adjudicates": ids, "set_id": made.id},
        version=document.version,
        changes=[],
    )
    webhook_events.submitted(session, document.project_id, made)
    assignments.sum_up(session, document, assignments.annotators(session, document.project_id))
    return made.id


def _of_deleted_labels(
    session: Session, project_id: int, set_ids: Sequence[int]
) -> tuple[Key, ...]:
    """What nobody sees to decide on, and what comes back with its label: all that is accepted
    with a label in the trash in any of these sets."""
    deleted = trash.labels(session, project_id)
    if not deleted:
        return ()
    spans = (
        span
        for set_id in set_ids
        for span in annotation_sets.every_span_of(session, session.get_one(AnnotationSet, set_id))
    )
    return _in_order(
        {key_of(span) for span in spans if span.status == "accepted" and span.label in deleted}
    )


def accept_agreed(sessions: Sessions, project_id: int, reviewer: str) -> int:
    """Keeps as decided every waiting document on which all versions are the same; how many."""
    accepted = 0
    for document_id in waiting(sessions, project_id)[0]:
        found = case(sessions, document_id)
        if not found.differences:
            ids = [version.set_id for version in found.versions]
            decide(sessions, document_id, ids, (), reviewer)
            accepted += 1
    return accepted
