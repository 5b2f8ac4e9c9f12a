"""The services about models and retraining, with what each needs and a call of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.services.model_registry import (
    archive as model_archive,
)
from app.services.model_registry import (
    comparison,
    promotions,
)
from app.services.model_registry import (
    files as model_files,
)
from app.services.model_registry.registry import ModelRegistry
from app.services.operations import learning_curve
from app.services.retraining import bulk_preannotation, training_data
from app.settings import Settings
from tests.app.pages_kit import PretendedModel
from tests.app.world import World

Call = Callable[[World], Any]
OF_MODELS: dict[str, tuple[str, Call]] = {
    "operations.learning_curve.learning_curve": (
        "annotate",
        lambda w: learning_curve.learning_curve(w.sessions, w.project),
    ),
    "retraining.jobs.Jobs.start": ("review", lambda w: w.jobs.start(w.project)),
    "retraining.jobs.Jobs.get": ("review", lambda w: w.jobs.get("job")),
    "retraining.jobs.Jobs.progress": ("review", lambda w: w.jobs.progress("job")),
    "retraining.jobs.Jobs.journal": ("review", lambda w: w.jobs.journal("job")),
    "retraining.jobs.Jobs.cancel": ("review", lambda w: w.jobs.cancel("job")),
    "retraining.jobs.Jobs.retry": ("review", lambda w: w.jobs.retry("job")),
    "model_registry.registry.ModelRegistry.bring_in": (
        "administer",
        lambda w: ModelRegistry(w.sessions).bring_in(_model(), {}),
    ),
    "model_registry.archive.pack": (
        "administer",
        lambda w: model_archive.pack(w.sessions, 1, io.BytesIO()),
    ),
    "model_registry.archive.unpack": (
        "administer",
        lambda w: model_archive.unpack(
            w.sessions, Settings.from_environment({}), io.BytesIO(b""), "model.zip"
        ),
    ),
    "model_registry.files.bring_in": (
        "administer",
        lambda w: model_files.bring_in(w.sessions, Settings.from_environment({}), _model()),
    ),
    "model_registry.registry.ModelRegistry.promote": (
        "administer",
        lambda w: ModelRegistry(w.sessions).promote(1),
    ),
    "model_registry.registry.ModelRegistry.propose": (
        "administer",
        lambda w: ModelRegistry(w.sessions).propose(
            _model(), parent_id=1, metrics={}, data_hash="", settings={}
        ),
    ),
    "model_registry.promotions.roll_back": (
        "administer",
        lambda w: promotions.roll_back(w.sessions),
    ),
    "model_registry.comparison.held_out": (
        "review",
        lambda w: comparison.held_out(w.sessions, w.project),
    ),
    "model_registry.comparison.compare": (
        "review",
        lambda w: comparison.compare(w.sessions, w.project, PretendedModel(), PretendedModel()),
    ),
    "retraining.bulk_preannotation.start": (
        "review",
        lambda w: bulk_preannotation.start(w.sessions, w.project, w.name),
    ),
    "retraining.bulk_preannotation.latest": (
        "review",
        lambda w: bulk_preannotation.latest(w.sessions, w.project),
    ),
    "retraining.bulk_preannotation.pause": (
        "review",
        lambda w: bulk_preannotation.pause(w.sessions, w.project, w.name),
    ),
    "retraining.bulk_preannotation.resume": (
        "review",
        lambda w: bulk_preannotation.resume(w.sessions, w.project, w.name),
    ),
    "retraining.bulk_preannotation.cancel": (
        "review",
        lambda w: bulk_preannotation.cancel(w.sessions, w.project, w.name),
    ),
    "retraining.training_data.collect": (
        "review",
        lambda w: training_data.collect(w.sessions, w.project),
    ),
    "retraining.training_data.take_snapshot": (
        "review",
        lambda w: training_data.take_snapshot(w.sessions, w.project, Path("/dev/null/no")),
    ),
}


def _model() -> Path:
    return Path("nowhere")
