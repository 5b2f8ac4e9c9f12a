"""Every service with what it needs and a call of it; `open_services` has those that ask nothing."""

from __future__ import annotations

import io
from pathlib import Path

from app.services.interchange import (
    exporting,
    external_sync,
    importing,
    manifest,
    preview,
    refusals,
)
from app.services.labels import changes as label_changes
from app.services.labels import label_set, rules
from app.services.labels import split as label_split
from app.services.labels.label_set import LabelChange
from app.services.labels.proposed import ProposedLabel
from app.services.operations import (
    chosen_documents,
    documents,
    figures,
    new_project,
    projects,
    trash,
)
from app.services.suggestions import (
    by_parts,
    in_text,
    instant_control,
    pushed,
    queue,
    resuggest,
    suggest,
    take_suggestion,
)
from app.services.suggestions.label_review import ReviewService, Suspect
from app.services.suggestions.suggest import Answer
from app.services.suggestions.take_suggestion import Taken
from core.types import Entity, SamplerSettings
from storage.records import DocumentRecord
from tests.app.guarded_annotating import OF_ANNOTATING
from tests.app.guarded_models import OF_MODELS, Call
from tests.app.guarded_team import OF_TEAM
from tests.app.pages_kit import PretendedModel
from tests.app.world import World

PEOPLE = ("stranger", "annotator", "reviewer", "administrator")
LEVELS = {"annotate": 1, "review": 2, "administer": 3}
"""The first of PEOPLE that may."""


def _suspect(world: World) -> Suspect:
    return Suspect(world.document, "open", 0, "Anna", 0, False, Entity(0, 4, "PER"), None, 0.9)


