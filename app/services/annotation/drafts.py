"""Drafts between the database and the reducer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from sqlalchemy.orm import Session

from app.editing import Draft, DraftSpan
from app.services.annotation.tasks import AnnotationTask
from app.services.labels.duplicates import relabelled
from app.services.suggestions import rules
from app.services.suggestions.rules import Suggestions
from app.services.webhooks import events
from core.types import Entity, Key
from storage.models import AnnotationSet, Document
from storage.records import SpanRecord
from storage.repository import annotation_sets, label_names, projects, responses, trash
from storage.repository import rules as rule_rows
from storage.repository.annotation_sets import NewestPrediction, newest_prediction


def load(session: Session, task: AnnotationTask) -> Draft:
    """The document as the reducer sees it: its draft, or what was submitted, frozen."""
    return of_set(session, task, source_of(session, task))


def of_set(session: Session, task: AnnotationTask, source: AnnotationSet | None) -> Draft:
    """The same of the set that shows where the work stands, see `source_of`."""
    if task.project:
        return shown(task, task.project.labels, source)
    labels = frozenset(label.name for label in projects.labels(session, task.document.project_id))
    return shown(task, labels, source)


def source_of(session: Session, task: AnnotationTask) -> AnnotationSet | None:
    """The set that shows where the work stands: what was submitted, else the draft."""
    if task.standing.status == "submitted":
        return annotation_sets.submitted_of(session, task.id, task.owner)
    return annotation_sets.draft_of(session, task.id, task.owner)


def overtaken(session: Session, task: AnnotationTask) -> AnnotationSet | None:
    """The draft that all shared, where something was decided for all since it was edited."""
    if task.blind or task.standing.status != "submitted":
        return None
    draft = annotation_sets.draft_of(session, task.id)
    decided = responses.decided_of(session, task.id) if draft is not None else None
    return draft if draft and decided and draft.id < decided.id else None


def shown(task: AnnotationTask, labels: frozenset[str], source: AnnotationSet | None) -> Draft:
    """The same of a set and labels that were read already."""
    standing = task.standing
    records = annotation_sets.spans_of(source) if source else ()
    return Draft(
        text_length=task.document.length,
        labels=labels,
        spans=tuple(map(to_draft_span, records)),
        state=standing.status if standing.status in ("submitted", "skipped") else "open",
        comment=standing.comment,
        skip_reason=standing.skip_reason,
    )


def ensure(
    session: Session, task: AnnotationTask, person: str, newest: NewestPrediction | None = None
) -> AnnotationSet:
    """The work's draft; made from `base_of` if there is none.

    An untouched draft follows the newest suggestions and the project's rules; work is never
    replaced. What is marked with a label in the trash is copied too, unseen, and comes back with
    the label.
    """
    draft = annotation_sets.draft_of(session, task.id, task.owner)
    if draft is not None and not _untouched(task):
        return draft
    base = base_of(session, task, newest)
    if draft is not None:
        if _stands(session, task, draft, base):
            return draft
        annotation_sets.discard_draft(session, draft)
    new = _beginning(session, task, base)
    rule_rows.note_suggested(session, task.id, new.by_rules)
    return annotation_sets.add_person_set(
        session,
        task.id,
        new.spans,
        person=person,
        parent_id=base.id if base else None,
        blind=task.blind,
    )


def prospective(session: Session, task: AnnotationTask) -> Draft:
    """The draft that a document which nobody has opened would be begun with, as far as models have
    looked at it; nothing is changed."""
    labels = frozenset(label.name for label in projects.labels(session, task.document.project_id))
    new = _beginning(session, task, base_of(session, task))
    spans = (to_draft_span(span) for span in new.spans if span.label in labels)
    return replace(shown(task, labels, None), spans=tuple(spans))


def fresh(
    session: Session, task: AnnotationTask, draft: AnnotationSet, newest: NewestPrediction
) -> bool:
    """Whether the work's draft is what `ensure` would leave."""
    if not _untouched(task):
        return True
    return _stands(session, task, draft, base_of(session, task, newest))


def _untouched(task: AnnotationTask) -> bool:
    return task.standing.status == "new" and task.standing.version == 0


def _beginning(session: Session, task: AnnotationTask, base: AnnotationSet | None) -> Suggestions:
    """What a new draft holds: what it starts from, and what the project's rules suggest."""
    project_id = task.document.project_id
    labels, spans = _every_label_and_span(session, task, base)
    names = task.shown.names if task.shown else label_names.current(session, project_id)
    spans = relabelled(spans, lambda span: names.get(span.label, span.label))
    known = [span for span in spans if span.label in labels]
    if not _untouched(task) or (base is not None and base.origin == "person"):
        return Suggestions(tuple(known))
    if task.document.split == "holdout":
        return Suggestions(tuple(known))  # people annotate it unaided
    flat = not (task.shown or projects.get(session, project_id)).nested
    return rules.suggest(session, project_id, task.document.text, known, flat=flat)


def _every_label_and_span(
    session: Session, task: AnnotationTask, base: AnnotationSet | None
) -> tuple[frozenset[str], Sequence[SpanRecord]]:
    """The project's labels and the set's spans, with those in the trash."""
    if task.project and not task.project.hides_labels:
        return task.project.labels, annotation_sets.spans_of(base) if base else ()
    project_id = task.document.project_id
    labels = {label.name for label in projects.labels(session, project_id)}
    spans = annotation_sets.every_span_of(session, base) if base else ()
    return frozenset(labels | trash.labels(session, project_id)), spans


