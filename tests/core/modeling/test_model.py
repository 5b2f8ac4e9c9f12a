from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.config import ModelConfig, TrainingConfig
from core.modeling.model import CONFIG, WEIGHTS, DiffusionNER, ModelError
from tests.core.conftest import LABELS, NewModel

WORDS = ("Bank", "of", "China", "hired", "Ms.", "Haag")


@torch.no_grad()
def type_logits(model: DiffusionNER) -> torch.Tensor:
    sentence = model.encode(model.batch([WORDS]))
    return model.denoiser.type_logits(torch.tensor([[[0, 2], [4, 5]]]), sentence)[0]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"self_attention": False, "cross_attention": False},
        {"lstm_layers": 1},
        {"schedule": "linear", "timesteps": 10, "scale": 2.0, "threshold": 0.85},
        {"threshold": 0.72, "flat_threshold": 0.55},
    ],
    ids=str,
)
def test_a_saved_model_is_the_same_when_loaded(
    new_model: NewModel, tmp_path: Path, options: dict[str, Any]
) -> None:
    model = new_model(**options)
    model.save(tmp_path)
    loaded = DiffusionNER.load(tmp_path)
    assert loaded.config == model.config
    assert not loaded.training
    assert torch.equal(loaded.schedule.alphas_cumprod, model.schedule.alphas_cumprod)
    for name, value in model.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name
    assert torch.equal(type_logits(loaded), type_logits(model))


def test_half_precision_on_disk_halves_the_file_and_runs_in_full(
    new_model: NewModel, tmp_path: Path
) -> None:
    model = new_model()
    model.save(tmp_path / "full")
    model.save(tmp_path / "half", torch.float16)
    full, half = ((tmp_path / name / WEIGHTS).stat().st_size for name in ("full", "half"))
    assert half < 0.6 * full
    loaded = DiffusionNER.load(tmp_path / "half")
    assert {value.dtype for value in loaded.parameters()} == {torch.float32}
    assert torch.allclose(type_logits(loaded), type_logits(model), atol=0.02)


def test_a_saved_model_holds_no_pickle_and_no_path(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {CONFIG, WEIGHTS, "tokenizer.json", "tokenizer_config.json"}
    assert not any(
        path.read_bytes()[:2] in (b"\x80\x02", b"\x80\x04") for path in tmp_path.iterdir()
    )
    assert str(tmp_path) not in (tmp_path / CONFIG).read_text()


def test_saving_over_a_model_leaves_nothing_of_the_old_one(
    new_model: NewModel, tmp_path: Path
) -> None:
    new_model(seed=1).save(tmp_path)
    other = new_model(seed=2, threshold=0.5)
    other.save(tmp_path)
    assert torch.equal(type_logits(DiffusionNER.load(tmp_path)), type_logits(other))
    assert DiffusionNER.load(tmp_path).config.threshold == 0.5
    assert len(list(tmp_path.iterdir())) == 4


def test_a_save_that_is_killed_leaves_the_old_model(
    new_model: NewModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = new_model(seed=1)
    model.save(tmp_path)

    def killed(state: object, path: Path) -> None:
        Path(path).write_bytes(b"half of the wei")
        raise KeyboardInterrupt

    monkeypatch.setattr("core.modeling.model.save_file", killed)
    with pytest.raises(KeyboardInterrupt):
        new_model(seed=2).save(tmp_path)
    assert torch.equal(type_logits(DiffusionNER.load(tmp_path)), type_logits(model))


def test_a_folder_that_is_no_model_teaches_what_a_model_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing.*core train"):
        DiffusionNER.load(tmp_path)
    with pytest.raises(ModelError, match="is no model folder"):
        DiffusionNER.load(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["null", "5", "[{}]", '"model"', "{}"])
def test_a_configuration_of_another_shape_is_refused(
    new_model: NewModel, tmp_path: Path, content: str
) -> None:
    new_model().save(tmp_path)
    (tmp_path / CONFIG).write_text(content)
    with pytest.raises(ModelError, match=r"has the parts \[\], expected 'encoder' and 'model'"):
        DiffusionNER.load(tmp_path)


def test_a_pickled_checkpoint_is_refused(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    (tmp_path / WEIGHTS).rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"model\.safetensors is missing.*refused"):
        DiffusionNER.load(tmp_path)


def test_another_programs_checkpoint_is_named_as_such(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    (tmp_path / CONFIG).write_text(json.dumps({"model_type": "bert", "hidden_size": 32}))
    with pytest.raises(ModelError, match=r"\['hidden_size', 'model_type'\].*another program"):
        DiffusionNER.load(tmp_path)


def test_the_same_seed_gives_the_same_weights(new_model: NewModel) -> None:
    single, same, other = (new_model(seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(single[name], same[name]) for name in single)
    assert not torch.equal(
        single["denoiser.types.scores.weight"], other["denoiser.types.scores.weight"]
    )


def test_new_labels_keep_what_is_known_of_the_old(new_model: NewModel) -> None:
    model = new_model()
    before = type_logits(model)
    grown = model.with_labels(("DRUG", *LABELS))
    assert grown.config.labels == ("DRUG", *LABELS)
    assert grown.no_entity == 5
    after = type_logits(grown)
    assert torch.allclose(after[:, 1:], before, atol=1e-6)
    assert torch.allclose(after[:, 0], before[:, :-1].mean(1), atol=1e-6)
    assert torch.equal(type_logits(model), before)


def test_labels_may_be_reordered_and_dropped(new_model: NewModel) -> None:
    model = new_model()
    fewer = model.with_labels(("PER", "LOC"))
    assert torch.allclose(type_logits(fewer), type_logits(model)[:, [3, 0, 4]], atol=1e-6)


def test_a_model_with_grown_labels_is_saved_and_loaded(new_model: NewModel, tmp_path: Path) -> None:
    grown = new_model().with_labels((*LABELS, "DRUG"))
    grown.save(tmp_path)
    loaded = DiffusionNER.load(tmp_path)
    assert loaded.config.labels == (*LABELS, "DRUG")
    assert torch.equal(type_logits(loaded), type_logits(grown))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"schedule": "square"}, "schedule must be one of cosine, linear, got 'square'"),
        ({"labels": ("A", "A")}, "labels must be distinct"),
        ({"hidden_size": 36, "num_heads": 8}, "multiple of 2 x num_heads, got 36 for 8"),
        ({"timesteps": 0}, "timesteps must be >= 1 and scale > 0, got 0 and 1.0"),
        ({"scale": 0.0}, "scale > 0, got 1000 and 0.0"),
    ],
)
def test_an_impossible_architecture_teaches(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ModelConfig(**{"labels": ("A",), **options})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"expansion": "none"}, "expansion must be one of mixed, random, repetition"),
        ({"epochs": 0}, "must be at least 1, got 0"),
    ],
)
def test_an_impossible_training_teaches(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        TrainingConfig(**options)


def test_a_configuration_survives_json(new_model: NewModel) -> None:
    config = new_model(scale=2.0, lstm_layers=1).config
    assert ModelConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_a_label_that_is_called_otherwise_keeps_its_weights(new_model: NewModel) -> None:
    model, same = new_model(), new_model()
    first, second, *rest = model.config.labels
    calls = same.rename_labels({first: "OTHER", "UNKNOWN": "X", second: rest[0]})

    assert calls.config.labels == ("OTHER", second, *rest), "two labels never get one name"
    wanted = model.with_labels(model.config.labels).state_dict()
    result = calls.with_labels(calls.config.labels).state_dict()
    assert all(torch.equal(result[name], value) for name, value in wanted.items())
