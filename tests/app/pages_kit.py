"""A page under test: the whole app in this process, a fresh database, a model that is pretended."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.components.span_annotator import span_annotator
from app.screens.documents.settings_form import widget_keys
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.page_edits import receive
from app.services.operations.projects import get as get_project
from app.services.operations.startup import open_database
from app.services.suggestions.review_heads import Answer
from app.settings import ROOT, Settings
from core.inference.instant.head import InstantHead
from core.inference.label_errors import EntityReview
from core.inference.uncertainty import Uncertainty
from core.overlaps import overlap
from core.types import Entity, Prediction, SamplerSettings, Trace
from storage.engine import Sessions, writing
from storage.enums import Split
from storage.repository import documents, projects
from tests.app.sent_spans import named
from tests.app.traces import build_trace
from tests.databases import copy_migrated

TEXT = "Olena Kovalenko visited New York University on Monday."
CLIENT = "page-1"
_ANNOTATOR = "app.screens.annotate.workspace.span_annotator"
_ANSWERED = ("ack", "error", "returned", "news")


@dataclass
class PretendedModel:
    """Finds the names that it is told to, wherever they stand."""

    model_version_id: int = 1
    path: Path = Path("model")
    names: Sequence[tuple[str, str]] = (
        ("Olena Kovalenko", "PER"),
        ("New York University", "ORG"),
        ("New York", "LOC"),
    )
    fails: str | None = None
    asked: list[SamplerSettings] = field(default_factory=list)
    predicted: list[SamplerSettings] = field(default_factory=list)
    reviewed: list[str] = field(default_factory=list)
    learnt: list[tuple[str, int]] = field(default_factory=list)
    """The texts that heads were taught, and that were taken back from them (-1)."""
    holds: threading.Event | None = None
    """Until it is set, nothing is found."""

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        self.predicted.append(settings)
        if self.holds:
            assert self.holds.wait(60)
        if self.fails:
            raise RuntimeError(self.fails)
        result = [
            Entity(text.index(words), text.index(words) + len(words), label, 0.9)
            for words, label in self.names
            if words in text
        ]
        return Prediction(text, tuple(result))

    def trace(self, text: str, settings: SamplerSettings, pointers: bool = True) -> Trace:
        self.asked.append(settings)
        return build_trace()

    def threshold(self, flat: bool = False) -> float:
        return 0.4 if flat else 0.5

    def in_background(self) -> PretendedModel:
        return self

    def uncertainty(self, text: str, settings: SamplerSettings) -> Uncertainty:
        return Uncertainty(0.5, 0.5, (1.0, 0.0))

    def review(self, text: str, entities: Sequence[Entity]) -> list[EntityReview]:
        """Agrees with the names that it finds, and would have none of the others."""
        self.reviewed.append(text)
        result = self.predict(text, SamplerSettings()).entities
        return [
            EntityReview(
                entity, 0.9, next((item for item in result if overlap(item, entity)), None)
            )
            if entity.key not in {item.key for item in result}
            else EntityReview(entity, 0.1, entity)
            for entity in entities
        ]

    def new_head(self, flat: bool) -> InstantHead:
        return cast(InstantHead, SimpleNamespace(flat=flat))

    def learn(self, head: InstantHead, answer: Answer, sign: int = 1) -> None:
        self.learnt.append((answer.text, sign))

    def review_without(self, head: InstantHead, answer: Answer, learnt: bool) -> list[EntityReview]:
        """Misses the names that it finds where nothing is annotated."""
        assert learnt
        result = self.predict(answer.text, SamplerSettings()).entities
        return [
            EntityReview(None, 0.6, entity)
            for entity in result
            if not any(overlap(entity, annotated) for annotated in answer.accepted)
        ]


@dataclass
class Site:
    """The app with a project of its own, and a look behind it."""

    settings: Settings
    sessions: Sessions
    model: PretendedModel
    project_id: int
    app: AppTest
    sent: int = 0
    """How many operations the page has sent."""
    answer: dict[str, Any] = field(default_factory=dict)
    """The last one to the span annotator."""
    prefetch_requests: list[tuple[int, int | None]] = field(default_factory=list)
    """What the page asked to have made ahead: projects and documents. Nothing is made."""

    def add(self, text: str = TEXT, name: str = "visit", split: Split = "train") -> int:
        with writing(self.sessions) as session:
            added = documents.add(session, self.project_id, name=name, text=text, split=split)
            assert added is not None
            return added.id

    def open(self, page: str, **query: object) -> AppTest:
        """Goes to a page as a link does."""
        for name, value in query.items():
            self.app.query_params[name] = str(value)
        # `switch_page` takes a page's address from its file's name until the app has run once
        self.app._page_hash = calc_hash(page)
        return self.run()

    def run(self) -> AppTest:
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self.app

    def send(self, document_id: int, *ops: dict[str, Any]) -> AppTest:
        """What the span annotator sends, and the run of the page that it asks for."""
        shown = self.mounted()
        numbered = [{"seq": self.sent + location, **op} for location, op in enumerate(ops, 1)]
        self.sent += len(ops)
        version = shown["version"] if shown["doc_id"] == document_id else None
        answer = self.post(
            {"doc_id": document_id, "client": CLIENT, "version": version, "ops": numbered}
        )
        if not (shown["around"] and answer["corrected"]):
            return self.run()

        def corrected(**data: Any) -> SimpleNamespace:
            span_annotator(**data)
            return SimpleNamespace(navigate=None, corrected=answer["corrected"])

        with mock.patch(_ANNOTATOR, side_effect=corrected):
            return self.run()

    def post(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a message as the span annotator does; the page is not run."""
        answer = receive(AnnotationService(self.sessions), message, self.settings.person)
        self.answer = json.loads(json.dumps(asdict(answer)))
        return self.answer

    def navigate(self, where: str) -> AppTest:
        """What the span annotator asks the page for, in this one run."""
        with mock.patch(_ANNOTATOR) as annotator:
            annotator.return_value = SimpleNamespace(navigate=where, corrected=None)
            return self.run()

    def mounted(self) -> dict[str, Any]:
        """What the span annotator shows: what the page gave it, and the last answer."""
        component = self.app.get("bidi_component")[0]
        data: dict[str, Any] = json.loads(component.proto.json)
        data["spans"] = named(data["spans"])
        return {**{name: self.answer.get(name) for name in _ANSWERED}, **data}

    def spans(self) -> dict[str, str]:
        """The status of every span on the page, by its words."""
        data = self.mounted()
        text = data["text"]
        return {text[span["start"] : span["end"]]: span["status"] for span in data["spans"]}

    def span_id(self, words: str) -> str:
        data = self.mounted()
        for span in data["spans"]:
            if data["text"][span["start"] : span["end"]] == words:
                return str(span["id"])
        raise AssertionError(f"{words!r} is not marked")

    def messages(self) -> str:
        """Every message on the page."""
        app = self.app
        shown = [*app.error, *app.warning, *app.info, *app.success, *app.caption, *app.markdown]
        return "\n".join(str(element.value) for element in shown)


def setting(site: Site, name: str) -> str:
    """The key of a setting's widget on the Documents page."""
    settings = get_project(site.sessions, site.project_id).settings
    return widget_keys(site.project_id, settings)[name]


def build_site(folder: Path, settings: Settings, model: PretendedModel) -> Site:
    copy_migrated(settings.data / "spanneal.db")
    sessions = open_database(settings)
    with writing(sessions) as session:
        project = projects.create(session, "News")
        projects.ensure_labels(session, project.id, ["PER", "ORG", "LOC", "MISC"])
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120)
    return Site(settings, sessions, model, project.id, app)
