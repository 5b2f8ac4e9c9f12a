"""The figures about the work: how far it is, what was marked, what it costs."""

from __future__ import annotations

import streamlit as st

from app.components.plots.counts import Part, daily, stacked
from app.screens.common.figure import lacking, shown
from app.screens.common.wording import STATUS
from app.services.operations.figures import Effort, Figures
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
        shown(
            "documents_by_status",
            "Where the documents stand",
            "Each bar counts the documents of one status, of all that the project has.",
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
        lacking(title, "Submit a document on the Annotate page, and its day appears here.")
        return
    shown(
        "documents_by_day",
        title,
        "Below, what each day (UTC) brought; above, all until then. A document counts on the day "
        "on which it was last submitted.",
        daily(
            [day.day.isoformat() for day in figures.days],
            [day.documents for day in figures.days],
            [day.until_then for day in figures.days],
        ),
        [
            {"day": day.day.isoformat(), "submitted": day.documents, "until_then": day.until_then}
            for day in figures.days
        ],
    )


def labels(figures: Figures) -> None:
    """What was marked, and who found it first."""
    title = "Accepted entities by label"
    if not any(label.suggested + label.drawn for label in figures.labels):
        lacking(title, "No submitted document has an accepted entity yet.")
        return
    parts = [
        Part(name, values, [f"{value:,}" if value else "" for value in values])
        for name, values in (
            (SUGGESTED, [label.suggested for label in figures.labels]),
            (DRAWN, [label.drawn for label in figures.labels]),
        )
    ]
    shown(
        "entities_by_label",
        title,
        "How many entities of each label the submitted documents hold; a label with few is one "
        "that a model cannot learn well yet.",
        stacked([label.label for label in figures.labels], parts),
        [
            {"label": label.label, "suggested": label.suggested, "drawn": label.drawn}
            for label in figures.labels
        ],
    )


def acceptance(figures: Figures) -> None:
    """What became of the suggestions, by model version."""
    title = "What became of the suggestions"
    if not figures.acceptance:
        lacking(title, "Submit a document that a model made suggestions for.")
        return
    fates = ("as_it_was", "moved", "relabelled", "rejected")
    names = ("accepted as it was", "moved", "relabelled", "rejected")
    parts = []
    for fate, name in zip(fates, names, strict=True):
        counts = [getattr(acceptance, fate) for acceptance in figures.acceptance]
        shares = [
            n / acceptance.total for n, acceptance in zip(counts, figures.acceptance, strict=True)
        ]
        texts = [f"{share:.0%}" if share >= 0.05 else "" for share in shares]
        parts.append(Part(name, shares, texts))
    shown(
        "suggestions_by_version",
        title,
        "Of each model version’s suggestions in the submitted documents, the share that people "
        "took as it was, moved, relabelled or rejected. One that was rejected and drawn anew "
        "counts as rejected.",
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
                **{f: getattr(acceptance, f) for f in fates},
            }
            for acceptance in figures.acceptance
        ],
    )


def effort(figures: Figures) -> None:
    """Time and gestures, with suggestions and without."""
    if not figures.efforts:
        lacking(
            "Time and gestures",
            "Open a document on the Annotate page and submit it; then this tells how long it took.",
        )
        return
    rows = [
        {
            "suggestions": row.aided,
            "documents": row.documents,
            "entities": row.entities,
            "seconds_a_document": round(row.seconds, 1),
            "gestures": row.gestures,
            "gestures_an_entity": row.gestures_an_entity,
        }
        for row in figures.efforts
    ]
    names = [_kind(row) for row in figures.efforts]
    sure = _how_sure(figures)
    time, gestures = st.columns(2)
    with time:
        seconds = [row.seconds for row in figures.efforts]
        shown(
            "seconds_a_document",
            "Seconds a document",
            "The mean time from opening to submitting; a pause of more than two minutes counts "
            f"as two; in brackets, how many documents. {sure}",
            stacked(names, [Part("seconds", seconds, [f"{value:.0f} s" for value in seconds])]),
            rows,
        )
    with gestures:
        values = [row.gestures_an_entity or 0.0 for row in figures.efforts]
        texts = [
            "no entity" if row.gestures_an_entity is None else f"{row.gestures_an_entity:.2f}"
            for row in figures.efforts
        ]
        shown(
            "gestures_an_entity",
            "Gestures an entity",
            "Everything that people did to the documents, submitting included, over the entities "
            f"accepted in the end; in brackets, how many documents. {sure}",
            stacked(names, [Part("gestures", values, texts)]),
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
        return f"Below {FEW_DOCUMENTS} documents of a kind, a difference may be chance."
    return "Held-out documents, drawn by chance, are those without."
