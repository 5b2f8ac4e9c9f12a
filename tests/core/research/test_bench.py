from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core.__main__ import main
from core.config import TrainingConfig
from core.diffusion.sampler import denoise
from core.research.bench import annotating, learning, report, subject, timing
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)
    monkeypatch.setattr(learning, "_STEPS_PER_REPORT", 1)


@pytest.fixture(scope="module")
def folder(new_model: NewModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bench") / "model"
    new_model(max_words=100).save(out)
    return out


def test_a_watched_part_inside_another_is_counted_once() -> None:
    class Two:
        def inner(self) -> int:
            return 1

        def outer(self) -> int:
            return self.inner() + 1

    pair = Two()
    watch = timing.Stopwatch(torch.device("cpu"))
    with watch.watching({"inner": (pair, "inner"), "outer": (pair, "outer")}):
        assert pair.outer() == 2
        assert watch.seconds["outer"] > 0 == watch.seconds["inner"]
        assert pair.inner() == 1
        assert watch.seconds["inner"] > 0
    assert not vars(pair), "the clocks are taken off again"


def test_the_first_round_of_a_job_is_not_counted() -> None:
    calls: list[str] = []
    jobs = {name: (lambda name=name: calls.append(name)) for name in "ab"}
    seconds = timing.interleaved(jobs, 2, torch.device("cpu"))
    assert calls == list("ababab")
    assert set(seconds) == {"a", "b"}


def test_the_parts_of_an_annotation_add_up(new_model: NewModel) -> None:
    rows = annotating.parts(new_model(), WORDS, SamplerSettings(2, 8), rounds=1)
    by_name = {row["what"]: row for row in rows}
    whole = by_name.pop("whole")["ms_a_sentence"]
    assert sum(row["ms_a_sentence"] for row in by_name.values()) == pytest.approx(whole)
    assert all(row["ms_a_sentence"] > 0 for row in by_name.values())


def test_measuring_parts_leaves_the_model_as_it_was(new_model: NewModel) -> None:
    from core.inference.candidates import propose

    model, settings = new_model(), SamplerSettings(2, 8)
    before = propose(model, WORDS, settings)
    assert any(before)
    annotating.parts(model, WORDS, settings, rounds=1)
    assert propose(model, WORDS, settings) == before


def test_both_training_steps_are_timed(new_model: NewModel) -> None:
    config = TrainingConfig(batch_size=2, num_spans=8)
    rows = learning.step_seconds(new_model(), SENTENCES, config, rounds=1)
    ours, tagger = rows
    assert ours["ms_a_step"] > 0
    assert tagger["of_tagger"] == 1
    assert ours["of_tagger"] == pytest.approx(ours["ms_a_step"] / tagger["ms_a_step"])


def test_made_up_entities_lie_in_every_tenth_word() -> None:
    (example,) = learning.with_made_up_entities([["word"] * 25], ["A", "B"])
    assert [(entity.start, entity.end) for entity in example.entities] == [
        (0, 2),
        (10, 12),
        (20, 22),
    ]


@pytest.mark.parametrize(("ratio", "passed"), [(0.41, True), (0.39, False)])
def test_a_speed_is_held_against_its_bar(ratio: float, passed: bool) -> None:
    rows = [{"what": "γ = 5, K = 60", "of_tagger": ratio}, {"what": "tagger", "of_tagger": 1.0}]
    assert [bar["passed"] for bar in report.bars(rows)] == [passed]


@pytest.mark.parametrize(("ratio", "passed"), [(2.4, True), (2.6, False)])
def test_a_training_step_may_not_cost_more_than_its_bar(ratio: float, passed: bool) -> None:
    (bar,) = report.bars([{"what": "training step", "of_tagger": ratio}])
    assert (bar["bar"], bar["passed"]) == ("≤ 2.5", passed)


def test_a_shape_has_the_layers_and_the_width_asked_for(folder: Path) -> None:
    model = subject.random_bert(folder, 3, 128)
    config = model.encoder.encoder_config
    assert (config.num_hidden_layers, config.hidden_size) == (3, 128)
    with pytest.raises(ValueError, match="multiple of 64, got 2,100"):
        subject.random_bert(folder, 2, 100)


def test_a_shape_proposes_few_spans_as_a_trained_model_does(folder: Path) -> None:
    steps = list(denoise(subject.random_bert(folder, 2, 512), WORDS, SamplerSettings()))
    distinct = [len({*map(tuple, row)}) for row in steps[-1].boundaries.tolist()]
    assert max(distinct) <= 12 < 60


def test_bench_tells_ratios_and_bars(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--sentences", "4", "--rounds", "1", "--steps", "1,5", "--num-spans", "60"]
    options = ["bench", "--model", str(folder), "--device", "cpu", *small]
    assert main(options) == 0
    captured = capsys.readouterr().out
    assert "peak memory" in captured
    assert "the authors' code" in captured
    assert all(what in captured for what in ("encoder", "sampling and decoding", "training step"))
    assert captured.count("pass") + captured.count("FAIL") == 3


def test_bench_speaks_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--sentences", "2", "--rounds", "1", "--steps", "1", "--num-spans", "10"]
    options = ["bench", "--model", str(folder), "--device", "cpu", "--shape", "1,64", *small]
    assert main([*options, "--json"]) == 0
    (figures,) = json.loads(capsys.readouterr().out)
    assert figures["subject"] == "random weights of 1 layers, 64 wide"
    assert [row["what"] for row in figures["annotation"]] == [
        "tagger",
        "encoder alone",
        "γ = 1, K = 10",
    ]
    assert figures["sentences"] == 2


def test_bench_compares_batched_texts_with_single_calls(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["bench", "--texts", "--model", str(folder), "--device", "cpu", "--sentences", "3"]
    assert main([*options, "--rounds", "1", "--json"]) == 0

    (figures,) = json.loads(capsys.readouterr().out)
    first, second, *_ = figures["texts"]
    assert (first["what"], second["what"]) == ("one call a text", "pipe")
    assert first["of_single_calls"] == 1
    assert all(row["texts_per_cpu_second"] > 0 for row in figures["texts"])


def test_without_samples_bench_asks_for_a_file(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(subject, "SAMPLES", tmp_path)

    assert main(["bench", "--model", str(folder), "--device", "cpu"]) == 2
    assert "name a file to annotate: --data FILE" in capsys.readouterr().err