GUARDED: dict[str, tuple[str, Call]] = {
    **OF_TEAM,
    **OF_ANNOTATING,
    **OF_MODELS,
    "operations.projects.get": ("annotate", lambda w: projects.get(w.sessions, w.project)),
    "suggestions.in_text.suggestions": (
        "annotate",
        lambda w: in_text.suggestions(
            w.sessions, w.project, "Ada", Answer(1, SamplerSettings(), (), (), ())
        ),
    ),
    "suggestions.pushed.push": (
        "review",
        lambda w: pushed.push(w.sessions, w.project, Path("/dev/null"), "lexicon", w.name),
    ),
    "suggestions.suggest.custom_of": (
        "annotate",
        lambda w: suggest.custom_of(w.sessions, w.project),
    ),
    "suggestions.suggest.learnt_of": (
        "annotate",
        lambda w: suggest.learnt_of(w.sessions, w.project, 1),
    ),
    "suggestions.by_parts.parts_left": (
        "annotate",
        lambda w: by_parts.parts_left(w.sessions, w.document),
    ),
    "suggestions.by_parts.read_next": (
        "annotate",
        lambda w: by_parts.read_next(w.sessions, lambda version_id: PretendedModel(), w.document),
    ),
    "suggestions.instant_control.status": (
        "annotate",
        lambda w: instant_control.status(w.sessions, w.project),
    ),
    "suggestions.instant_control.switch": (
        "review",
        lambda w: instant_control.switch(w.sessions, w.project, True),
    ),
    "suggestions.instant_control.rebuild": (
        "review",
        lambda w: list(instant_control.rebuild(w.sessions, w.project)),
    ),
    "operations.documents.get": (
        "annotate",
        lambda w: documents.get(w.sessions, w.document),
    ),
    "operations.documents.filter_options": (
        "review",
        lambda w: documents.filter_options(w.sessions, w.project),
    ),
    "operations.chosen_documents.matching": (
        "review",
        lambda w: chosen_documents.matching(w.sessions, w.project, documents.EVERY),
    ),
    "operations.chosen_documents.tag": (
        "review",
        lambda w: chosen_documents.tag(w.sessions, w.project, [w.document], add=["t"]),
    ),
    "operations.chosen_documents.move": (
        "review",
        lambda w: chosen_documents.move(w.sessions, w.project, [w.document], "train"),
    ),
    "operations.chosen_documents.delete": (
        "review",
        lambda w: chosen_documents.delete(w.sessions, w.project, [], "0", w.name),
    ),
    "operations.documents.counts_by_status": (
        "annotate",
        lambda w: documents.counts_by_status(w.sessions, w.project),
    ),
    "operations.documents.submitted_by_split": (
        "annotate",
        lambda w: documents.submitted_by_split(w.sessions, w.project),
    ),
    "operations.documents.page": (
        "annotate",
        lambda w: documents.page(w.sessions, w.project, limit=1),
    ),
    "operations.documents.names": (
        "annotate",
        lambda w: documents.names(w.sessions, w.project, [w.document]),
    ),
    "operations.documents.texts": (
        "annotate",
        lambda w: documents.texts(w.sessions, w.project, [w.document]),
    ),
    "operations.documents.belongs": (
        "annotate",
        lambda w: documents.belongs(w.sessions, w.project, w.document),
    ),
    "operations.documents.with_others": (
        "annotate",
        lambda w: documents.with_others(w.sessions, w.project, w.document, 1),
    ),
    "operations.trash.deletion_request": (
        "annotate",
        lambda w: trash.deletion_request(w.sessions, "document", w.document),
    ),
    "operations.trash.delete": (
        "review",
        lambda w: trash.delete(w.sessions, "document", w.document, "not its name", w.name),
    ),
    "operations.trash.restore": (
        "review",
        lambda w: trash.restore(w.sessions, "document", w.document, w.name),
    ),
    "interchange.exporting.export": (
        "review",
        lambda w: exporting.export(w.sessions, w.project, "jsonl", io.BytesIO()),
    ),
    "interchange.exporting.filters": (
        "review",
        lambda w: exporting.filters(w.sessions, w.project),
    ),
    "interchange.exporting.expected": (
        "review",
        lambda w: exporting.expected(w.sessions, w.project, exporting.EVERYTHING),
    ),
    "operations.figures.figures": ("annotate", lambda w: figures.figures(w.sessions, w.project)),
    "interchange.importing.importing": (
        "review",
        lambda w: list(importing.importing(w.sessions, w.project, w.incoming)),
    ),
    "interchange.importing.import_file": (
        "review",
        lambda w: importing.import_file(w.sessions, w.project, b"Another.", format="text"),
    ),
    "interchange.importing.add_text": (
        "review",
        lambda w: importing.add_text(w.sessions, w.project, "name", "One more text."),
    ),
    "labels.rules.import_rules": (
        "review",
        lambda w: rules.import_rules(w.sessions, w.project, b"Ada", "a.txt", w.name, label="PER"),
    ),
    "labels.rules.listed": ("annotate", lambda w: rules.listed(w.sessions, w.project)),
    "labels.rules.remove_rules": (
        "review",
        lambda w: rules.remove_rules(w.sessions, w.project, w.name),
    ),
    "labels.changes.weigh": (
        "review",
        lambda w: label_changes.weigh(w.sessions, w.project, w.label),
    ),
    "labels.changes.rename": (
        "review",
        lambda w: label_changes.rename(w.sessions, w.project, w.label, "ORG", w.name),
    ),
    "labels.changes.revise": (
        "review",
        lambda w: label_changes.revise(w.sessions, w.project, w.label, {"key": "q"}, w.name),
    ),
    "labels.changes.merge": (
        "review",
        lambda w: label_changes.merge(w.sessions, w.project, w.label, 0, w.name),
    ),
    "interchange.manifest.manifest": (
        "annotate",
        lambda w: manifest.manifest(
            w.sessions,
            w.project,
            exporting.export(w.sessions, w.project, "jsonl", io.BytesIO()),
            Path(__file__),
        ),
    ),
    "interchange.external_sync.follow": (
        "review",
        lambda w: external_sync.follow(
            w.sessions,
            w.project,
            DocumentRecord(f"{w.who} came.", "new", (), status="submitted"),
            external_sync.SyncedResponse("Tool", 1),
            w.name,
        ),
    ),
    "interchange.external_sync.withdraw": (
        "review",
        lambda w: external_sync.withdraw(w.sessions, w.project, "Tool", [9], w.name),
    ),
    "interchange.refusals.of_project": (
        "review",
        lambda w: refusals.of_project(w.sessions, w.project),
    ),
    "interchange.refusals.dismiss": ("review", lambda w: refusals.dismiss(w.sessions, w.project)),
    "interchange.preview.previewing": (
        "review",
        lambda w: list(preview.previewing(w.sessions, w.project, w.incoming)),
    ),
    "operations.new_project.create": (
        "administer",
        lambda w: new_project.create(w.sessions, "New", [ProposedLabel("PER")]),
    ),
    "labels.label_set.labels": ("annotate", lambda w: label_set.labels(w.sessions, w.project)),
    "labels.label_set.colours": ("annotate", lambda w: label_set.colours(w.sessions, w.project)),
    "labels.label_set.add_label": (
        "review",
        lambda w: label_set.add_label(
            w.sessions, w.project, f"L-{w.who}", color="#112233", description=""
        ),
    ),
    "labels.label_set.change_labels": (
        "review",
        lambda w: label_set.change_labels(
            w.sessions, w.project, [LabelChange(w.label, "#112233", None, "")]
        ),
    ),
    "operations.projects.configure": (
        "review",
        lambda w: projects.configure(w.sessions, w.project, {"nested": True}),
    ),
    "operations.projects.set_hotkeys": (
        "review",
        lambda w: projects.set_hotkeys(w.sessions, w.project, {}),
    ),
    "suggestions.queue.following": (
        "annotate",
        lambda w: queue.following(w.sessions, w.document, w.name),
    ),
    "suggestions.queue.first_waiting": (
        "annotate",
        lambda w: queue.first_waiting(w.sessions, w.project, w.name),
    ),
    "suggestions.queue.first_to_open": (
        "annotate",
        lambda w: queue.first_to_open(w.sessions, w.project, w.name),
    ),
    "suggestions.queue.resumed": (
        "annotate",
        lambda w: queue.resumed(w.sessions, w.project, w.name),
    ),
    "suggestions.queue.next_document": (
        "annotate",
        lambda w: queue.next_document(w.sessions, w.project),
    ),
    "suggestions.queue.upcoming": ("annotate", lambda w: queue.upcoming(w.sessions, w.project)),
    "suggestions.resuggest.resuggest": (
        "annotate",
        lambda w: resuggest.resuggest(
            w.sessions, PretendedModel(names=()), SamplerSettings(), w.document, w.name
        ),
    ),
    "suggestions.label_review.ReviewService.submitted": (
        "review",
        lambda w: ReviewService(w.sessions).submitted(w.project),
    ),
    "suggestions.label_review.ReviewService.check": (
        "review",
        lambda w: ReviewService(w.sessions).check(w.submission, PretendedModel(names=())),
    ),
    "suggestions.label_review.ReviewService.learn": (
        "review",
        lambda w: list(
            ReviewService(w.sessions).learn(w.project, [w.submission], PretendedModel(names=()))
        ),
    ),
    "suggestions.take_suggestion.apply_suggestion": (
        "review",
        lambda w: take_suggestion.apply_suggestion(w.sessions, _suspect(w), w.name),
    ),
    "suggestions.take_suggestion.take_back": (
        "review",
        lambda w: take_suggestion.take_back(w.sessions, Taken(_suspect(w), 0, 0, 0), w.name),
    ),
    "labels.split.begin": (
        "review",
        lambda w: label_split.begin(w.sessions, w.project, w.label, [], w.name),
    ),
    "labels.split.standing": ("review", lambda w: label_split.standing(w.sessions, w.project)),
    "labels.split.choose": (
        "review",
        lambda w: label_split.choose(w.sessions, w.project, 0, (w.document, 0, 1), "", w.name),
    ),
    "labels.split.finish": (
        "review",
        lambda w: label_split.finish(w.sessions, w.project, w.name),
    ),
}
"""What each service needs, and a call of it."""
