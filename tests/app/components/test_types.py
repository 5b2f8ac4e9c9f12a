"""What Python sends to a component has the fields that its `types.d.ts` promises."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from app.components import span_annotator as annotator
from app.components.denoising import animation
from app.services.annotation.applied import Applied
from app.services.annotation.open_next import open_next
from app.services.annotation.page_edits import Answer, answer_of
from storage.engine import Sessions
from tests.app.fake_model import seed

COMPONENTS = Path(annotator.__file__).parents[1]


def fields(component: str, interface: str) -> set[str]:
    """The fields of an interface in a component's `types.d.ts`."""
    source = (COMPONENTS / component / "types.d.ts").read_text(encoding="utf-8")
    body = re.search(
        rf"^interface {interface}\b[^{{]*\{{\n(.*?)^\}}", source, re.DOTALL | re.MULTILINE
    )
    assert body, f"{component}/types.d.ts has no interface {interface}"
    return set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))


@pytest.mark.parametrize(
    ("interface", "shape"),
    [
        ("DenoisingPayload", animation.Payload),
        ("Frame", animation.Frame),
        ("EntityBar", animation.EntityBar),
        ("OverviewRow", animation.OverviewRow),
    ],
)
def test_a_film_has_the_fields_that_the_view_reads(interface: str, shape: type) -> None:
    assert fields("denoising", interface) == set(shape.__annotations__)


def test_the_annotator_gets_the_fields_that_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(annotator, "_COMPONENT", lambda **given: sent.update(given["data"]))

    annotator.span_annotator(doc_id=1, text="", labels=(), spans=(), key="annotator")

    inherited = fields("span_annotator", "DocumentState") | fields("span_annotator", "DocumentData")
    assert fields("span_annotator", "AnnotatorData") | inherited == set(sent)
    assert fields("span_annotator", "Action") == set(sent["actions"][0])


def test_an_answer_to_edits_has_the_fields_that_the_annotator_reads() -> None:
    assert fields("span_annotator", "Answer") == {
        field.name for field in dataclasses.fields(Answer)
    }
    applied = Applied(ack=None, spans=(), error=None, status="new")
    answer = answer_of(1, applied, "Anna")
    assert answer.state is not None
    assert fields("span_annotator", "DocumentState") == set(answer.state)


def test_the_next_document_has_the_fields_that_the_annotator_reads(sessions: Sessions) -> None:
    following = open_next(sessions, None, seed(sessions), "Anna")

    assert following is not None
    assert fields("span_annotator", "NextDocument") == {"ready", "data"}
    document = fields("span_annotator", "DocumentData") | fields("span_annotator", "DocumentState")
    assert document == set(following.data)
