"""What all sessions of one process share: the settings, the database, the services."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.server_paths import without_paths
from app.services.annotation.annotation import AnnotationService
from app.services.model_registry.registry import ModelFolderError, ModelRegistry
from app.services.operations import projects
from app.services.operations.startup import prepare
from app.services.suggestions.instant_learner import InstantLearner
from app.services.suggestions.label_review import ReviewService
from app.services.suggestions.part_reader import PartReader
from app.services.suggestions.predictor import (
    BackgroundPredictor,
    ModelPredictor,
    active_predictor,
    version_predictor,
)
from app.services.suggestions.prefetch import Prefetcher
from app.services.suggestions.suggest import Predictor
from app.services.team.permissions import Act, Acting, for_person, may
from app.settings import Settings
from app.web import open_pages
from app.whoami import whoami
from core.types import SamplerSettings
from storage.engine import Sessions

if TYPE_CHECKING:
    from app.services.retraining.jobs import Jobs

LOG = logging.getLogger(__name__)
_BY_HASH: dict[type | str, Callable[[Any], Any]] = {Settings: hash}
"""Streamlit would take the settings apart, at each of the many times a run asks for them."""
_CONTEXT = "context of this run"
SUGGESTING = SamplerSettings()
"""What suggestions are made with: the paper's γ = 5 and K = 60."""


@dataclass(frozen=True)
class AppContext:
    """One database for every session of the process. Opening it loads no model.

    Where people sign in, its sessions act for the person, and see only what the person may.
    """

    settings: Settings
    sessions: Sessions
    models: ModelRegistry
    store: str
    """Tells this database, and who signed in to it, from every other one."""
    acting: Acting | None = None
    """Who has signed in; None where nobody needs to."""

    @property
    def person(self) -> str:
        return self.acting.name if self.acting else self.settings.person

    def may(self, project_id: int, act: Act) -> bool:
        """Whether to offer it; the services ask again."""
        return may(self.sessions, project_id, act)

    def predictor(self) -> ModelPredictor | None:
        """The active model, asked for anew by every run: a person may have promoted another."""
        return active_predictor(self.sessions)

    def annotation(self) -> AnnotationService:
        return AnnotationService(self.sessions, self.predictor(), SUGGESTING)

    def model_problem(self) -> str | None:
        """Why there is no model to make suggestions with; None where there is one.

        A model put in place later is found without a restart.
        """
        try:
            self.models.ensure_bundled(self.settings.model)
        except ModelFolderError as error:
            return without_paths(str(error))
        return None


def create() -> AppContext:
    """The context of whoever asks, opened at first use: tables made, samples in, model registered.

    Raises `SignedOutError` where people sign in and nobody has.
    """
    common = _open(Settings.from_environment())
    person = whoami(common.settings, common.sessions)
    if person is None:
        return common
    sessions = for_person(common.sessions, person)
    return replace(
        common,
        sessions=sessions,
        models=ModelRegistry(sessions),
        store=f"{common.store} {person.user_id}",
        acting=person,
    )


def begin_run() -> AppContext:
    """Create the context of a run of the whole page, which `current` then returns to its parts
    without asking again who has signed in."""
    found = create()
    st.session_state[_CONTEXT] = found
    open_pages.enter(open_pages.Worker(found.sessions, found.person, found.annotation))
    return found


def current() -> AppContext:
    """Return the context of this run. A fragment runs without the whole page: it calls `create`."""
    found: AppContext = st.session_state[_CONTEXT]
    return found


def jobs() -> Jobs:
    """The process's view of retraining jobs; opened by the page that needs it."""
    return _jobs(Settings.from_environment()).on(create().sessions)


def prefetcher() -> Prefetcher:
    """The process's work that is done before anybody waits for it. With it begins the thread that
    learns from submitted documents."""
    return _ahead(Settings.from_environment())


def part_reader() -> PartReader:
    """The process's thread that reads long documents while people work on them."""
    return _parts(Settings.from_environment())


def reviews() -> ReviewService:
    """What models said of submitted documents, as far as this process has asked."""
    return _reviews(Settings.from_environment()).on(create().sessions)


def warm_up(predictor: ModelPredictor | None) -> None:
    """Begins to load the model, so that the first document need not wait for it."""
    if predictor is not None:
        _begin_loading(predictor, predictor.model_version_id)


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Once a page has run, what the process holds is there to stay: modules, tables, caches.

    To look for garbage in all of it, as Python does now and then, takes longer than a run.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def _begin_loading(_predictor: ModelPredictor, model_version_id: int) -> None:
    threading.Thread(target=_load, args=(_predictor,), daemon=True).start()


def _load(predictor: ModelPredictor) -> None:
    try:
        predictor.threshold()
        gc.freeze()
    except Exception:
        LOG.exception("the model at %s could not be loaded", predictor.path)


@st.cache_resource(show_spinner="Opening the database …", hash_funcs=_BY_HASH)
def _open(settings: Settings) -> AppContext:
    sessions = prepare(settings).sessions
    founded = projects.founded(sessions)
    store = founded.isoformat() if founded else ""
    return AppContext(settings, sessions, ModelRegistry(sessions), store)


@st.cache_resource(show_spinner="Opening the jobs …", hash_funcs=_BY_HASH)
def _jobs(settings: Settings) -> Jobs:
    from app.services.retraining.jobs import Jobs

    return Jobs(settings, _open(settings).sessions)


@st.cache_resource(show_spinner=False, hash_funcs=_BY_HASH)
def _parts(settings: Settings) -> PartReader:
    sessions = _open(settings).sessions

    def predictor(version_id: int, background: bool) -> Predictor:
        active = active_predictor(sessions)
        if active is None or active.model_version_id != version_id:
            active = version_predictor(ModelRegistry(sessions).get(version_id))
        return active.in_background() if background else active

    return PartReader(sessions, predictor)


@st.cache_resource(show_spinner=False, hash_funcs=_BY_HASH)
def _ahead(settings: Settings) -> Prefetcher:
    sessions = _open(settings).sessions

    def reader() -> BackgroundPredictor | None:
        active = active_predictor(sessions)
        return active.in_background() if active else None

    prefetcher = Prefetcher(sessions, reader, SUGGESTING, _parts(settings))
    InstantLearner(sessions, reader, prefetcher.again).start()
    return prefetcher


@st.cache_resource(show_spinner=False, hash_funcs=_BY_HASH)
def _reviews(settings: Settings) -> ReviewService:
    return ReviewService(_open(settings).sessions)
