"""The simulated annotator: what it costs to bring a draft to gold, and that gold is reached."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

import core.training.fine_tuning
from app.__main__ import main
from app.cli.simulate import table
from app.editing import Draft, DraftSpan, parse_operation, reduce
from app.services.annotation.annotation import AnnotationService
from app.services.model_registry.registry import ModelRegistry
from app.simulation import conditions
from app.simulation.annotator import corrections
from app.simulation.dictionary import Dictionary
from app.simulation.material import Gold, read_gold, set_up
from app.simulation.visits import Tally, correct
from core.types import Entity, Key, SamplerSettings
from storage.repository import instant
from tests.app.fake_model import FakeModel, seed
from tests.app.material import tiny_model

TEXT_LENGTH = 30
locations = st.tuples(
    st.integers(0, TEXT_LENGTH - 1), st.integers(1, 6), st.sampled_from(["PER", "ORG", "LOC"])
).map(lambda location: (location[0], min(location[0] + location[1], TEXT_LENGTH), location[2]))


def suggested(*locations: Key) -> list[DraftSpan]:
    return [
        DraftSpan(f"m{number}", start, end, label, "suggested", 0.9, "model")
        for number, (start, end, label) in enumerate(locations)
    ]


@pytest.mark.parametrize(
    ("result", "gold", "gestures"),
    [
        ([], [], 0),
        ([(0, 4, "PER")], [(0, 4, "PER")], 0),  # submitting accepts it
        ([], [(0, 4, "PER")], 2),  # drag, label
        ([(0, 4, "PER")], [], 1),  # X
        ([(0, 4, "PER")], [(0, 4, "ORG")], 1),  # label
        ([(0, 4, "PER")], [(0, 9, "PER")], 1),  # one end
        ([(1, 4, "PER")], [(0, 9, "PER")], 2),  # both ends
        ([(1, 4, "PER")], [(0, 9, "ORG")], 3),  # as dear as rejecting it and adding the other
        ([(0, 4, "PER")], [(6, 9, "PER")], 3),
        ([(0, 4, "PER"), (0, 3, "PER")], [(0, 4, "PER"), (0, 3, "LOC")], 1),
    ],
)
def test_a_correction_costs_what_it_takes_on_the_page(
    result: list[Key], gold: list[Key], gestures: int
) -> None:
    assert (
        sum(correction.gestures for correction in corrections(suggested(*result), gold)) == gestures
    )


@given(st.lists(locations, max_size=6, unique=True), st.lists(locations, max_size=6, unique=True))
def test_the_corrections_lead_to_gold_and_never_cost_more_than_to_begin_anew(
    result: list[Key], gold: list[Key]
) -> None:
    spans = suggested(*result)
    draft = Draft(TEXT_LENGTH, frozenset({"PER", "ORG", "LOC"}), tuple(spans))
    todo = corrections(spans, gold)
    while remaining := corrections(draft.spans, gold):
        for op in remaining[0].operations:
            draft = reduce(draft, parse_operation(op))

    live = [span for span in draft.spans if span.status != "rejected"]
    assert {(span.start, span.end, span.label) for span in live} == set(gold)
    assert sum(item.gestures for item in todo) <= len(result) + 2 * len(gold)


def test_no_step_of_a_correction_makes_a_twin_of_another_span() -> None:
    """[0, 3) PER is to become [0, 4) ORG, but [0, 4) PER is there: the label comes first."""
    spans = suggested((0, 3, "PER"), (0, 4, "PER"))

    (correction,) = corrections(spans, [(0, 4, "PER"), (0, 4, "ORG")])

    assert [op["op"] for op in correction.operations] == ["relabel", "move"]


def test_a_document_is_corrected_through_the_pages_services(
    sessions: sessionmaker[Session],
) -> None:
    document_id = seed(sessions)
    service = AnnotationService(sessions, FakeModel())
    gold = [(0, 4, "PER"), (9, 12, "LOC"), (16, 20, "LOC")]

    tally = correct(service, document_id, gold, resuggest=False)

    assert tally == Tally(documents=1, entities=3, gestures=1 + 1 + 2)
    assert service.open(document_id, "Ann").status == "submitted"


def test_what_the_model_finds_at_a_second_look_need_not_be_added(
    sessions: sessionmaker[Session],
) -> None:
    document_id = seed(sessions)
    model = FakeModel(entities=())
    service = AnnotationService(sessions, model)
    service.open(document_id, "Ann")
    model.entities = (Entity(9, 12, "ORG", 0.9),)
    gold = [(0, 4, "PER"), (9, 12, "ORG")]

    tally = correct(service, document_id, gold, resuggest=True)

    assert tally.gestures == 2 + 1


def test_records_are_joined_to_documents_with_their_entities(tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    file.write_text(
        '{"tokens": ["Ada", "ran"], "entities": [{"start": 0, "end": 1, "type": "PER"}]}\n'
        '{"tokens": ["Bo", "Li"], "entities": [{"start": 0, "end": 2, "type": "PER"}]}\n'
        '{"tokens": ["Oslo"], "entities": []}\n'
    )

    first, second = read_gold(file, sentences=2)

    assert first.text == "Ada ran\nBo Li"
    assert first.entities == ((0, 3, "PER"), (8, 13, "PER"))
    assert (second.text, second.entities) == ("Oslo", ())


def test_a_file_without_its_truth_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    file.write_text('{"tokens": ["Ada"]}\n')

    with pytest.raises(ValueError, match="line 1: it has no 'entities'"):
        read_gold(file, sentences=1)


def test_the_table_sets_every_condition_beside_the_first() -> None:
    shown = table({"none": Tally(2, 10, 20), "some": Tally(2, 10, 8)})

    assert shown.splitlines()[-1] == "| some | 2 | 10 | 8 | 0.80 | 0.40 |"
    assert table({"none": Tally()}).splitlines()[-1] == "| none | 0 | 0 | 0 | – | – |"


def test_the_figures_are_printed_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"text": "Oslo grew.", "entities": []}\n')
    monkeypatch.setattr(conditions, "alone", lambda *_: Tally(2, 10, 20))
    monkeypatch.setattr(conditions, "dictionary", lambda *_: Tally(2, 10, 15))
    options = ["--data", str(gold), "--model", str(tiny_model(tmp_path / "model")), "--json"]

    chosen = ["--condition", "no suggestions", "--condition", "dictionary"]
    assert main(["simulate", *options, *chosen]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "no suggestions": {**asdict(Tally(2, 10, 20)), "ratio": 1.0},
        "dictionary": {**asdict(Tally(2, 10, 15)), "ratio": 0.75},
    }


def test_an_unknown_condition_is_refused_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(tmp_path), "--condition", "retrained every 50"]

    assert main(["simulate", *options, "--retrain-every", "25"]) != 0
    message = capsys.readouterr().err
    assert "got 'retrained every 50'" in message
    assert "instant, retrained every 25" in message


def test_a_dictionary_suggests_what_was_marked_before_under_the_same_words() -> None:
    dictionary = Dictionary(1)
    dictionary.add("Bank of China, China", [(0, 13, "ORG"), (15, 20, "LOC")])
    dictionary.add("China", [(0, 5, "ORG")])
    dictionary.add("China", [(0, 5, "LOC")])

    prediction = dictionary.predict("In China the Bank of China, not china", SamplerSettings())

    assert [entity.key for entity in prediction.entities] == [(3, 8, "LOC"), (13, 26, "ORG")]


def test_the_dictionary_costs_what_is_left_to_correct(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "model", ("PER",))
    gold = [Gold("Ada met Bo", ((0, 3, "PER"),)), Gold("Ada saw Bo", ((0, 3, "PER"),))]
    workplace = set_up(tmp_path / "workplace", gold, model, ("PER",))

    assert conditions.dictionary(workplace, lambda _: None) == Tally(2, 2, 1 + 2 + 1)


def test_the_least_sure_document_comes_first_and_the_model_learns_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tiny untrained model; what is counted is that all is corrected, in whatever order."""
    model = tiny_model(tmp_path / "model", ("PER",))
    words = [f"Ada met number {number}" for number in range(4)]
    gold = [Gold(text, ((0, 3, "PER"),)) for text in words]
    workplace = set_up(tmp_path / "workplace", gold, model, ("PER",))
    monkeypatch.setattr(core.training.fine_tuning, "MAX_EPOCHS", 1)
    monkeypatch.setattr(core.training.fine_tuning, "MIN_EPOCHS", 1)
    reported: list[Tally] = []

    tally = conditions.queued_and_retrained(workplace, reported.append, every=2)

    assert (tally.documents, tally.entities) == (4, 4)
    assert [item.documents for item in reported] == [1, 2, 3, 4]
    versions = ModelRegistry(workplace.sessions).versions()
    assert [version.state for version in versions] == ["active", "retired"]


def test_what_was_learnt_at_once_is_learnt_again_on_a_retrained_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_model(tmp_path / "model", ("PER",))
    gold = [Gold(f"Ada met number {number}", ((0, 3, "PER"),)) for number in range(3)]
    workplace = set_up(tmp_path / "workplace", gold, model, ("PER",))
    monkeypatch.setattr(core.training.fine_tuning, "MAX_EPOCHS", 1)
    monkeypatch.setattr(core.training.fine_tuning, "MIN_EPOCHS", 1)

    tally = conditions.instant_and_retrained(workplace, lambda _: None, every=2)

    assert (tally.documents, tally.entities) == (3, 3)
    active = ModelRegistry(workplace.sessions).active()
    assert active is not None
    with workplace.sessions() as session:
        published = instant.published(session, workplace.project_id, active.id)
    assert published is not None
    assert published.documents == 3
