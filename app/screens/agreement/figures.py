"""The figures of agreement, and the disagreements to click on."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common import annotated_text
from app.screens.common.wording import clipped, count, literal
from app.services.operations import documents
from app.services.team import agreement
from app.services.team.agreement import Agreement, Annotated, Summary
from app.services.team.agreement_coefficients import MARGIN, RESAMPLES, Figure, documents_needed
from app.services.team.disagreements import KINDS, Disagreement, Kind, disagreements, narrowed

ROWS = 20
SEED = 0
KIND: dict[Kind, str] = {
    "missing": "∅ Only one marked it",
    "boundary": "↔ Other boundaries",
    "label": "⇄ Other label",
}
_UNITS = (
    "F1 compares entities, with one person’s taken as gold. Kappa and alpha compare words: a "
    "word’s value is the set of labels whose entities cover it (two for nested ones; no label "
    "counts as a value, too), and for a single label whether it is in that set. Brackets give "
    "the 95 % interval over {resamples:,} bootstrap resamples of the documents (seed {seed}). "
    "“–”: undefined, as nothing was found or only one value occurs."
)


def comparable_documents(app: AppContext, project_id: int) -> list[Annotated]:
    """What can be compared; looked up again once somebody submits
    or renames a label."""
    state = agreement.state(app.sessions, project_id)
    return _compared(app, app.store, project_id, state)


@st.cache_data(max_entries=8, show_spinner="Comparing …")
def _compared(_app: AppContext, store: str, project_id: int, state: object) -> list[Annotated]:
    return agreement.collect(_app.sessions, project_id)


@st.cache_data(max_entries=16, show_spinner="Counting …")
def _measured(annotated: list[Annotated]) -> Agreement:
    return agreement.measure(annotated, SEED)


def choose_people(annotated: Sequence[Annotated]) -> list[Annotated]:
    """The documents that two or more of the chosen people annotated."""
    everybody = sorted({person for document in annotated for person in document.responses})
    chosen = st.multiselect(
        "People",
        everybody,
        key="agreement_people",
        placeholder="Everyone",
        help="Select at least two.",
    )
    selected = [document.by(chosen) if chosen else document for document in annotated]
    return [document for document in selected if len(document.responses) >= 2]


def figures(annotated: list[Annotated]) -> None:
    found = _measured(annotated)
    if not annotated:
        st.info(
            "These people have no documents in common. Agreement needs a document that two of them "
            "have submitted; an interval needs two such documents.",
            icon=":material/group_off:",
        )
        return
    overall = found.overall
    with st.container(horizontal=True):
        for name, value, explanation in (
            ("F1, entities", overall.exact, "Boundaries and label; mean over all pairs."),
            (
                "F1, boundaries",
                overall.boundaries,
                "Boundaries only, any label; mean over all pairs.",
            ),
            ("Cohen’s κ", overall.cohen, "Per word; mean over all pairs."),
            ("Fleiss’ κ", overall.fleiss, "Per word, all people together."),
            ("Krippendorff’s α", overall.alpha, "Per word, all people together."),
        ):
            st.metric(name, _number(value), help=explanation, border=True)
    st.caption(
        f"{count(len(found.people), 'person', 'people')}, {count(overall.documents, 'document')}, "
        f"{count(found.words, 'word')}, {count(overall.entities, 'entity', 'entities')} in total. "
        f"{_interval(overall)}"
    )
    st.markdown("**Pairwise**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "People": f"{pair.first} – {pair.second}",
                    "Documents": pair.documents,
                    "Entities": pair.entities,
                    "F1": _told(pair.exact),
                    "F1, boundaries": _told(pair.boundaries),
                    "Cohen’s κ": _told(pair.cohen),
                }
                for pair in found.pairs
            ]
        ),
        hide_index=True,
        alt="Pairwise agreement, one row per pair",
    )
    st.markdown("**By label**")
    st.dataframe(
        pd.DataFrame([_row(label) for label in found.labels]),
        hide_index=True,
        alt="Agreement by label, one row per label",
    )
    st.caption(_UNITS.format(resamples=RESAMPLES, seed=SEED))


def _row(summary: Summary) -> dict[str, object]:
    return {
        "Label": summary.label,
        "Documents": summary.documents,
        "Entities": summary.entities,
        "F1": _told(summary.exact),
        "F1, boundaries": _told(summary.boundaries),
        "Cohen’s κ": _told(summary.cohen),
        "Fleiss’ κ": _told(summary.fleiss),
        "Krippendorff’s α": _told(summary.alpha),
    }


def _interval(overall: Summary) -> str:
    if overall.exact.low is None:
        if overall.exact.value is None:
            return "F1 needs an entity that at least one of them marked."
        return "A single document with entities gives no interval: two are needed."
    intervals = f"F1 {_told(overall.exact)}, κ {_told(overall.fleiss)}, α {_told(overall.alpha)}."
    needed = documents_needed(overall.exact, overall.documents)
    if needed is None or needed <= overall.documents:
        return intervals
    return f"{intervals} Knowing F1 to ±{MARGIN} needs about {needed:,} documents."


def _number(figure: Figure) -> str:
    return "–" if figure.value is None else f"{figure.value:z.3f}"


def _told(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return _number(figure)
    return f"{figure.value:z.3f} [{figure.low:z.2f}, {figure.high:z.2f}]"


def list_disagreements(
    app: AppContext, project_id: int, annotated: Sequence[Annotated]
) -> int | None:
    """Each two people's differences; returns the document that the person wants to open."""
    every = disagreements(annotated)
    if not every:
        st.success("No differences: they agree on everything.", icon=":material/done_all:")
        return None
    shown = _filtered(every)
    st.caption(f"{count(len(shown), 'difference')} of {len(every):,}.")
    last = max(1, -(-len(shown) // ROWS))
    number = min(int(st.session_state.get("agreement_page", 1)), last)
    wanted = None
    page = shown[(number - 1) * ROWS : number * ROWS]
    texts = documents.texts(
        app.sessions, project_id, {disagreement.document_id for disagreement in page}
    )
    for row, disagreement in enumerate(page):
        if _difference(disagreement, texts[disagreement.document_id], f"{number} {row}"):
            wanted = disagreement.document_id
    if last > 1:
        st.pagination(last, key="agreement_page")
    return wanted


def _filtered(every: Sequence[Disagreement]) -> list[Disagreement]:
    names = sorted({label for disagreement in every for label in disagreement.labels})
    with st.container(horizontal=True, gap="large"):
        kinds = st.pills(
            "Kind",
            [kind for kind in KINDS if any(disagreement.kind == kind for disagreement in every)],
            format_func=lambda kind: f"{KIND[kind]} {sum(e.kind == kind for e in every):,}",
            selection_mode="multi",
            key="agreement_kinds",
        )
        labels = st.pills(
            "Label", names, format_func=literal, selection_mode="multi", key="agreement_labels"
        )
    return narrowed(every, kinds, labels)


def _difference(disagreement: Disagreement, text: str, key: str) -> bool:
    known = [span_key for span_key in disagreement.keys if span_key]
    shown = annotated_text.window(text, min(p[0] for p in known), max(p[1] for p in known))
    with st.container(border=True):
        words, action = st.columns([6, 1.2], vertical_alignment="center")
        with words:
            st.caption(f"{KIND[disagreement.kind]} · {literal(clipped(disagreement.name, 60))}")
            columns = st.columns(2)
            for column, person, span_key, tint in zip(
                columns, disagreement.people, disagreement.keys, annotated_text.TINTS, strict=False
            ):
                column.markdown(f"**{literal(person)}**{'' if span_key else ' · ∅ nothing'}")
                column.html(
                    annotated_text.html(text, shown, [span_key] if span_key else [], tint=tint)
                )
        return action.button(
            "Open", icon=":material/compare:", key=f"open difference {key}", width="stretch"
        )
