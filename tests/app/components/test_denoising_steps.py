"""Each step in one line, and the step at which an entity is certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.components.denoising.payload import sentence_payload
from app.components.denoising.wording import step_readout
from core.types import SentenceStep, Step, Token
from tests.app.traces import COLOURS, build_trace, one_word


def test_each_step_is_told_in_one_line() -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    reported = [frame["readout"] for frame in payload["frames"]]
    assert reported[0] == "60 random spans: nothing is known yet"
    assert [line.split(":")[0] for line in reported[1:]] == [f"Step {i} of 5" for i in range(1, 6)]
    assert reported[3].endswith("Olena Kovalenko, New York and 5 more are certain")
    assert payload["readout"] == "Done: 7 entities from 60 random spans"
    assert "New York University Hospital, ORG, 9" in payload["summary"]


@pytest.mark.parametrize(
    ("close", "restarted", "certain", "line"),
    [
        (
            41,
            9,
            ["New York"],
            "41 spans within a word of a name, 9 start again, New York is certain",
        ),
        (
            1,
            1,
            ["Oslo", "Rome"],
            "1 span within a word of a name, 1 starts again, Oslo and Rome are certain",
        ),
        (0, 0, [], "0 spans within a word of a name"),
        (3, 0, ["A", "B", "C"], "3 spans within a word of a name, A, B and 1 more are certain"),
        (3, 0, ["x" * 40], f"3 spans within a word of a name, {'x' * 29}… is certain"),
        (None, 2, [], "nothing convinces the model yet, 2 start again"),
    ],
)
def test_a_step_tells_how_near_its_spans_are_who_starts_again_and_what_is_certain(
    close: int | None, restarted: int, certain: list[str], line: str
) -> None:
    assert step_readout(2, 5, close, restarted, certain) == f"Step 2 of 5: {line}"


def test_a_span_is_near_a_name_with_both_boundaries_within_a_word() -> None:
    made = SentenceStep(
        ((0.0, 1.0),) * 4, ((0, 1), (1, 2), (0, 2), (0, 3)), ("PER",) * 4, *[(0.9,) * 4] * 3
    )
    trace = replace(
        one_word(made), text="Ann met Bo", sentences=((Token(0, 3), Token(4, 7), Token(8, 10)),)
    )
    readout = sentence_payload(trace, 0, COLOURS)["frames"][1]["readout"]
    assert "3 spans within a word" in readout


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
    certain = [i for i, frame in enumerate(payload["frames"]) if "certain" in frame["readout"]]
    assert certain == [banked]