def _stands(
    session: Session, task: AnnotationTask, draft: AnnotationSet, base: AnnotationSet | None
) -> bool:
    """Whether an untouched draft follows the newest suggestions, and the rules as they are."""
    if draft.parent_id != (base.id if base else None):
        return False
    if base is not None and base.provenance.get("unread"):
        return True  # nothing is rearranged while parts of it are still being read
    if rule_rows.state(session, task.document.project_id) is None:
        return True
    new = _beginning(session, task, base)
    shown, wanted = (
        {span.key for span in spans if span.key.startswith(rules.PREFIX)}
        for spans in (annotation_sets.spans_of(draft), new.spans)
    )
    return shown == wanted and new.by_rules <= rule_rows.suggested(session, task.id)


def by_todays_names(session: Session, task: AnnotationTask, draft: Draft) -> Draft:
    """A draft out of the log, whose labels may have been renamed or merged since."""
    names = label_names.current(session, task.document.project_id)
    if not names:
        return draft
    records = relabelled(to_records(draft.spans), lambda span: names.get(span.label, span.label))
    return replace(draft, spans=tuple(map(to_draft_span, records)))


def begin(session: Session, task: AnnotationTask, person: str) -> None:
    """Makes the work's draft if there is none; one that a page shows is left as it is."""
    if not annotation_sets.has_draft(session, task.id, task.owner):
        ensure(session, task, person)


def advance(task: AnnotationTask) -> int:
    """The draft's version once more has been changed in it."""
    task.standing.version += 1
    return task.standing.version


def save(
    session: Session,
    task: AnnotationTask,
    before: Draft,
    draft: Draft,
    person: str,
    stored: AnnotationSet | None = None,
) -> None:
    """Makes the database hold what the reducer made of the draft; `stored` is the set of
    the draft, where it was read already."""
    stored = stored or annotation_sets.draft_of(session, task.id, task.owner)
    if stored is None:
        raise RuntimeError(f"document {task.id} was edited without a draft")
    standing = task.standing
    if draft.spans != before.spans:
        had, has = (to_records(state.spans) for state in (before, draft))
        hides_labels = task.project is None or task.project.hides_labels
        annotation_sets.save_spans(session, stored, had, has, hides_labels=hides_labels)
    stored.person = person
    standing.comment, standing.skip_reason = draft.comment, draft.skip_reason
    if draft.state == "submitted":
        submitted = annotation_sets.submit(session, stored, standing, person)
        events.submitted(session, task.document.project_id, submitted)
    else:
        standing.status = "skipped" if draft.state == "skipped" else "in_progress"
    session.flush()
    task.sum_up(session)


def base_of(
    session: Session, task: AnnotationTask, newest: NewestPrediction | None = None
) -> AnnotationSet | None:
    """What a new draft starts from: the last submitted set, else the newest suggestions that people
    may see."""
    submitted = annotation_sets.submitted_of(session, task.id, task.owner)
    return submitted or prediction_of(session, task.document, newest)


def prediction_of(
    session: Session, document: Document, newest: NewestPrediction | None = None
) -> AnnotationSet | None:
    """The newest prediction that people may see; None where the document is held out, also if it
    was predicted before."""
    if document.split == "holdout":
        return None
    return (newest or newest_prediction(session, document.id))()


def renamed(entities: Iterable[Entity], names: Mapping[str, str]) -> tuple[Entity, ...]:
    """The entities by today's names of their labels, see `storage.repository.label_names`."""
    return tuple(
        replace(entity, label=names.get(entity.label, entity.label)) for entity in entities
    )


def suggestions(
    entities: Iterable[Entity], model_version_id: int, run: str = ""
) -> tuple[SpanRecord, ...]:
    """Predicted entities as suggested spans, none twice.

    Their keys name the model version, and the `run` where there are several, so that a page that
    still shows an older model's suggestions cannot accept another span by mistake.
    """
    return suggested(entities, f"m{model_version_id}.{run}")


def suggested(entities: Iterable[Entity], source: str) -> tuple[SpanRecord, ...]:
    """Entities as suggested spans, none twice; `source` begins the key of each."""
    return tuple(
        SpanRecord(
            entity.start,
            entity.end,
            entity.label,
            "suggested",
            entity.score,
            "model",
            f"{source}{number}",
            asdict(entity.confidence) if entity.confidence else None,
        )
        for number, entity in enumerate(best_once(entities), 1)
    )


def best_once(entities: Iterable[Entity]) -> list[Entity]:
    """Each place and label once, at its best score."""
    best: dict[Key, Entity] = {}
    for entity in entities:
        key = entity.key
        if key not in best or (entity.score or 0.0) > (best[key].score or 0.0):
            best[key] = entity
    return list(best.values())


def to_draft_span(record: SpanRecord) -> DraftSpan:
    return DraftSpan(
        id=record.key,
        start=record.start,
        end=record.end,
        label=record.label,
        status=record.status,
        score=record.score,
        source=record.source,
        confidence=record.confidence,
    )


def to_records(spans: Iterable[DraftSpan]) -> tuple[SpanRecord, ...]:
    return tuple(
        SpanRecord(
            start=span.start,
            end=span.end,
            label=span.label,
            status=span.status,
            score=span.score,
            source=span.source,
            key=span.id,
            confidence=span.confidence,
        )
        for span in spans
    )
