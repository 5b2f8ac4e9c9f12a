"""Projects, labels, splits and model versions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import writing
from storage.enums import Split
from storage.repository import documents, model_versions, projects
from storage.repository.splits import choose_splits, hashed_split, sha256_of

pytestmark = pytest.mark.both_databases


def test_labels_have_colours_that_are_told_apart_and_keys_in_their_order(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["PER", "ORG", "LOC", "MISC"])
        shown = [(x.name, x.color, x.key) for x in projects.labels(session, project.id)]

    assert shown == [
        ("PER", "#d55e00", "1"),
        ("ORG", "#0072b2", "2"),
        ("LOC", "#009e73", "3"),
        ("MISC", "#cc79a7", "4"),
    ]


def test_an_eleventh_label_has_a_colour_but_no_key_left(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        created = projects.ensure_labels(session, project.id, [f"L{n}" for n in range(13)])
        labels = projects.labels(session, project.id)

    assert len(created) == 13
    assert [label.key for label in labels[:10]] == list("1234567890")
    assert [label.key for label in labels[10:]] == [None] * 3
    assert all(re.fullmatch("#[0-9a-f]{6}", label.color) for label in labels)
    assert len({label.color for label in labels}) == 13


def test_a_new_labels_key_follows_those_of_the_list_though_one_before_is_free(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["A", "B", "C"])
        second = projects.labels(session, project.id)[1]
        projects.change_label(session, second.id, color="#000000", key=None, description="")
        projects.ensure_labels(session, project.id, [f"L{n}" for n in range(8)])
        labels = projects.labels(session, project.id)

    assert [label.key for label in labels] == ["1", None, *"34567890", "2"]


def test_labels_that_are_there_are_not_made_twice(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.add_label(session, project.id, "PER", color="#ABCDEF")

        assert projects.ensure_labels(session, project.id, ["PER", "X", "X"]) == ("X",)
        assert projects.labels(session, project.id)[0].color == "#abcdef"


@pytest.mark.parametrize(
    ("name", "colour", "message"),
    [
        ("", None, "1 to 100 characters"),
        (" X", None, "surrounding spaces"),
        ("X\nY", None, "without line breaks"),
        ("X" * 101, None, "1 to 100 characters"),
        ("PER", None, "already has a label 'PER'"),
        ("X", "red", "#rrggbb"),
        ("X", "red;background:url(//x)", "#rrggbb"),
    ],
)
def test_a_label_that_cannot_be_is_refused_with_the_reason(
    sessions: sessionmaker[Session], name: str, colour: str | None, message: str
) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.add_label(session, project.id, "PER")
        with pytest.raises(ValueError, match=message):
            projects.add_label(session, project.id, name, color=colour)


def _splits(session: Session, project_id: int, texts: Sequence[str]) -> list[Split]:
    """Of documents that are added one after the other."""
    added = [documents.add(session, project_id, name=text, text=text) for text in texts]
    return [document.split for document in added if document]


def test_below_twenty_documents_none_is_held_out_and_the_twentieth_is(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        for number in range(5):
            project = projects.create(session, f"P{number}")
            texts = [f"{letter}{number}" for letter in "abcdefghijklmnopqrst"]
            assert _splits(session, project.id, texts) == [*["train"] * 19, "holdout"]


def test_of_twenty_documents_that_come_at_once_two_are_trained_on_and_one_of_four_is_held_out(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        for number in range(20):
            project = projects.create(session, f"P{number}")
            arriving = [(sha256_of(f"{n} of {number}"), None) for n in range(20)]
            splits = choose_splits(session, project.id, arriving)
            assert splits[:2] == ["train", "train"]
            assert "holdout" in splits[:4]
            assert choose_splits(session, project.id, arriving[:19]) == ["train"] * 19


def test_beyond_twenty_documents_the_hash_decides(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        for number in range(19):
            split: Split = "train" if number else "holdout"
            documents.add(session, project.id, name="n", text=f"before {number}", split=split)
        texts = [f"text {number}" for number in range(30)]
        assert _splits(session, project.id, texts) == [
            hashed_split("P", sha256_of(text), 0.2) for text in texts
        ]


def test_what_is_held_out_stays_so_in_a_small_project(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        large, small = (projects.create(session, name) for name in "PQ")
        documents.add(session, large.id, name="held", text="held", split="holdout")
        assert _splits(session, small.id, ["new", "held"]) == ["train", "holdout"]


def test_a_text_that_two_projects_have_is_held_out_in_both_or_in_neither(
    sessions: sessionmaker[Session],
) -> None:
    texts = [f"text {number}" for number in range(60)]
    with writing(sessions) as session:
        sides = []
        for name in ("P", "Q"):
            project = projects.create(session, name)
            added = [documents.add(session, project.id, name=t, text=t) for t in texts]
            sides.append([document.split for document in added if document])
    assert sides[0] == sides[1]
    assert set(sides[0]) == {"train", "holdout"}


def test_a_split_can_be_said_at_import(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        document = documents.add(session, project.id, name="a", text="a", split="dev")
        assert document is not None
        assert document.split == "dev"


def test_about_a_fifth_of_all_documents_is_held_out() -> None:
    splits = [hashed_split("P", sha256_of(str(number)), 0.2) for number in range(5000)]

    assert 0.18 < splits.count("holdout") / len(splits) < 0.22


@given(project=st.text(), text=st.text())
def test_the_hashed_split_depends_on_nothing_else(project: str, text: str) -> None:
    project, text = (x.encode(errors="ignore").decode() for x in (project, text))
    assert hashed_split(project, sha256_of(text), 0.3) == hashed_split(
        project, sha256_of(text), 0.3
    )


def test_exactly_one_model_version_is_active_after_a_promotion(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        first = model_versions.ensure_active(session, "assets/models/default", ["PER"])
        again = model_versions.ensure_active(session, "another", ["PER"])
        second = model_versions.register(
            session, "data/models/2", ["PER", "X"], parent_id=first.id, metrics={"f1": 0.5}
        )
        assert again is first
        assert second.state == "proposed"
        model_versions.promote(session, second.id)
        states = [(v.id, v.state) for v in model_versions.every(session)]
        active = model_versions.active(session)

    assert states == [(second.id, "active"), (first.id, "retired")]
    assert active is second


def test_a_retired_version_can_come_back(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        first = model_versions.ensure_active(session, "one", [])
        second = model_versions.register(session, "two", [])
        model_versions.promote(session, second.id)
        model_versions.promote(session, first.id)
        model_versions.promote(session, first.id)

        assert model_versions.active(session) is first
        assert second.state == "retired"
        assert model_versions.by_path(session, "two") is second


def test_the_database_itself_refuses_a_second_active_version(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        model_versions.ensure_active(session, "one", [])
    with pytest.raises(IntegrityError), writing(sessions) as session:
        model_versions.register(session, "two", []).state = "active"


def test_asking_for_what_is_not_there_says_where_to_look(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        for get in (projects.get, documents.get, model_versions.get):
            with pytest.raises(LookupError, match=r"there is no .* 404"):
                get(session, 404)


def test_a_project_holds_back_what_it_says_of_new_documents(
    sessions: sessionmaker[Session],
) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "Half")
        projects.configure(
            session, project.id, guidelines="", holdout_share=0.5, queue="doubt", nested=True
        )
        splits = [
            documents.add(session, project.id, name=str(n), text=f"text {n}").split  # type: ignore[union-attr]
            for n in range(200)
        ]

    assert 70 < splits.count("holdout") < 130


def test_settings_that_make_no_sense_are_refused(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        with pytest.raises(ValueError, match="between 5 % and 50 %"):
            projects.configure(
                session, project.id, guidelines="", holdout_share=0.0, queue="arrival", nested=True
            )
        with pytest.raises(ValueError, match="one of arrival"):
            projects.configure(
                session,
                project.id,
                guidelines="",
                holdout_share=0.2,
                queue="alphabet",  # type: ignore[arg-type]
                nested=True,
            )


def test_a_label_can_get_another_key_colour_and_meaning(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        label = projects.add_label(session, project.id, "EVENT")
        changed = projects.change_label(
            session, label.id, color="#ABCDEF", key="V", description="Named events"
        )

    assert (changed.color, changed.key, changed.description) == ("#abcdef", "V", "Named events")
