from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config import FINE_TUNING, TrainingConfig
from core.research.experiments.runs import performing, store
from core.research.experiments.runs.material import labels_of, training_examples
from core.research.experiments.runs.plan import Corpus, Run, Size
from core.research.experiments.runs.runner import chosen, perform_all
from core.research.experiments.runs.settings import parse_overrides
from core.research.experiments.runs.store import (
    claimed,
    fingerprint,
    folder_of,
    read_row,
    write_row,
)
from core.training.fine_tuning import fine_tuning_config
from core.training.records import Evaluated
from core.types import Example, Span
from tests.core.research.experiments.conftest import Bench, write_corpus

TINY = {"hidden_size": 32, "num_heads": 2, "epochs": 2, "batch_size": 2, "num_spans": 8}


@pytest.fixture
def run(bench: Bench) -> Run:
    return Run(
        name="gum_named ours",
        cells=(("model", "ours"),),
        corpora=(Corpus.at(bench.data / "gum_named"),),
        encoder=str(bench.encoder),
        overrides=TINY,
        min_steps=0,
    )


class Killed(Exception):
    pass


def trained_epochs(monkeypatch: pytest.MonkeyPatch, die_after: int | None = None) -> list[int]:
    """The epochs that are really trained; the process dies after `die_after` of them."""
    visible: list[int] = []
    real = performing.train

    def watched(*arguments: Any) -> Any:
        for record in real(*arguments):
            yield record
            if isinstance(record, Evaluated):
                visible.append(record.epoch)
                if die_after == len(visible):
                    raise Killed

    monkeypatch.setattr(performing, "train", watched)
    return visible


def test_a_killed_run_goes_on_and_ends_as_an_uninterrupted_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        trained_epochs(patch, die_after=1)
        with pytest.raises(Killed):
            list(perform_all([run], tmp_path / "killed"))
    assert read_row(tmp_path / "killed", run) is None
    visible = trained_epochs(monkeypatch)
    list(perform_all([run], tmp_path / "killed"))
    assert visible == [2]
    list(perform_all([run], tmp_path / "whole"))
    assert visible == [2, 1, 2]
    rows = [read_row(tmp_path / name, run) for name in ("killed", "whole")]
    assert rows[0] is not None
    assert rows[1] is not None
    for name in ("points", "best_dev_f1", "steps"):
        assert rows[0][name] == rows[1][name]
    assert [row["f1"] for row in rows[0]["measures"]] == [row["f1"] for row in rows[1]["measures"]]


