"""What is sent of a document's spans, and that a long text's message stays in proportion to it."""

from __future__ import annotations

import json
import re

import pytest

from app.editing import DraftSpan
from app.services.annotation import wire
from tests.app.sent_spans import named
from tests.long_text import long_text

CONFIDENCE = {"left": 0.99912, "right": 0.5, "type": 0.71, "since": 1, "support": 0.3}
MODEL = DraftSpan("m1.1", 0, 3, "PER", "suggested", 0.8412345, "model", CONFIDENCE)
PERSON = DraftSpan("p-1", 8, 10, "LOC")


def test_spans_are_sent_without_names_and_read_back_with_them() -> None:
    rows = wire.rows(wire.spans([MODEL, PERSON]))

    assert rows == [
        ["m1.1", 0, 3, "PER", "suggested", 0.8412, "model", 0.999, 0.5, 0.71],
        ["p-1", 8, 10, "LOC", "accepted", None, "person"],
    ]
    model, person = named(rows)
    assert model["confidence"] == {"left": 0.999, "right": 0.5, "type": 0.71}
    assert (person["score"], person["confidence"]) == (None, None)


@pytest.mark.parametrize("percent", range(101))
@pytest.mark.parametrize("off", [-1e-9, 0.0, 1e-9])
def test_a_score_that_is_sent_reaches_a_whole_percent_where_the_stored_one_does(
    percent: int, off: float
) -> None:
    least = percent / 100
    score = min(1.0, max(0.0, least + off))
    record = {"id": "m", "start": 0, "end": 1, "label": "L", "status": "suggested"}
    ((*_, sent, _source),) = wire.rows([{**record, "score": score, "source": "model"}])
    assert (sent >= least) == (score >= least)


def test_a_long_texts_words_and_suggestions_are_sent_in_proportion_to_it() -> None:
    text = long_text(20_000)
    names = re.finditer(r"[A-Z]\w+(?: [A-Z]\w+)*", text)
    spans = [
        DraftSpan(f"m1.{number}", *name.span(), "ORG", "suggested", 0.84123456, "model", CONFIDENCE)
        for number, name in enumerate(names)
    ]
    assert len(spans) > 2_000
    assert len(wire.words(text)) < len(text)
    assert len(json.dumps(wire.rows(wire.spans(spans)))) < 90 * len(spans)
