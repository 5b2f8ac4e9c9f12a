"""Word embeddings stay in half precision where their file has them so."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

from core.config import TrainingConfig
from core.inference.candidates import propose
from core.modeling.half_embedding import HalfEmbedding
from core.modeling.model import DiffusionNER
from core.training.learner import DiffusionLearner
from core.training.trainer import train
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]


def table(model: DiffusionNER) -> torch.nn.Module:
    return model.encoder.transformer.get_input_embeddings()


@pytest.fixture
def folder(new_model: NewModel, tmp_path: Path) -> Path:
    new_model().save(tmp_path / "half", torch.float16)
    return tmp_path / "half"


def test_a_half_precision_file_is_read_to_the_same_results_in_half_the_memory(
    folder: Path, new_model: NewModel
) -> None:
    half, full = DiffusionNER.load(folder), new_model()
    full.load_state_dict({name: value.float() for name, value in half.state_dict().items()})
    settings = SamplerSettings(num_spans=8)
    assert propose(half, WORDS, settings) == propose(full, WORDS, settings)
    assert isinstance(table(half), HalfEmbedding)
    assert half.state_dict()[half.embedding_name].dtype == torch.float16
    assert half.embedding_name == "encoder.transformer.embeddings.word_embeddings.weight"


def test_a_single_precision_file_keeps_its_precision(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    assert not isinstance(table(DiffusionNER.load(tmp_path)), HalfEmbedding)


def test_a_model_with_half_embeddings_pickles_saves_and_changes_labels(
    folder: Path, tmp_path: Path
) -> None:
    model = DiffusionNER.load(folder)
    copy = pickle.loads(pickle.dumps(model))
    assert isinstance(table(copy), HalfEmbedding)
    resized = model.with_labels(model.config.labels)
    model.save(tmp_path / "full")
    for other in (copy, resized, DiffusionNER.load(tmp_path / "full")):
        for name, value in model.state_dict().items():
            assert torch.equal(other.state_dict()[name].to(value.dtype), value), name


def test_training_goes_on_from_it_and_leaves_the_embeddings(folder: Path, tmp_path: Path) -> None:
    model = DiffusionNER.load(folder)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    config = TrainingConfig(epochs=1, batch_size=2, num_spans=4)
    list(train(DiffusionLearner(model, config), SENTENCES, SENTENCES, config, tmp_path / "out"))
    after = DiffusionNER.load(tmp_path / "out").state_dict()
    assert torch.equal(after[model.embedding_name], before[model.embedding_name])
    assert not torch.equal(after["encoder.project.weight"], before["encoder.project.weight"])
