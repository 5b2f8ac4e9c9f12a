from __future__ import annotations

from pathlib import Path

import pytest

from core.data.examples import read_examples
from core.research.presets.paper import PRESETS

NAMES = {
    "ace04": ("ace2004_train_context.json", "ace2004_dev_context.json", "ace2004_test.json"),
    "ace05": ("train.json", "dev.json", "test.json"),
    "genia": ("train.jsonl", "valid.jsonl", "test.jsonl"),
    "conll03": ("eng.train", "eng.testa", "eng.testb"),
    "ontonotes": (
        "conll-2012/v4/data/train/data/english/annotations/bc/a.v4_gold_conll",
        "conll-2012/v4/data/development/data/english/annotations/bc/b.v4_gold_conll",
        "conll-2012/v4/data/test/data/english/annotations/bc/c.v4_gold_conll",
    ),
    "msra": ("msra_train_bio", "msra_dev_bio", "msra_test_bio"),
}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


@pytest.mark.parametrize("name", PRESETS)
def test_a_corpus_is_found_by_the_names_that_people_have(name: str, tmp_path: Path) -> None:
    touch(tmp_path, *NAMES[name], "ace2004_types.json", "README", "train.log.gz")
    train, dev, test = (tmp_path / item for item in NAMES[name])
    if name == "msra":
        (tmp_path / "train.log.gz").unlink()
    files = PRESETS[name].files(tmp_path)
    learns_dev = name in ("genia", "conll03")
    assert files == (((train, dev) if learns_dev else (train,)), (dev,), (test,))


def test_a_file_of_both_train_and_dev_is_learnt_once(tmp_path: Path) -> None:
    touch(tmp_path, "genia_train_dev_context.json", "genia_test_context.json")
    files = PRESETS["genia"].files(tmp_path)
    assert files.train == files.dev == (tmp_path / "genia_train_dev_context.json",)


def test_the_new_testament_is_no_part_of_ontonotes(tmp_path: Path) -> None:
    touch(tmp_path, *NAMES["ontonotes"])
    pivot = NAMES["ontonotes"][0].replace("bc/a", "pt/nt/40/a")
    touch(tmp_path, pivot)
    assert tmp_path / pivot not in PRESETS["ontonotes"].files(tmp_path).train


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("train.json", "test.json"), "dev.json.* got nothing of that name"),
        (("a_train.json", "b_train.json"), "got a_train.json, b_train.json"),
    ],
)
def test_a_part_that_is_missing_or_met_twice_is_told(
    tmp_path: Path, names: tuple[str, ...], problem: str
) -> None:
    touch(tmp_path, *names)
    with pytest.raises(ValueError, match=rf"ace05: expected exactly one of .*{problem}"):
        PRESETS["ace05"].files(tmp_path)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_is_a_whole_set_of_settings(preset) -> None:  # type: ignore[no-untyped-def]
    model, training, sampler = preset.model(), preset.training(seed=3), preset.sampler(seed=3)
    assert model.labels == tuple(sorted(preset.labels))
    assert preset.model(("A",)).labels == ("A",)
    assert (model.num_heads, model.timesteps) == (8, 1000)
    assert model.phi(flat=False) == model.phi(flat=True) == preset.threshold
    assert training.encoder_lr == training.decoder_lr == preset.learning_rate
    assert (training.weight_decay, training.warmup, training.seed) == (0.1, 0.1, 3)
    assert (sampler.steps, sampler.num_spans, sampler.seed) == (5, 60, 3)
    assert training.num_spans == 60
    assert sampler.flat is not preset.nested


def test_the_settings_are_those_of_table_8() -> None:
    rows = {
        name: (p.learning_rate, p.batch_size, p.epochs, p.hidden_size, p.threshold, p.scale)
        for name, p in PRESETS.items()
    }
    assert rows == {
        "ace04": (2e-5, 8, 100, 1024, 2.55 / 3, 1.0),
        "ace05": (3e-5, 8, 50, 1024, 2.65 / 3, 1.0),
        "genia": (2e-5, 8, 50, 1024, 2.50 / 3, 2.0),
        "conll03": (2e-5, 8, 100, 1024, 2.50 / 3, 1.0),
        "ontonotes": (2e-5, 8, 50, 1024, 2.55 / 3, 2.0),
        "msra": (5e-6, 16, 100, 768, 2.60 / 3, 1.0),
    }


def test_every_example_in_the_guide_to_the_corpora_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[4] / "docs/corpora.md").read_text("utf-8")
    blocks = [part.split("```", 1)[0] for part in text.split("```text\n")[1:]]
    assert len(blocks) == 5
    for number, block in enumerate(blocks):
        path = tmp_path / str(number)
        path.write_text(block)
        examples = read_examples(path)
        assert sum(len(example.entities) for example in examples) > 0
