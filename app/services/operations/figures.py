"""The figures of a project: progress, the value of suggestions, and the cost of annotation."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from app.services.model_registry.registry import VersionView
from app.services.team.permissions import require
from core.evaluation.metrics import stored_shares
from core.types import Key, key_of
from storage.engine import Sessions
from storage.enums import DocumentStatus
from storage.models import Visit
from storage.records import Submission
from storage.repository import documents, label_names, projects, statistics, visits
from storage.repository.statistics import Action

LONGEST_PAUSE = timedelta(minutes=2)
"""A longer break counts as this much: nobody worked on."""
_MODEL_KEY = re.compile(r"[mi](\d+)\.")


@dataclass(frozen=True, slots=True)
class Day:
    """What was submitted on a day (UTC), and until then."""

    day: date
    documents: int
    until_then: int


@dataclass(frozen=True, slots=True)
class LabelCount:
    label: str
    suggested: int
    """Accepted entities that a model or a rule found first."""
    drawn: int
    """Those that a person drew."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What people made of one model version's suggestions."""

    model_version_id: int
    as_it_was: int
    moved: int
    relabelled: int
    rejected: int

    @property
    def total(self) -> int:
        return self.as_it_was + self.moved + self.relabelled + self.rejected


@dataclass(frozen=True, slots=True)
class Effort:
    """What documents cost, with suggestions or without."""

    aided: bool
    documents: int
    entities: int
    seconds: float
    """A document."""
    gestures: float
    """Of all documents together."""

    @property
    def gestures_an_entity(self) -> float | None:
        """None where there is no entity."""
        return self.gestures / self.entities if self.entities else None


@dataclass(frozen=True, slots=True)
class Measured:
    """A model version's F1 on the held-out documents of this project."""

    model_version_id: int
    trained_on: int
    """Documents of this project that it has learnt from."""
    held_out: int
    """Documents that it was measured on."""
    entities: int
    f1: float | None
    """None where undefined, as `parent_f1`: nothing to find, and nothing predicted."""
    parent_f1: float | None
    """Its parent's on the same documents."""


def per_day(submitted: Sequence[Submission]) -> list[Day]:
    """Every day on which something was submitted."""
    counts = Counter(submission.submitted_at.date() for submission in submitted)
    days, so_far = [], 0
    for day in sorted(counts):
        so_far += counts[day]
        days.append(Day(day, counts[day], so_far))
    return days


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything about one project that comes out of the database."""

    statuses: Mapping[DocumentStatus, int]
    days: Sequence[Day]
    labels: Sequence[LabelCount]
    acceptance: Sequence[Acceptance]
    efforts: Sequence[Effort]


def figures(sessions: Sessions, project_id: int) -> Figures:
    """The figures as they stand now."""
    with sessions() as session:
        require(session, project_id, "annotate")
        submitted = statistics.submissions(session, project_id)
        counts = statistics.label_counts(session, project_id)
        named = [label.name for label in projects.labels(session, project_id)]
        decided = statistics.decided(session, project_id)
        suggested = statistics.suggested(session, project_id)
        former = {label for _, _, label in suggested.values()} - set(named)
        names = label_names.current(session, project_id) if former else {}
        actions = statistics.actions(session, project_id)
        opened = visits.of_project(session, project_id)
        statuses = documents.counts_by_status(session, project_id)
    labels = [*named, *sorted({label for label, _ in counts} - set(named))]
    return Figures(
        statuses=statuses,
        days=per_day(submitted),
        labels=[
            LabelCount(
                name,
                sum(counts.get((name, source), 0) for source in ("model", "rule", "instant")),
                counts.get((name, "person"), 0),
            )
            for name in labels
        ],
        acceptance=_acceptance(decided, suggested, names),
        efforts=_efforts(submitted, opened, actions),
    )


def measured(versions: Iterable[VersionView], project: str) -> list[Measured]:
    """The versions that were trained on this project and measured, the oldest first."""
    found = []
    for version in versions:
        snapshot = version.settings.get("snapshot") or {}
        holdout = version.metrics.get("holdout")
        if not holdout or snapshot.get("project") != project:
            continue
        new, old = holdout["new"], holdout["old"]
        found.append(
            Measured(
                version.id,
                snapshot["train"],
                snapshot["holdout"],
                new.get("gold", 0),
                stored_shares(new)[2],
                stored_shares(old)[2],
            )
        )
    return sorted(found, key=lambda row: row.model_version_id)


def _acceptance(
    decided: Iterable[statistics.Decided],
    suggested: Mapping[tuple[int, str], Key],
    names: Mapping[str, str],
) -> list[Acceptance]:
    """Spans of imported suggestions name no model version and are left out. `names` lead from
    labels that were renamed or merged to today's: nobody relabelled a suggestion by that."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for span in decided:
        named = _MODEL_KEY.match(span.key)
        if named is None or span.status == "suggested":
            continue
        start, end, label = suggested.get((span.document_id, span.key), key_of(span))
        if span.status == "rejected":
            fate = "rejected"
        elif (span.start, span.end) != (start, end):
            fate = "moved"
        else:
            fate = "as_it_was" if span.label == names.get(label, label) else "relabelled"
        counts[int(named[1])][fate] += 1
    fates = ("as_it_was", "moved", "relabelled", "rejected")
    return [
        Acceptance(version_id, *(counts[version_id][fate] for fate in fates))
        for version_id in sorted(counts)
    ]


def _efforts(
    submitted: Iterable[Submission], opened: Iterable[Visit], actions: Iterable[Action]
) -> list[Effort]:
    """With suggestions and without, where there are documents; a document counts as aided if
    suggestions were shown at any visit. Those that nobody opened on the page are left out."""
    began: dict[int, list[Visit]] = defaultdict(list)
    for visit in opened:
        began[visit.document_id].append(visit)
    done: dict[int, list[Action]] = defaultdict(list)
    for action in actions:
        done[action.document_id].append(action)
    groups: dict[bool, list[tuple[float, int, int]]] = {True: [], False: []}
    for submission in submitted:
        document_visits, acts = began[submission.document_id], done[submission.document_id]
        last = max((act.at for act in acts if act.op == "submit"), default=None)
        document_visits = [visit for visit in document_visits if last and visit.opened_at <= last]
        if last is None or not document_visits:
            continue
        acts = [act for act in acts if act.at <= last]
        times = sorted([*(visit.opened_at for visit in document_visits), *(act.at for act in acts)])
        aided = any(visit.aided for visit in document_visits)
        groups[aided].append((_worked(times), len(acts), submission.accepted))
    return [
        Effort(
            aided,
            len(rows),
            sum(entities for _, _, entities in rows),
            sum(seconds for seconds, _, _ in rows) / len(rows),
            sum(gestures for _, gestures, _ in rows),
        )
        for aided, rows in groups.items()
        if rows
    ]


def _worked(times: Sequence[datetime]) -> float:
    """Seconds between the first and the last, without what is too long to be work."""
    pauses = pairwise(times)
    return sum(min(after - before, LONGEST_PAUSE).total_seconds() for before, after in pauses)
