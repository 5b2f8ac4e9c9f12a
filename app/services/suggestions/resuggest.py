"""Constrained denoising of a document: the model looks again, knowing what a person decided.

`resuggest` does it at once; `BackgroundResuggest` in a thread that nobody's saving waits for.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from uuid import uuid4

from sqlalchemy.orm import Session

from app.edit_operations import Found, Suggest
from app.editing import Draft, EditError, reduce
from app.services.annotation import audit_log, drafts, tasks
from app.services.annotation.tasks import AnnotationTask
from app.services.suggestions import instant, suggest
from app.services.suggestions.instant import Learnt
from app.services.suggestions.rules import merged, speaking, suggested_keys
from app.services.suggestions.suggest import Predictor
from app.services.team.permissions import require
from core.overlaps import overlap
from core.text.segmentation import sentences
from core.text.tokenization import tokenize
from core.types import Entity, Key, SamplerSettings, key_of
from storage.engine import Sessions, writing
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, label_names, operations, projects, rules
from storage.repository.rules import Suggested

SURER = 0.1
"""By how much what only the second look finds must exceed φ: it is right less often than what
the first one found (docs/results/annotation.md). It was measured on scores that were not yet
calibrated; on the bundled model's scale of today that width is 0.10 nested and 0.05 flat."""
Stretch = tuple[int, int]
"""Code points, end exclusive."""


@dataclass(frozen=True, slots=True)
class Change:
    """How many suggestions are new, and how many are gone."""

    added: int
    gone: int


def resuggest(
    sessions: Sessions,
    predictor: Predictor,
    settings: SamplerSettings,
    document_id: int,
    person: str,
    around: Iterable[Stretch] | None = None,
) -> Change:
    """Denoises the rest: accepted spans are kept in place while the others are denoised, rejected
    ones never return. Undecided suggestions that contradict what was decided go, and what the
    model finds now comes beside the others, with what submitted documents taught and with what the
    project's rules match.

    `around` limits this to the sentences that it touches; outside them nothing changes. What was
    edited while the model was reading stands, and what contradicts it is left out. Raises
    `EditError` for a document that is submitted or held out.
    """
    with sessions() as session:
        document = documents.get(session, document_id)
        require(session, document.project_id, "annotate", person)
        task = tasks.find(session, document, person)
        before = _open_draft(drafts.load(session, task), task)
        refused = _refused(session, task, before)
        text = document.text
        settings = suggest.settings_of(projects.get(session, document.project_id), settings)
        learnt = instant.learnt(session, document.project_id, predictor.model_version_id)
    windows = [(0, len(text))] if around is None else touched(text, around)
    found: list[Found] = []
    for start, end in windows:
        found += _found(predictor, settings, learnt, text, (start, end), before, refused)
    with writing(sessions, beside_others=True) as session:
        task = tasks.claim(session, documents.lock(session, document_id), person)
        now = _open_draft(drafts.load(session, task), task)
        if annotation_sets.draft_of(session, document_id, task.owner) is None:
            raise EditError("nobody has opened this document yet; open it and try again")
        left = _refused(session, task, now)
        names = label_names.current(session, task.document.project_id)
        known = [replace(span, label=names.get(span.label, span.label)) for span in found]
        new = [span for span in known if span.label in now.labels and key_of(span) not in left]
        new, by_rules = _with_rules(session, task, now, left, windows, new, settings.flat)
        after = reduce(now, Suggest(tuple(new), tuple(windows), settings.flat))
        drafts.save(session, task, now, after, person)
        had, has = ({span.id for span in draft.spans} for draft in (now, after))
        noted = (note for note in by_rules if note.key in has - had)
        rules.note_suggested(session, task.id, noted)
        gone = [key_of(span) for span in now.spans if span.id not in has]
        payload = {
            "op": "suggest",
            "model_version_id": predictor.model_version_id,
            "spans": [asdict(span) for span in new if span.id in has],
            "windows": windows,
            "gone": gone,
        }
        audit_log.record(session, task, now, after, person, payload)
    return Change(added=len(has - had), gone=len(gone))


ReadAgain = Callable[[int, str, Iterable[Stretch] | None], Change]
"""`AnnotationService.resuggest`: of a document, for a person, everywhere or around stretches."""


@dataclass(slots=True)
class _Pending:
    """A second look that has not begun."""

    result: Future[Change]
    around: set[Stretch] | None = field(default_factory=set)
    """None: everywhere."""


