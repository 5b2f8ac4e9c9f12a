"""What all sessions of one process share: the settings, the database, the services."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from app.services.ahead import Ahead
from app.services.annotation import AnnotationService
from app.services.models import ModelFolderError, ModelRegistry
from app.services.predictor import BackgroundPredictor, ModelPredictor, active_predictor
from app.services.review import ReviewService
from app.services.startup import prepare
from app.settings import Settings
from core.types import SamplerSettings
from storage.engine import Sessions
from storage.repository import projects

if TYPE_CHECKING:
    from app.services.jobs import Jobs

LOG = logging.getLogger(__name__)
SUGGESTING = SamplerSettings()
"""What suggestions are made with: the paper's γ = 5 and K = 60."""


@dataclass(frozen=True)
class Desk:
    """One database for every session of the process. Opening it loads no model."""

    settings: Settings
    sessions: Sessions
    models: ModelRegistry
    store: str
    """Tells this database from every other one."""

    @property
    def person(self) -> str:
        return self.settings.person

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
            return str(error)
        return None


def desk() -> Desk:
    """The process's desk, opened at first use: tables made, samples in, model registered."""
    return _open(Settings.from_environment())


def jobs() -> Jobs:
    """The process's view of retraining jobs; opened by the page that needs it."""
    return _jobs(Settings.from_environment())


def ahead() -> Ahead:
    """The process's work that is done before anybody waits for it."""
    return _ahead(Settings.from_environment())


def reviews() -> ReviewService:
    """What models said of submitted documents, as far as this process has asked."""
    return _reviews(Settings.from_environment())


def warm_up(predictor: ModelPredictor | None) -> None:
    """Begins to load the model, so that the first document need not wait for it."""
    if predictor is not None:
        _begin_loading(predictor, predictor.model_version_id)


@st.cache_resource(show_spinner=False)
def _begin_loading(_predictor: ModelPredictor, model_version_id: int) -> None:
    threading.Thread(target=_load, args=(_predictor,), daemon=True).start()


def _load(predictor: ModelPredictor) -> None:
    try:
        predictor.threshold()
    except Exception:
        LOG.exception("the model at %s could not be loaded", predictor.path)


@st.cache_resource(show_spinner="Opening the database …")
def _open(settings: Settings) -> Desk:
    sessions = prepare(settings).sessions
    with sessions() as session:
        first = next(iter(projects.every(session)), None)
    store = first.created_at.isoformat() if first else ""
    return Desk(settings, sessions, ModelRegistry(sessions), store)


@st.cache_resource(show_spinner="Opening the jobs …")
def _jobs(settings: Settings) -> Jobs:
    from app.services.jobs import Jobs

    return Jobs(settings, _open(settings).sessions)


@st.cache_resource(show_spinner=False)
def _ahead(settings: Settings) -> Ahead:
    sessions = _open(settings).sessions

    def reader() -> BackgroundPredictor | None:
        active = active_predictor(sessions)
        return active.in_background() if active else None

    return Ahead(sessions, reader, SUGGESTING)


@st.cache_resource(show_spinner=False)
def _reviews(settings: Settings) -> ReviewService:
    return ReviewService(_open(settings).sessions)
