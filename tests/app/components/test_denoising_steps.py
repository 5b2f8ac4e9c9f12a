"""Each step in one line, and the step at which an entity is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.components.denoising.payload import sentence_payload
from app.components.denoising.wording import Reached, step_readout
from core.types import SentenceStep, Step, Token
from tests.app.traces import COLOURS, build_trace, one_word


def test_each_step_is_told_in_one_line() -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    reported = [frame["readout"] for frame in payload["frames"]]
    assert reported[0] == "60 random spans: nothing is known yet"
    assert [line.split(":")[0] for line in reported[1:]] == [f"Step {i} of 5" for i in range(1, 6)]
    assert reported[3].endswith("Olena Kovalenko, New York and 5 more are found")
    assert payload["readout"] == "Done: 7 entities from 60 random spans"
    assert "New York University Hospital, ORG, 9" in payload["summary"]


@pytest.mark.parametrize(
    ("reached", "restarted", "banked", "line"),
    [
        (
            (50, 41, 60),
            9,
            ["New York"],
            "50 of 60 spans aim at a name, 41 within a word of it, 9 start again, "
            "New York is found",
        ),
        (
            (1, 1, 60),
            1,
            ["Oslo", "Rome"],
            "1 of 60 spans aims at a name, 1 within a word of it, 1 starts again, "
            "Oslo and Rome are found",
        ),
        ((0, 0, 1), 0, [], "0 of 1 span aim at a name, none within a word of it"),
        (
            (3, 2, 9),
            0,
            ["A", "B", "C"],
            "3 of 9 spans aim at a name, 2 within a word of it, A, B and 1 more are found",
        ),
        (
            (3, 2, 9),
            0,
            ["x" * 40],
            f"3 of 9 spans aim at a name, 2 within a word of it, {'x' * 29}… is found",
        ),
        (None, 2, [], "nothing convinces the model yet, 2 start again"),
    ],
)
def test_a_step_tells_how_near_its_spans_are_who_starts_again_and_what_is_found(
    reached: tuple[int, int, int] | None, restarted: int, banked: list[str], line: str
) -> None:
    counts = Reached(*reached) if reached else None
    assert step_readout(2, 5, counts, restarted, banked) == f"Step 2 of 5: {line}"


def test_a_span_aims_at_a_name_it_predicts_and_is_near_with_both_boundaries_within_a_word() -> None:
    made = SentenceStep(
        ((0.0, 1.0),) * 4, ((0, 1), (0, 1), (0, 2), (0, 3)), ("PER",) * 4, *[(0.9,) * 4] * 3
    )
    trace = replace(
        one_word(made), text="Ann met Bo", sentences=((Token(0, 3), Token(4, 7), Token(8, 10)),)
    )
    readout = sentence_payload(trace, 0, COLOURS)["frames"][1]["readout"]
    assert "2 of 4 spans aim at a name, 3 within a word of it" in readout


@pytest.mark.parametrize(
    ("scores", "banked"),
    [
        ((0.6, 0.7, 0.8), 2),
        ((0.7, 0.7, 0.7), 1),
        ((0.0, 0.0, 0.9), 3),
        ((0.9, 0.2, 0.8), 3),
        ((0.1, 0.1, 0.1), 3),
    ],
    ids=["where it passes", "at once", "at last", "since it stays", "a person's, never"],
)
def test_an_entity_is_banked_at_the_step_since_which_its_score_has_reached_the_threshold(
    scores: tuple[float, ...], banked: int
) -> None:
    made = SentenceStep(((0.0, 1.0),), ((0, 1),), ("PER",), (0.9,), (0.9,), (0.9,))
    steps = tuple(Step(i, 1000, 0, (made,)) for i in (1, 2, 3))
    trace = replace(one_word(made, threshold=0.7), steps=steps, scores=(scores,))
    payload = sentence_payload(trace, 0, COLOURS)
    (bar,) = payload["entities"]
    assert (bar["banked"], bar["scores"]) == (banked, list(scores))
    naming = [i for i, frame in enumerate(payload["frames"]) if "found" in frame["readout"]]
    assert naming == [banked]