class BackgroundResuggest:
    """One thread. What is asked of a document before its turn comes is one look."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "resuggest")
        self._lock = threading.Lock()
        self._pending: dict[tuple[int, str], _Pending] = {}

    def ask(
        self,
        read: ReadAgain,
        document_id: int,
        person: str,
        around: Iterable[Stretch] | None = None,
    ) -> Future[Change]:
        """Has the model look again. Returns at once."""
        with self._lock:
            pending = self._pending.get((document_id, person))
            if pending is None:
                pending = self._pending[document_id, person] = _Pending(Future())
                self._pool.submit(self._look, read, document_id, person)
            if around is None:
                pending.around = None
            elif pending.around is not None:
                pending.around.update(around)
            return pending.result

    def _look(self, read: ReadAgain, document_id: int, person: str) -> None:
        with self._lock:
            pending = self._pending.pop((document_id, person))
        try:
            around = None if pending.around is None else sorted(pending.around)
            pending.result.set_result(read(document_id, person, around))
        except BaseException as error:
            pending.result.set_exception(error)


def touched(text: str, around: Iterable[Stretch]) -> list[Stretch]:
    """The sentences that overlap any of the stretches, as the model cuts them."""
    stretches = list(around)
    return [
        (start, end)
        for start, end in _sentences(text)
        if any(start < right and left < end for left, right in stretches)
    ]


def _sentences(text: str) -> list[Stretch]:
    tokens = tokenize(text)
    return [(tokens[start].start, tokens[end - 1].end) for start, end in sentences(text, tokens)]


def _open_draft(draft: Draft, task: AnnotationTask) -> Draft:
    if draft.state == "submitted":
        raise EditError("this document is submitted; reopen it to change it")
    if task.document.split == "holdout":
        raise EditError("this document is held out: it is annotated without suggestions")
    return draft


def _refused(session: Session, task: AnnotationTask, draft: Draft) -> set[Key]:
    """What a person rejected, and what was suggested once and corrected to something else; not
    what a rule's suggestion kept from being shown."""
    machine = annotation_sets.latest_prediction(session, task.id)
    by_rules = rules.suggested(session, task.id)
    shown = {span.id for span in draft.spans}
    keys = {
        key_of(span)
        for span in (annotation_sets.spans_of(machine) if machine else ())
        if span.key in shown or not any(overlap(span, other) for other in by_rules)
    }
    keys |= suggested_keys(session, task.document, by_rules)
    for payload in operations.payloads(session, task.id, "suggest", task.owner):
        keys |= {(span["start"], span["end"], span["label"]) for span in payload["spans"]}
        keys -= {(start, end, label) for start, end, label in payload["gone"]}
    names = label_names.current(session, task.document.project_id)
    keys = {(start, end, names.get(label, label)) for start, end, label in keys}
    keys -= {key_of(span) for span in draft.spans}
    return keys | {key_of(span) for span in draft.spans if span.status == "rejected"}


def _with_rules(
    session: Session,
    task: AnnotationTask,
    draft: Draft,
    refused: Set[Key],
    windows: Sequence[Stretch],
    new: Sequence[Found],
    flat: bool,
) -> tuple[list[Found], frozenset[Suggested]]:
    """What was found, with what the project's rules match in the windows; and which rules."""
    present = {key_of(span) for span in draft.spans} | refused
    ids = {span.id for span in draft.spans}
    document = task.document
    matched = [
        match
        for match in speaking(session, document.project_id, document.text)
        if key_of(match) not in present
        and match.key not in ids
        and any(start <= match.start and match.end <= end for start, end in windows)
    ]
    base = [
        SpanRecord(
            span.start,
            span.end,
            span.label,
            "suggested",
            span.score,
            span.source,
            span.id,
            span.confidence,
        )
        for span in new
    ]
    combined = merged(base, matched, flat=flat)
    return [_to_found(span) for span in combined.spans], combined.by_rules


def _found(
    predictor: Predictor,
    settings: SamplerSettings,
    learnt: Learnt | None,
    text: str,
    stretch: Stretch,
    draft: Draft,
    refused: set[Key],
) -> list[Found]:
    """What the model newly suggests for a stretch of the document, with what was learnt."""
    accepted = {key_of(span) for span in draft.spans if span.status == "accepted"}
    fixed = _within(stretch, accepted)
    suppressed = _within(stretch, refused - accepted)
    start, end = stretch
    surer = replace(
        settings,
        num_spans=max(settings.num_spans, _most_in_a_sentence(text[start:end], fixed)),
        threshold=min(predictor.threshold(settings.flat) + SURER, 1.0),
    )
    answer = suggest.ask(predictor, text[start:end], surer, fixed, suppressed)
    answer = suggest.with_learnt(predictor, answer, text[start:end], learnt)
    fixed_keys = {key_of(entity) for entity in fixed}
    run = uuid4().hex[:8]
    return [
        _to_found(replace(span, start=span.start + start, end=span.end + start))
        for span in suggest.spans_of(answer, {}, f"{run}.")
        if key_of(span) not in fixed_keys
    ]


def _most_in_a_sentence(text: str, entities: Sequence[Entity]) -> int:
    """How many of the entities begin in one sentence, at most."""
    starts = [start for start, _ in _sentences(text)]
    counts = Counter(bisect_right(starts, entity.start) for entity in entities)
    return max(counts.values(), default=0)


def _to_found(span: SpanRecord) -> Found:
    return Found(
        span.key, span.start, span.end, span.label, span.score, span.confidence, span.source
    )


def _within(stretch: Stretch, keys: Iterable[Key]) -> list[Entity]:
    """The places that lie in the stretch, as entities of it alone."""
    start, end = stretch
    return [
        Entity(left - start, right - start, label)
        for left, right, label in sorted(keys)
        if start <= left and right <= end
    ]
