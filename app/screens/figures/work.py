"""The figures about annotation: progress, entities by label, time and actions."""

from __future__ import annotations

import streamlit as st

from app.components.plots.counts import Part, daily, stacked
from app.screens.common.figure import nothing_to_show, show_figure
from app.screens.common.wording import STATUS
from app.services.operations.figures import Effort, Figures
from core.evaluation.metrics import UNDEFINED
from storage.enums import DOCUMENT_STATUSES

FEW_DOCUMENTS = 20
"""Below this many documents a mean says little."""
SUGGESTED, DRAWN = "suggested by a model", "drawn by a person"


def progress(figures: Figures) -> None:
    """By status, and over time."""
    states, time = st.columns(2)
    names = [STATUS[status] for status in DOCUMENT_STATUSES]
    values = [figures.statuses[status] for status in DOCUMENT_STATUSES]
    with states:
        show_figure(
            "documents_by_status",
            "Documents by status",
            "Number of documents per status, over the whole project.",
            stacked(names, [Part("documents", values, [f"{value:,}" for value in values])]),
            [
                {"status": status, "documents": value}
                for status, value in zip(DOCUMENT_STATUSES, values, strict=True)
            ],
        )
    with time:
        _over_time(figures)


def _over_time(figures: Figures) -> None:
    title = "Documents submitted"
    if not figures.days:
        nothing_to_show(title, "Submit a document on the Annotate page, and its day appears here.")
        return
    show_figure(
        "documents_by_day",
        title,
        "Bottom: per day (UTC). Top: cumulative. A document counts on the day it was last "
        "submitted.",
        daily(
            [day.day.isoformat() for day in figures.days],
            [day.documents for day in figures.days],
            [day.until_then for day in figures.days],
        ),
        [
            {
                "day": day.day.isoformat(),
                "on_this_day": day.documents,
                "in_total": day.until_then,
            }
            for day in figures.days
        ],
    )


def labels(figures: Figures) -> None:
    """What was marked, and who found it first."""
    title = "Accepted entities by label"
    if not any(label.suggested + label.drawn for label in figures.labels):
        nothing_to_show(title, "No submitted document has an accepted entity yet.")
        return
    parts = [
        Part(name, values, [f"{value:,}" if value else "" for value in values])
        for name, values in (
            (SUGGESTED, [label.suggested for label in figures.labels]),
            (DRAWN, [label.drawn for label in figures.labels]),
        )
    ]
    show_figure(
        "entities_by_label",
        title,
        "Number of entities per label in the submitted documents. A model cannot learn a label "
        "well from few examples.",
        stacked([label.label for label in figures.labels], parts),
        [
            {
                "label": label.label,
                "suggested_by_a_model": label.suggested,
                "drawn_by_a_person": label.drawn,
            }
            for label in figures.labels
        ],
    )


def acceptance(figures: Figures) -> None:
    """Outcome of the suggestions, by model version."""
    title = "Outcome of the suggestions"
    if not figures.acceptance:
        nothing_to_show(title, "Submit a document that has suggestions by a model.")
        return
    fates = {
        "as_it_was": "accepted unchanged",
        "moved": "moved",
        "relabelled": "relabelled",
        "rejected": "rejected",
    }
    parts = []
    for fate, name in fates.items():
        counts = [getattr(acceptance, fate) for acceptance in figures.acceptance]
        shares = [
            n / acceptance.total for n, acceptance in zip(counts, figures.acceptance, strict=True)
        ]
        texts = [f"{share:.0%}" if share >= 0.05 else "" for share in shares]
        parts.append(Part(name, shares, texts))
    show_figure(
        "suggestions_by_version",
        title,
        "Per model version: the share of its suggestions in submitted documents that people "
        "accepted unchanged, moved, relabelled or rejected. Rejected and redrawn counts as "
        "rejected.",
        stacked(
            [
                f"version {acceptance.model_version_id} ({acceptance.total:,})"
                for acceptance in figures.acceptance
            ],
            parts,
            share=True,
        ),
        [
            {
                "model_version": acceptance.model_version_id,
                **{
                    name.replace(" ", "_"): getattr(acceptance, fate)
                    for fate, name in fates.items()
                },
            }
            for acceptance in figures.acceptance
        ],
    )


def effort(figures: Figures) -> None:
    """Time and actions, with suggestions and without."""
    if not figures.efforts:
        nothing_to_show(
            "Time and actions",
            "Open and submit a document on the Annotate page to see how long it took.",
        )
        return
    rows = [
        {
            "suggestions": row.aided,
            "documents": row.documents,
            "entities": row.entities,
            "seconds_per_document": round(row.seconds, 1),
            "actions": row.gestures,
            "actions_per_entity": row.gestures_an_entity,
        }
        for row in figures.efforts
    ]
    names = [_kind(row) for row in figures.efforts]
    sure = _how_sure(figures)
    time, gestures = st.columns(2)
    with time:
        seconds = [row.seconds for row in figures.efforts]
        show_figure(
            "seconds_per_document",
            "Seconds per document",
            "Mean time from opening to submitting; longer pauses count as two minutes. In "
            f"brackets: number of documents. {sure}",
            stacked(names, [Part("seconds", seconds, [f"{value:.0f} s" for value in seconds])]),
            rows,
        )
    with gestures:
        values = [row.gestures_an_entity or 0.0 for row in figures.efforts]
        texts = [
            f"{UNDEFINED} (no entities)"
            if row.gestures_an_entity is None
            else f"{row.gestures_an_entity:.2f}"
            for row in figures.efforts
        ]
        show_figure(
            "actions_per_entity",
            "Actions per entity",
            "All actions on the documents, submitting included, divided by the entities accepted "
            f"in the end. In brackets: number of documents. {sure}",
            stacked(names, [Part("actions", values, texts)]),
            rows,
        )


def _kind(effort: Effort) -> str:
    return f"{'with suggestions' if effort.aided else 'without'} ({effort.documents:,})"


def _how_sure(figures: Figures) -> str:
    if {row.aided for row in figures.efforts} != {True, False}:
        return (
            "Held-out documents are annotated without suggestions: submit some of both kinds to "
            "compare."
        )
    if min(row.documents for row in figures.efforts) < FEW_DOCUMENTS:
        return f"With fewer than {FEW_DOCUMENTS} documents of a kind, a difference may be chance."
    return "“Without” are the held-out documents, which are chosen at random."
