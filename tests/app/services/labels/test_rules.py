"""Rules brought into a project from a file, listed and taken away."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.labels import rules
from app.services.labels.rules import MOST_NEW_LABELS, RuleReport
from app.services.operations import trash
from app.services.suggestions import rule_matching
from app.services.suggestions.rule_matching import RuleMatcher
from core.text.tokenization import tokenize
from storage.engine import Sessions, writing
from storage.repository import projects
from storage.repository import rules as rule_rows
from storage.repository.rules import NewRule, StoredRule
from storage.rule_files import RuleFileError
from tests.app.event_log import events_of


@pytest.fixture
def project_id(sessions: Sessions) -> int:
    with writing(sessions) as session:
        project = projects.create(session, "Clinic")
        projects.ensure_labels(session, project.id, ["DRUG"])
        return project.id


def bring_in(
    sessions: Sessions, project_id: int, content: str, name: str = "a.csv", **options: object
) -> RuleReport:
    return rules.import_rules(
        sessions,
        project_id,
        content.encode(),
        name,
        "Ann",
        **options,  # type: ignore[arg-type]
    )


def patterns(sessions: Sessions, project_id: int, search: str = "") -> list[tuple[str, str, str]]:
    known = rules.listed(sessions, project_id, search=search)
    return [(rule.label, rule.kind, rule.pattern) for rule in known.rules]


def test_rules_are_taken_once_and_new_labels_are_created(
    sessions: Sessions, project_id: int
) -> None:
    first = bring_in(sessions, project_id, "aspirin,DRUG\n100  mg,DOSE\naspirin,DRUG")
    second = bring_in(sessions, project_id, "100 mg,DOSE\nAspirin,DRUG")

    assert (first.taken, first.known, first.labels_created) == (2, 1, ("DOSE",))
    assert (second.taken, second.known, second.labels_created) == (1, 1, ())
    assert patterns(sessions, project_id) == [
        ("DRUG", "exact", "aspirin"),
        ("DOSE", "exact", "100 mg"),
        ("DRUG", "exact", "Aspirin"),
    ]
    with sessions() as session:
        done = [(event.action, event.detail) for event in events_of(session, project_id)]
    assert done == [("import rules", {"name": "a.csv", "rules": n}) for n in (1, 2)]


def test_the_chosen_label_is_that_of_rules_without_one(sessions: Sessions, project_id: int) -> None:
    report = bring_in(sessions, project_id, "a,DOSE\nb,\nc", label="DRUG", ignore_case=True)

    assert report.file.bad_count == 0
    assert patterns(sessions, project_id) == [
        ("DOSE", "lower", "a"),
        ("DRUG", "lower", "b"),
        ("DRUG", "lower", "c"),
    ]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("ok,DRUG\nb", "a.csv", "no label is given"),
        ("ok,DRUG\nb,a\x01b", "a.csv", "a label needs a name"),
        ("ok,DRUG\n" + "a " * 21 + ",DRUG", "a.csv", "at most 20 words, got 21"),
        ("ok,DRUG\n.-" + ".-" * 20 + ",DRUG", "a.csv", "at most 20 words, got 42"),
        ("ok,DRUG\nb,GONE", "a.csv", "'GONE' is in the trash"),
    ],
)
def test_what_cannot_be_taken_is_named_and_the_rest_is_taken(
    sessions: Sessions, project_id: int, content: str, name: str, reason: str
) -> None:
    with writing(sessions) as session:
        gone = projects.add_label(session, project_id, "GONE").id
    trash.delete(sessions, "label", gone, "GONE", "Ann")
    report = bring_in(sessions, project_id, content, name)

    assert patterns(sessions, project_id) == [("DRUG", "exact", "ok")]
    ((line, message),) = [(record.line, record.reason) for record in report.file.bad]
    assert (line, report.file.bad_count) == (2, 1)
    assert reason in message


def test_without_spacy_patterns_of_tokens_are_named_with_what_helps(
    sessions: Sessions, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "core.integrations.token_patterns", None)
    lines = [
        {"label": "DRUG", "pattern": [{"lower": "aspirin"}]},
        {"label": "DRUG", "pattern": [{"LIKE_NUM": True}, {"lower": "mg"}]},
    ]
    report = bring_in(sessions, project_id, "\n".join(map(json.dumps, lines)), "patterns.jsonl")

    assert report.taken == report.file.bad_count == 1
    assert report.file.bad[0].line == 2
    assert "pip install spacy" in report.file.bad[0].reason


@pytest.mark.parametrize(
    ("token", "taken"),
    [
        ({"LOWER": "covid-19"}, False),
        ({"TEXT": {"IN": ["flu", "covid-19"]}}, False),
        ({"TEXT": {"NOT_IN": ["covid-19"]}}, True),
        ({"LOWER": "covid-19", "OP": "!"}, True),
        ({"TEXT": "Dr."}, True),
        ({"TEXT": "No."}, True),
    ],
)
def test_a_token_that_no_word_can_be_is_named(
    sessions: Sessions, project_id: int, token: dict[str, object], taken: bool
) -> None:
    line = json.dumps({"label": "DRUG", "pattern": [token, {"IS_DIGIT": True}]})
    report = bring_in(sessions, project_id, line, "patterns.jsonl")

    assert (report.taken, report.file.bad_count) == (int(taken), int(not taken))
    if not taken:
        assert "'covid-19': Spanneal cuts it into covid, -, 19" in report.file.bad[0].reason


def test_rules_of_tokens_that_are_there_match_nothing_without_spacy(
    sessions: Sessions, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "core.integrations.token_patterns", None)
    with writing(sessions) as session:
        (label,) = projects.labels(session, project_id)
        new = [
            NewRule(label.id, "tokens", '[{"LIKE_NUM": true}]'),
            NewRule(label.id, "exact", "7"),
        ]
        rule_rows.add(session, project_id, new, "Ann", "a.jsonl")
    with sessions() as session:
        matcher = rule_matching.matcher_of(session, project_id)

    assert matcher is not None
    assert len(matcher.matches("7 or 8")) == 1


def test_a_file_with_a_label_in_every_row_changes_nothing(
    sessions: Sessions, project_id: int
) -> None:
    content = "\n".join(f"term {number},L{number}" for number in range(MOST_NEW_LABELS + 1))
    with pytest.raises(RuleFileError, match=r"51 labels .* may bring in 50"):
        bring_in(sessions, project_id, content)

    assert patterns(sessions, project_id) == []
    with sessions() as session:
        assert [label.name for label in projects.labels(session, project_id)] == ["DRUG"]


def test_a_project_has_a_bounded_number_of_rules(
    sessions: Sessions, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_RULES", 3)
    bring_in(sessions, project_id, "a,DRUG\nb,DRUG")
    with pytest.raises(RuleFileError, match="would have 4 rules, and can have 3; nothing was"):
        bring_in(sessions, project_id, "b,DRUG\nc,DRUG\nd,DRUG")

    assert len(patterns(sessions, project_id)) == 2


def test_rules_are_removed_one_by_one_by_label_or_all_and_only_of_this_project(
    sessions: Sessions, project_id: int
) -> None:
    with writing(sessions) as session:
        other = projects.create(session, "Other").id
    bring_in(sessions, other, "aspirin,DRUG")
    bring_in(sessions, project_id, "a,DRUG\nb,DRUG\nc,DOSE\nd,DOSE")
    ids = {
        rule.pattern: rule.id
        for number in (other, project_id)
        for rule in rules.listed(sessions, number).rules
    }
    several = [ids["a"], ids["aspirin"], 99]

    assert rules.remove_rules(sessions, project_id, "Ann", rule_ids=several) == 1
    assert rules.remove_rules(sessions, project_id, "Ann", rule_ids=[]) == 0
    assert rules.remove_rules(sessions, project_id, "Ann", label="DOSE") == 2
    assert patterns(sessions, project_id) == [("DRUG", "exact", "b")]
    with pytest.raises(LookupError, match="no label 'X'; the project has DRUG, DOSE"):
        rules.remove_rules(sessions, project_id, "Ann", label="X")
    assert rules.remove_rules(sessions, project_id, "Ann") == 1
    assert patterns(sessions, other) == [("DRUG", "exact", "aspirin")]


def test_the_list_is_searched_by_pattern_and_label(sessions: Sessions, project_id: int) -> None:
    bring_in(sessions, project_id, "aspirin,DRUG\n100 mg,DOSE\nibuprofen,DRUG")

    assert [pattern[2] for pattern in patterns(sessions, project_id, "PRO")] == ["ibuprofen"]
    assert [pattern[2] for pattern in patterns(sessions, project_id, "dose")] == ["100 mg"]
    known = rules.listed(sessions, project_id, limit=1)
    assert (len(known.rules), known.total, known.by_label) == (1, 3, {"DRUG": 2, "DOSE": 1})


@pytest.mark.timeout(120)
def test_a_hundred_thousand_terms_are_imported_and_matched_in_one_go(
    sessions: Sessions, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[RuleMatcher] = []

    def build(stored: Sequence[StoredRule]) -> RuleMatcher:
        built.append(RuleMatcher(stored))
        return built[-1]

    monkeypatch.setattr(rule_matching, "RuleMatcher", build)
    content = "\n".join(f"substance {number} acid" for number in range(100_000))
    report = bring_in(sessions, project_id, content, "a.txt", label="DRUG")
    text = "Take substance 4711 acid, or substance 99999 acid. " * 200
    with sessions() as session:
        for _ in range(3):
            matcher = rule_matching.matcher_of(session, project_id)
            assert matcher is not None
            assert len(matcher.matches(text)) == 400

    assert (report.taken, len(built)) == (100_000, 1)


def test_a_rule_that_matches_everywhere_does_not_flood_a_document(
    sessions: Sessions, project_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    bring_in(sessions, project_id, "the,DRUG")
    with sessions() as session:
        matcher = rule_matching.matcher_of(session, project_id)
    assert matcher is not None
    matches = matcher.matches("the " * 6_000)

    assert len(matches) == rule_matching.MOST_MATCHES
    assert "rules match a text of 24000 characters in more than 5000 places" in caplog.text


def test_the_first_matches_are_those_at_the_beginning_whatever_kind_the_rules_are_of(
    sessions: Sessions, project_id: int
) -> None:
    bring_in(sessions, project_id, "the,DRUG")
    bring_in(sessions, project_id, "aspirin,DRUG", ignore_case=True)
    with sessions() as session:
        matcher = rule_matching.matcher_of(session, project_id)
    assert matcher is not None
    text = "Aspirin " + "the " * 6_000

    assert matcher.matches(text)[0].end == len("Aspirin")
    assert len(matcher.matches(text)) == rule_matching.MOST_MATCHES


@given(st.text(st.sampled_from("ab Z9é.'-"), min_size=1, max_size=12))
def test_a_rule_is_cut_into_words_as_a_document_is(text: str) -> None:
    pattern = " ".join(text.split())
    expected = [pattern[token.start : token.end] for token in tokenize(pattern)]

    assert not pattern or rule_matching.words_of(pattern) == expected
