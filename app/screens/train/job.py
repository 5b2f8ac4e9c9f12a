"""A retraining job: while it runs, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from app import context
from app.components.plots.style import axis, figure_layout
from app.context import AppContext
from app.screens.common.wording import count, literal, moment, share_text
from app.screens.train import promotion
from app.screens.train.versions import comparison
from app.services.retraining.training_data import RetrainingError
from core.evaluation.metrics import UNDEFINED

if TYPE_CHECKING:
    from app.services.retraining.job_log import TrainingProgress
    from app.services.retraining.jobs import Job

_STEPS: Mapping[str | None, str] = {
    None: "Queued",
    "snapshot": "Taking a snapshot of the documents",
    "train": "Training",
    "evaluate": "Evaluating the old and the new model",
    "register": "Saving the new model",
}


@st.fragment(run_every="1s")
def running(job_id: str) -> None:
    """The job while it waits or runs; the whole page is drawn anew when it ends."""
    jobs = context.jobs()
    job = jobs.get(job_id)
    if not job.active:
        st.rerun()
    with st.container(border=True):
        if not jobs.worker_running():
            st.warning(
                "No worker is running, so the job waits. `make app` starts one with the page; "
                "`python -m app worker` starts one on its own.",
                icon=":material/pause_circle:",
            )
        report = jobs.progress(job_id)
        st.progress(min(report.share, 1.0), text=_said(job, report))
        if st.button("Cancel", icon=":material/stop_circle:", key="cancel"):
            jobs.cancel(job_id)
            st.rerun()
        curves(report)


def _said(job: Job, report: TrainingProgress) -> str:
    parts = [_STEPS[job.step] if job.state == "running" else _STEPS[None]]
    if report.total_steps and job.step == "train":
        parts.append(f"step {report.step:,} of at most {report.total_steps:,}")
        parts.append(f"epoch {report.epoch}")
        if report.resumed_at is not None:
            parts.append(f"resumed at step {report.resumed_at:,}")
        if report.eta_seconds is not None:
            parts.append(f"at most {_minutes(report.eta_seconds)} left")
    return " · ".join(parts)


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{round(whole / 60)} min"


def curves(report: TrainingProgress) -> None:
    """The loss falling and the score on the development documents rising; and what is missing."""
    if report.losses or report.evaluations:
        _draw(report)
        st.caption(" · ".join(_figures(report)))
    for sentence in _missing(report):
        st.caption(sentence)


def _missing(report: TrainingProgress) -> Iterator[str]:
    """Why a curve is not there, or has gaps."""
    if not report.losses:
        yield (
            "No loss has been reported: the first comes at the tenth step or at the end of an "
            "evaluated epoch. Earlier versions reported none if an epoch had fewer than ten steps."
        )
    if not report.evaluations:
        yield (
            "No development score has been reported: the first comes at the end of an evaluated "
            "epoch."
        )
    elif undefined := sum(point.f1 is None for point in report.evaluations):
        yield (
            f"{count(undefined, 'development score')} undefined ({UNDEFINED}): the development "
            "documents have no entity, and the model suggested none. The curve needs at least "
            "one document with an entity."
        )


def _draw(report: TrainingProgress) -> None:
    loss = {
        "type": "scatter",
        "mode": "lines" if len(report.losses) > 1 else "markers",
        "name": "loss",
        "x": [point.step for point in report.losses],
        "y": [round(sum(point.losses.values()), 4) for point in report.losses],
        "line": {"width": 2, "shape": "spline", "smoothing": 0.4},
    }
    score = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "F1 on development documents",
        "x": [point.step for point in report.evaluations],
        "y": [point.f1 for point in report.evaluations],
        "yaxis": "y2",
        "line": {"dash": "dot", "width": 2},
    }
    percents = axis({i / 4: f"{i / 4:.0%}" for i in range(5)})
    layout = figure_layout() | {
        "height": 260,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x unified",
        "margin": {"l": 50, "r": 50, "t": 30, "b": 40},
        "xaxis": {"title": {"text": "step"}, "fixedrange": True, "showgrid": False},
        "yaxis": {"rangemode": "tozero", "fixedrange": True},
        "yaxis2": percents | {"overlaying": "y", "side": "right", "range": [0, 1.03]},
    }
    st.plotly_chart(
        {"data": [loss, score], "layout": layout},
        key="curves",
        config={"displayModeBar": False},
        alt="Training loss and development F1 by step",
    )


def _figures(report: TrainingProgress) -> Iterator[str]:
    """The numbers beside the curves, for whoever chooses the settings."""
    if report.encoder_lr is not None and report.decoder_lr is not None:
        yield f"learning rates {report.encoder_lr:.2g} (encoder), {report.decoder_lr:.2g} (decoder)"
    if (best := report.best) is not None:
        scores = (
            f"F1 {share_text(best.f1)}, P {share_text(best.precision)}, R {share_text(best.recall)}"
        )
        yield f"best epoch {best.epoch}: {scores}"
        if best.threshold is not None and best.flat_threshold is not None:
            yield f"its φ {best.threshold:.2f}, flat {best.flat_threshold:.2f}"
    if report.seconds is not None:
        yield f"trained for {_minutes(report.seconds)}"


def ended(app: AppContext, job: Job) -> None:
    """The last job, once it is over: what came of it, or why nothing did."""
    when = moment(job.created_at)
    if job.state in ("failed", "cancelled"):
        _unfinished(job, when)
        return
    if job.version_id is None:
        return
    version = app.models.get(job.version_id)
    with st.container(border=True):
        st.markdown(f"**Last retraining** · {when} · model version {version.id}")
        comparison(version)
        promotion.offer(app, version)
        with st.expander("Training curves", icon=":material/show_chart:"):
            curves(context.jobs().progress(job.id))


def _unfinished(job: Job, when: str) -> None:
    with st.container(border=True):
        if job.state == "failed":
            st.error(
                f"**The retraining of {when} failed** at “{_STEPS[job.step]}”: "
                f"{literal(job.reason or '')}",
                icon=":material/error:",
            )
        else:
            st.info(f"The retraining of {when} was cancelled.", icon=":material/stop_circle:")
        st.caption("The active model is unchanged.")
        if st.button("Try again", icon=":material/replay:", key="retry"):
            try:
                context.jobs().retry(job.id)
            except RetrainingError as error:
                st.error(literal(str(error)))
                return
            st.rerun()
