"""A tiny random encoder, models around it, and one that has learnt four sentences by heart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.sharing import made_once

if TYPE_CHECKING:
    from core.modeling.model import DiffusionNER

LABELS = ("LOC", "MISC", "ORG", "PER")


class NewModel(Protocol):
    """Makes a tiny untrained model without dropout; options are those of ModelConfig."""

    def __call__(self, seed: int = 0, **options: Any) -> DiffusionNER: ...


@dataclass(frozen=True)
class Learned:
    """A model folder, and what training said of it."""

    folder: Path
    f1: tuple[float, ...]
    """At each evaluation."""


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.core.tiny import tiny_encoder

    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session")
def new_model(encoder_folder: Path) -> NewModel:
    from torch import nn

    from core.config import ModelConfig
    from core.modeling.model import DiffusionNER

    def make(seed: int = 0, **options: Any) -> DiffusionNER:
        tiny = {"labels": LABELS, "hidden_size": 32, "num_heads": 2, "pointer_size": 16}
        config = ModelConfig(**{**tiny, "dropout": 0.0, "max_words": 20, **options})
        model = DiffusionNER.from_encoder(config, str(encoder_folder), seed).eval()
        for module in model.encoder.transformer.modules():
            if isinstance(module, nn.Dropout):
                module.p = config.dropout
        return model

    return make


@pytest.fixture(scope="session")
def learned(new_model: NewModel, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """Three sentences with nested entities and one without any, over-fitted."""

    def make(folder: Path) -> None:
        scores = _learn(new_model(), folder / "model")
        (folder / "f1.json").write_text(json.dumps(scores))

    folder = made_once(tmp_path_factory, "learned", make)
    return Learned(folder / "model", tuple(json.loads((folder / "f1.json").read_text())))


def _learn(model: DiffusionNER, folder: Path) -> list[float]:
    from core.config import TrainingConfig
    from core.training.learner import DiffusionLearner
    from core.training.records import Evaluated
    from core.training.trainer import train
    from core.types import SamplerSettings
    from tests.core.tiny import SENTENCES

    config = TrainingConfig(
        epochs=2, batch_size=8, encoder_lr=2e-3, decoder_lr=4e-3, num_spans=16, seed=1
    )
    learner = DiffusionLearner(model, config, SamplerSettings(steps=2, num_spans=30))
    records = train(learner, SENTENCES * 240, SENTENCES, config, folder)
    return [record.scores.f1 for record in records if isinstance(record, Evaluated)]
