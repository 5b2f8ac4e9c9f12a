"""A document that opened before all that was submitted was learnt, on the Annotate page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from app.services.suggestions import instant, instant_wake
from app.services.suggestions.instant import InstantModel, Learnt, Merged
from core.types import Entity
from storage.engine import writing
from storage.models import InstantHead
from tests.app.pages_kit import PretendedModel, Site

LEARNT = "learnt from 1 document"


@dataclass
class Learner:
    """Learns when it is told to, for a page of these tests."""

    site: Site
    done: bool = False

    def request(self, project_ids: Iterable[int] | None) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool:
        return self.done

    def learn(self) -> None:
        version_id = self.site.model.model_version_id
        with writing(self.site.sessions) as session:
            session.add(
                InstantHead(
                    project_id=self.site.project_id,
                    model_version_id=version_id,
                    suggester_lesson=1,
                    documents=1,
                    suggester=b"finds Monday",
                )
            )
        self.done = True


def merge(model: InstantModel, learnt: Learnt, text: str, by_model: Sequence[Entity]) -> Merged:
    """Finds Monday beside what the model finds."""
    start = text.index("Monday")
    monday = Entity(start, start + len("Monday"), "MISC", 0.9)
    keys = frozenset({monday.key})
    published = learnt.published
    return Merged((*by_model, monday), keys, tuple(by_model), published.lesson_id, 1)


@pytest.fixture
def learner(site: Site, monkeypatch: pytest.MonkeyPatch) -> Learner:
    monkeypatch.setattr(PretendedModel, "with_pipeline", lambda self, call: None, raising=False)
    monkeypatch.setattr(instant, "merge", merge)
    monkeypatch.setattr(instant_wake, "_learners", {})
    learner = Learner(site)
    instant_wake.register(site.sessions, learner)
    return learner


def test_a_document_that_nobody_began_is_suggested_what_was_learnt_since_it_opened(
    site: Site, learner: Learner
) -> None:
    site.open("annotate", document=site.add())
    assert "Monday" not in site.spans()
    assert "learnt from" not in site.messages()
    site.run()
    assert "learnt from" not in site.messages(), "nothing more is learnt yet"

    learner.learn()
    site.run()

    assert site.spans()["Monday"] == "suggested"
    assert LEARNT in site.messages()


def test_what_a_person_began_stays_as_it_is_and_is_not_said_to_be_learnt(
    site: Site, learner: Learner
) -> None:
    document = site.add()
    site.open("annotate", document=document)
    site.send(document, {"op": "accept", "id": site.span_id("New York")})
    before = site.spans()

    learner.learn()
    site.run()

    assert site.spans() == before
    assert "learnt from" not in site.messages()


def test_what_opened_with_all_that_was_learnt_stays_whatever_is_learnt_after_it(
    site: Site, learner: Learner
) -> None:
    learner.done = True
    site.open("annotate", document=site.add())

    learner.learn()
    site.run()

    assert "Monday" not in site.spans()
    assert "learnt from" not in site.messages()


def test_beyond_a_projects_first_documents_nothing_is_suggested_again(
    site: Site, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant_wake, "FIRST", 0)
    site.open("annotate", document=site.add())

    learner.learn()
    site.run()

    assert "Monday" not in site.spans()