@pytest.mark.parametrize("moment", [(performing, "measured"), (store, "write_atomically")])
def test_a_run_killed_after_its_training_is_not_trained_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: tuple[Any, str]
) -> None:
    def dies(*_: object) -> None:
        raise Killed

    visible = trained_epochs(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(*moment, dies)
        with pytest.raises(Killed):
            list(perform_all([run], tmp_path))
    list(perform_all([run], tmp_path))
    assert visible == [1, 2]
    assert read_row(tmp_path, run) is not None


def test_a_finished_run_is_not_run_again_but_one_with_other_settings_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible = trained_epochs(monkeypatch)
    short = replace(run, overrides={**TINY, "epochs": 1})
    list(perform_all([short], tmp_path))
    assert list(perform_all([short], tmp_path)) == ["[1/1] gum_named ours: done before"]
    renamed = replace(short, name="another name", cells=())
    assert read_row(tmp_path, renamed) is not None
    assert visible == [1]
    list(perform_all([replace(short, seed=1)], tmp_path))
    assert visible == [1, 1]


def test_the_fingerprint_follows_settings_and_contents_not_paths(
    run: Run, bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    for file in run.corpora[0].files:
        (tmp_path / "elsewhere" / file.name).write_bytes(file.read_bytes())
    moved = replace(run, corpora=(Corpus.at(tmp_path / "elsewhere"),))
    assert fingerprint(moved) == fingerprint(run)
    others = [
        replace(run, corpora=(Corpus.at(bench.data / "wikigold"),)),
        replace(run, overrides={**TINY, "num_spans": 9}),
        replace(run, size=Size(train=2)),
        replace(run, kind="tagger"),
        replace(run, encoder=None, start=bench.model, overrides={}),
    ]
    assert len({fingerprint(item) for item in (run, *others)}) == len(others) + 1
    tagger = replace(run, kind="tagger")
    assert fingerprint(replace(tagger, overrides={**TINY, "num_spans": 9})) == fingerprint(tagger)


def test_a_run_without_its_data_is_passed_over_and_says_what_is_missing(
    run: Run, tmp_path: Path
) -> None:
    lost = replace(run, corpora=(Corpus.at(tmp_path / "ace04"),))
    (message,) = perform_all([lost], tmp_path)
    assert "skipped" in message
    assert str(tmp_path / "ace04" / "train.jsonl") in message


def test_a_run_that_another_process_works_on_is_passed_over(run: Run, tmp_path: Path) -> None:
    with claimed(folder_of(tmp_path, run)) as free:
        assert free
        assert list(perform_all([run], tmp_path)) == [
            "[1/1] gum_named ours: skipped, another process works on it"
        ]
    with claimed(folder_of(tmp_path, run)) as free:
        assert free


def test_a_row_that_was_half_written_is_no_row(run: Run, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, run)
    folder.mkdir(parents=True)
    (folder / "row.json.new").write_text('{"measures": [')
    assert read_row(tmp_path, run) is None
    write_row(folder, {"measures": []})
    assert read_row(tmp_path, run) == {"measures": []}


def test_runs_are_chosen_by_a_part_of_their_name(run: Run) -> None:
    runs = [replace(run, name=name) for name in ("wikigold ours", "wikigold tagger", "btc ours")]
    assert [item.name for item in chosen(runs, "wikigold")] == ["wikigold ours", "wikigold tagger"]
    assert [item.name for item in chosen(runs, "*ours")] == ["wikigold ours", "btc ours"]
    with pytest.raises(ValueError, match="wikigold tagger"):
        chosen(runs, "biaffine")


def test_settings_are_read_as_the_type_of_their_default() -> None:
    read = parse_overrides(["epochs=10", "scale=2", "self_attention=false", "schedule=linear"])
    assert read == {"epochs": 10, "scale": 2.0, "self_attention": False, "schedule": "linear"}
    for wrong in ("epoch=10", "epochs", "epochs=1.5", "scale=x", "self_attention=0"):
        with pytest.raises(ValueError, match=wrong.partition("=")[0]):
            parse_overrides([wrong])


def test_a_size_within_another_is_the_smaller_of_both() -> None:
    assert Size(train=10).within(Size(20, 30)) == Size(10, 30)
    assert Size().within(Size()) == Size()
    assert str(Size(train=10, dev=5)) == "10 train / 5 dev sentences"


def test_a_trained_model_keeps_its_architecture(run: Run, bench: Bench) -> None:
    with pytest.raises(ValueError, match="hidden_size"):
        replace(run, start=bench.model)


def test_what_goes_on_from_a_model_learns_as_gently_as_the_page_does(
    run: Run, bench: Bench
) -> None:
    warm = replace(run, start=bench.model, overrides={}, seed=3)
    assert warm.training == replace(FINE_TUNING, seed=3)
    assert run.training.encoder_lr == TrainingConfig().encoder_lr
    config = performing._config(warm, examples=10)
    assert config == fine_tuning_config(10, replace(FINE_TUNING, seed=3))
    short = replace(warm, overrides={"epochs": 2})
    assert performing._config(short, examples=10).epochs == 2


def test_a_small_corpus_gets_epochs_for_its_steps_but_few_scores(run: Run) -> None:
    small = replace(run, overrides={"batch_size": 10}, min_steps=1000)
    config = performing._config(small, examples=100)
    assert (config.epochs, config.patience, config.evaluate_every) == (100, 100, 5)
    assert performing._config(small, examples=100_000) == small.training


@pytest.mark.parametrize(("share", "old"), [(0.0, 0), (0.5, 2), (1.0, 4)])
def test_old_sentences_are_replayed_beside_the_new_ones_that_alone_choose(
    bench: Bench, tmp_path: Path, share: float, old: int
) -> None:
    new, known = tmp_path / "new", tmp_path / "known"
    write_corpus(new, tuple(named("new", "Disease") for _ in range(6)))
    write_corpus(known, tuple(named("known", "PER") for _ in range(6)))
    run = Run(
        name="forgetting",
        cells=(),
        corpora=(Corpus.at(new), Corpus.at(known)),
        start=bench.model,
        size=Size(train=4, dev=3),
        replay=share,
    )
    learnt, dev = training_examples(run)
    message = [(item.words[0], item.labels) for item in learnt]
    assert message == [("new", None)] * 4 + [("known", frozenset({"PER"}))] * old
    assert [item.words[0] for item in dev] == ["new"] * 3
    assert labels_of(run) == ("Disease", "PER")


def named(word: str, label: str) -> Example:
    return Example((word, "it", "is"), (Span(0, 1, label),))
