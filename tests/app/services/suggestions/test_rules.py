"""What rules suggest beside a model, and how people take their say away and give it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.labels import changes as label_changes
from app.services.labels import rules as rule_service
from app.services.labels.rules import RuleView
from app.services.operations import trash
from app.services.suggestions.rules import silent
from core.types import Entity
from storage.engine import Sessions, writing
from storage.enums import Split
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, model_versions, projects
from storage.repository.rules import Outcome
from tests.app.fake_model import FakeModel

TEXT = "Take aspirin, not Aspirin forte, in Oslo."
ASPIRIN = ("aspirin", "DRUG", "suggested", "rule")


@dataclass
class Clinic:
    """A project with rules, and a person who works in it."""

    sessions: Sessions
    model: FakeModel | None = None
    numbers: count[int] = field(default_factory=lambda: count(1))
    project_id: int = 0

    def __post_init__(self) -> None:
        with writing(self.sessions) as session:
            self.project_id = projects.create(session, "Clinic").id
            projects.ensure_labels(session, self.project_id, ["DRUG", "LOC", "MISC"])
            model_versions.ensure_active(session, "one", ["LOC", "MISC"])

    @property
    def service(self) -> AnnotationService:
        return AnnotationService(self.sessions, self.model)

    def rules(self, content: str, name: str = "rules.csv", **options: Any) -> None:
        report = rule_service.import_rules(
            self.sessions, self.project_id, content.encode(), name, "Ann", **options
        )
        assert report.file.bad_count == 0

    def document(self, text: str = TEXT, split: Split = "train") -> int:
        number = next(self.numbers)
        with writing(self.sessions) as session:
            document = documents.add(
                session, self.project_id, name=f"d{number}", text=f"{text}\n{number}", split=split
            )
            assert document is not None
            return document.id

    def shown(self, document_id: int) -> list[tuple[str, str, str, str]]:
        view = self.service.open(document_id, "Ann")
        return [
            (view.text[span.start : span.end], span.label, span.status, span.source)
            for span in view.spans
        ]

    def act(self, document_id: int, op: str, words: str = "", **fields: object) -> None:
        view = self.service.open(document_id, "Ann")
        ids = [span.id for span in view.spans if view.text[span.start : span.end] == words]
        target = {"id": ids[0]} if words else {}
        sent = {"seq": next(self.numbers), "op": op, **target, **fields}
        assert self.service.apply(document_id, "page", [sent], "Ann").error is None

    def rule(self, pattern: str) -> RuleView:
        known = rule_service.listed(self.sessions, self.project_id)
        return next(rule for rule in known.rules if rule.pattern == pattern)

    def outcome(self, pattern: str = "aspirin") -> tuple[int, int, bool]:
        rule = self.rule(pattern)
        return rule.accepted, rule.rejected, rule.silent

    def decide(self, op: str, times: int = 1) -> list[int]:
        ids = [self.document() for _ in range(times)]
        for document_id in ids:
            self.act(document_id, op, "aspirin")
        return ids


@pytest.fixture
def clinic(sessions: Sessions) -> Clinic:
    return Clinic(sessions)


def test_a_rule_suggests_at_once_what_stands_there_as_whole_words(clinic: Clinic) -> None:
    before = clinic.document()
    assert clinic.shown(before) == []
    clinic.rules("aspirin,DRUG\nAspirin forte,DRUG\nOsl,LOC\nforte,MISC")

    assert clinic.shown(before) == [
        ASPIRIN,
        ("Aspirin forte", "DRUG", "suggested", "rule"),
        ("forte", "MISC", "suggested", "rule"),
    ]


@pytest.mark.parametrize(
    ("content", "name", "options", "expected"),
    [
        ("aspirin", "a.txt", {"label": "DRUG"}, ["aspirin"]),
        ("ASPIRIN", "a.txt", {"label": "DRUG", "ignore_case": True}, ["aspirin", "Aspirin"]),
        ('{"label":"DRUG","pattern":[{"lower":"aspirin"}]}', "p.jsonl", {}, ["aspirin", "Aspirin"]),
        ('{"label":"DRUG","pattern":[{"text":"aspirin"}]}', "p.jsonl", {}, ["aspirin"]),
        ('{"label":"DRUG","pattern":[{"lower":"aspirin"},{"lower":"forte"}]}', "p.jsonl", {},
         ["Aspirin forte"]),
    ],
)  # fmt: skip
def test_case_counts_unless_the_rule_or_the_person_says_otherwise(
    clinic: Clinic, content: str, name: str, options: dict[str, object], expected: list[str]
) -> None:
    clinic.rules(content, name, **options)

    assert [words for words, *_ in clinic.shown(clinic.document())] == expected


@pytest.mark.parametrize(
    ("term", "text", "ignore_case"),
    [
        ("Dr. Dre", "Here Dr. Dre sang.", True),
        ("J. K. Rowling", "By J. K. Rowling herself.", True),
        ("st. louis", "It rains in St. Louis today.", True),
        ("Smith J.", "As Smith J. wrote.", False),
        ("Fig.", "It is shown in Fig. 3 below.", False),
    ],
)
def test_a_term_with_an_abbreviation_matches_in_any_case_and_place(
    clinic: Clinic, term: str, text: str, ignore_case: bool
) -> None:
    clinic.rules(term, "a.txt", label="MISC", ignore_case=ignore_case)

    (words, *_), *others = clinic.shown(clinic.document(text))
    assert words.lower() == term.lower()
    assert not others


def test_documents_that_are_held_out_or_worked_on_get_no_suggestions_of_rules(
    clinic: Clinic,
) -> None:
    held_out, touched = clinic.document(split="holdout"), clinic.document()
    clinic.act(touched, "comment", text="mine")
    clinic.rules("aspirin,DRUG")

    assert clinic.shown(held_out) == clinic.shown(touched) == []


def test_rules_suggest_where_there_is_no_model_and_beside_one_that_came_later(
    clinic: Clinic,
) -> None:
    clinic.rules("aspirin,DRUG")
    document_id = clinic.document()
    assert clinic.shown(document_id) == [ASPIRIN]
    clinic.model = FakeModel(entities=(Entity(36, 40, "LOC", 0.9),))

    assert clinic.shown(document_id) == [ASPIRIN, ("Oslo", "LOC", "suggested", "model")]
    assert clinic.shown(document_id) == clinic.shown(document_id)
    assert len(clinic.model.asked) == 1


def test_a_span_that_a_model_suggests_too_is_one_suggestion_that_counts_for_the_rule(
    clinic: Clinic,
) -> None:
    clinic.model = FakeModel(entities=(Entity(36, 40, "LOC", 0.9),))
    clinic.rules("Oslo,LOC")
    document_id = clinic.document()

    assert clinic.shown(document_id) == [("Oslo", "LOC", "suggested", "model")]
    clinic.act(document_id, "reject", "Oslo")
    assert clinic.outcome("Oslo") == (0, 1, False)


def test_a_removed_rule_is_gone_from_documents_that_nobody_worked_on(clinic: Clinic) -> None:
    clinic.rules("aspirin,DRUG\nOslo,LOC")
    untouched, decided = clinic.document(), clinic.document()
    clinic.shown(untouched)
    clinic.act(decided, "accept", "aspirin")
    removed = rule_service.remove_rules(clinic.sessions, clinic.project_id, "Ann", label="DRUG")

    assert removed == 1
    assert [words for words, *_ in clinic.shown(untouched)] == ["Oslo"]
    assert ("aspirin", "DRUG", "accepted", "rule") in clinic.shown(decided)


@pytest.mark.parametrize(
    ("accepted", "rejected", "expected"),
    [(0, 0, False), (0, 1, False), (0, 2, True), (1, 3, False), (1, 4, True), (10, 21, False)],
)
def test_a_rule_is_silent_once_its_rejections_outweigh_what_it_saves(
    accepted: int, rejected: int, expected: bool
) -> None:
    assert silent(Outcome(accepted, rejected)) is expected


def test_a_rule_that_is_rejected_falls_silent_and_undoing_gives_it_back_its_say(
    clinic: Clinic,
) -> None:
    clinic.rules("aspirin,DRUG")
    untouched = clinic.document()
    first, second = clinic.decide("reject", 2)

    assert clinic.outcome() == (0, 2, True)
    assert clinic.shown(untouched) == []
    location = {"start": 5, "end": 12, "label": "DRUG", "status": "suggested", "source": "rule"}
    clinic.act(second, "restore", "aspirin", **location)
    assert clinic.outcome() == (0, 1, False)
    assert clinic.shown(untouched) == [ASPIRIN]
    clinic.act(first, "accept", "aspirin")
    assert clinic.outcome() == (1, 0, False)


def test_submitting_and_reopening_change_no_count_and_a_new_decision_replaces_the_old(
    clinic: Clinic,
) -> None:
    clinic.rules("aspirin,DRUG")
    (document_id,) = clinic.decide("reject")
    clinic.service.submit(document_id, "Ann")
    assert clinic.outcome() == (0, 1, False)
    clinic.service.reopen(document_id, "Ann")
    assert clinic.outcome() == (0, 1, False)
    clinic.act(document_id, "accept", "aspirin")

    assert clinic.outcome() == (1, 0, False)


@pytest.mark.parametrize(
    ("op", "fields"),
    [("relabel", {"label": "MISC"}), ("move", {"start": 0, "end": 12}), ("delete", {})],
)
def test_what_a_person_corrects_counts_as_rejected(
    clinic: Clinic, op: str, fields: dict[str, object]
) -> None:
    clinic.rules("aspirin,DRUG")
    clinic.act(clinic.document(), op, "aspirin", **fields)

    assert clinic.outcome() == (0, 1, False)


def test_documents_in_the_trash_do_not_count_until_they_are_restored(clinic: Clinic) -> None:
    clinic.rules("aspirin,DRUG")
    _first, second = clinic.decide("reject", 2)
    with clinic.sessions() as session:
        name = documents.get(session, second).name
    trash.delete(clinic.sessions, "document", second, name, "Ann")
    assert clinic.outcome() == (0, 1, False)
    trash.restore(clinic.sessions, "document", second, "Ann")

    assert clinic.outcome() == (0, 2, True)


def test_a_rule_follows_its_label_when_that_is_renamed_merged_or_deleted(clinic: Clinic) -> None:
    clinic.rules("aspirin,DRUG")
    clinic.decide("accept")
    with clinic.sessions() as session:
        ids = {label.name: label.id for label in projects.labels(session, clinic.project_id)}
    label_changes.rename(clinic.sessions, clinic.project_id, ids["DRUG"], "MEDICINE", "Ann")
    untouched = clinic.document()
    assert clinic.shown(untouched) == [("aspirin", "MEDICINE", "suggested", "rule")]
    assert clinic.outcome() == (1, 0, False)
    label_changes.merge(clinic.sessions, clinic.project_id, ids["DRUG"], ids["MISC"], "Ann")
    assert clinic.shown(untouched) == [("aspirin", "MISC", "suggested", "rule")]
    assert clinic.outcome() == (1, 0, False)
    trash.delete(clinic.sessions, "label", ids["MISC"], "MISC", "Ann")

    assert clinic.shown(clinic.document()) == []
    assert rule_service.listed(clinic.sessions, clinic.project_id).total == 0


def test_the_suggestion_of_two_rules_counts_for_both(clinic: Clinic) -> None:
    clinic.rules("aspirin,DRUG")
    clinic.rules("aspirin", "a.txt", label="DRUG", ignore_case=True)
    document_id = clinic.document()
    clinic.act(document_id, "reject", "aspirin")

    known = rule_service.listed(clinic.sessions, clinic.project_id).rules
    assert [(rule.kind, rule.rejected) for rule in known] == [("exact", 1), ("lower", 1)]


def test_imported_suggestions_stay_and_what_they_reject_is_not_suggested_again(
    clinic: Clinic,
) -> None:
    document_id = clinic.document()
    spans = [
        SpanRecord(5, 12, "DRUG", "rejected", source="model", key="rule1.36-40"),
        SpanRecord(0, 4, "MISC", "suggested", source="model", key="e2"),
    ]
    with writing(clinic.sessions) as session:
        annotation_sets.add_prediction(
            session, document_id, spans, model_version_id=None, provenance={"imported": "x"}
        )
    clinic.rules("Oslo,LOC\naspirin,DRUG")

    assert clinic.shown(document_id) == [
        ("Take", "MISC", "suggested", "model"),
        ("aspirin", "DRUG", "rejected", "model"),
        ("Oslo", "LOC", "suggested", "rule"),
    ]


def test_the_model_looking_again_brings_nothing_back_that_corrected_a_rule(
    clinic: Clinic,
) -> None:
    clinic.model = FakeModel(entities=())
    clinic.rules("aspirin,MISC")
    document_id = clinic.document()
    clinic.act(document_id, "relabel", "aspirin", label="DRUG")
    clinic.model.entities = (Entity(5, 12, "MISC", 0.9), Entity(36, 40, "LOC", 0.9))
    clinic.service.resuggest(document_id, "Ann")

    assert clinic.shown(document_id) == [
        ("aspirin", "DRUG", "accepted", "rule"),
        ("Oslo", "LOC", "suggested", "model"),
    ]
