"""A job's progress, read from its training's metrics.csv or from the log of an earlier version."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from pathlib import Path

from app.services.retraining.job_log import DevPoint, LossPoint, TrainingProgress, read_progress
from core.evaluation.metrics import Count, Scores
from core.training.metrics_file import METRICS, MetricsWriter
from core.training.records import Evaluated, Progress, Resumed

RATES = {"encoder_lr": 5e-5, "decoder_lr": 2.5e-4}
PHI = {"threshold": 0.55, "flat_threshold": 0.4}


def scores(correct: int) -> Scores:
    none = Count()
    return Scores(1, Count(gold=4, predicted=8, correct=correct), {}, none, none, none, none, none)


def report(step: int) -> Progress:
    return Progress(step, 40, 1 + step // 20, {"boundary": 2.0, "type": 0.5}, RATES, step / 2, 9.0)


def test_the_progress_is_what_metrics_csv_says(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, 0)
    writer.append(report(10))
    writer.append(Evaluated(20, 40, 1, scores(3), PHI, 11.0, True))
    writer.append(Resumed(20, 40, 2))
    writer.append(report(30))
    writer.append(Evaluated(30, 40, 2, scores(2), PHI, 16.0, False))

    progress = read_progress(tmp_path, tmp_path / "job")

    losses = {"boundary": 2.0, "type": 0.5}
    first = DevPoint(20, 1, 0.375, 0.75, 0.5, True, 0.55, 0.4)
    assert progress.best == first
    assert progress == TrainingProgress(
        step=30,
        total_steps=40,
        epoch=2,
        eta_seconds=9.0,
        seconds=16.0,
        encoder_lr=5e-5,
        decoder_lr=2.5e-4,
        resumed_at=20,
        losses=(LossPoint(10, losses), LossPoint(30, losses)),
        evaluations=(first, DevPoint(30, 2, 0.25, 0.5, 0.333333, False, 0.55, 0.4)),
    )


def test_an_undefined_score_is_an_empty_cell_and_none(tmp_path: Path) -> None:
    none = Count()
    nothing = Scores(1, Count(gold=4), {}, none, none, none, none, none)
    writer = MetricsWriter(tmp_path, 0)
    writer.append(report(10))
    writer.append(Evaluated(20, 40, 1, nothing, PHI, 11.0, True))
    writer.append(Evaluated(40, 40, 2, replace(nothing, overall=none), PHI, 22.0, False))

    assert [
        point[2:5] for point in map(astuple, read_progress(tmp_path, tmp_path).evaluations)
    ] == [
        (None, 0.0, 0.0),
        (None, None, None),
    ]
    assert "nan" not in (tmp_path / METRICS).read_text().lower()


def test_before_the_first_record_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert read_progress(tmp_path, tmp_path) == TrainingProgress()
    MetricsWriter(tmp_path, 0)
    assert read_progress(tmp_path, tmp_path) == TrainingProgress()
    assert TrainingProgress().best is None


def before(step: int, **more: object) -> str:
    return json.dumps({"step": step, "total_steps": 40, "epoch": 1, **more}) + "\n"


def test_a_job_of_an_earlier_version_shows_its_curves_with_the_later_report_of_each_step(
    tmp_path: Path,
) -> None:
    shares = {"precision": 0.5, "recall": 0.5, "f1": 0.5, "best": True}
    lines = [
        before(10, losses={"type": 1.0}, eta_seconds=12.0),
        before(10, **shares),
        before(20, losses={"type": 0.8}, eta_seconds=9.0),
        '{"step": 30, "tot\n',
        '{"resumed_at": 10}\n',
        before(20, losses={"type": 0.7}, eta_seconds=9.0),
    ]
    (tmp_path / "progress.jsonl").write_text("".join(lines))

    progress = read_progress(tmp_path / "models", tmp_path)

    assert progress.losses == (LossPoint(10, {"type": 1.0}), LossPoint(20, {"type": 0.7}))
    assert progress.evaluations == (DevPoint(10, 1, 0.5, 0.5, 0.5, True),)
    assert (progress.share, progress.eta_seconds, progress.seconds) == (0.5, 9.0, None)


def test_a_job_that_another_version_goes_on_with_shows_what_this_one_writes(tmp_path: Path) -> None:
    (tmp_path / "progress.jsonl").write_text(before(30, losses={"type": 0.8}, eta_seconds=9.0))
    MetricsWriter(tmp_path / "model", 20).append(Resumed(20, 40, 2))

    progress = read_progress(tmp_path / "model", tmp_path)

    assert (tmp_path / "model" / METRICS).is_file()
    assert (progress.step, progress.resumed_at) == (20, 20)
