"""The list of documents: pages of rows, a name to open one, several to choose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common import delete_dialog, location
from app.screens.common.tables import key_of
from app.screens.common.wording import MOMENT, SPLIT, STATUS, clipped, count
from app.screens.documents import chosen
from app.screens.documents.filters import choose_filter
from app.services.operations import documents
from app.services.operations.chosen_documents import tags_of
from app.services.suggestions.queue import resumed
from storage.enums import DocumentStatus
from storage.records import DocumentFilter, DocumentRow

ROWS = 25
ROW_HEIGHT = 38
DELETE = ":material/delete:"
COLUMNS = (
    *("Status", "To review", "Accepted", "Rejected", "Split", "Characters"),
    *("Changed", "Doubt", "Tags", "Metadata", "Text"),
)
SHOWN = ("Status", "To review", "Accepted", "Rejected", "Split", "Characters", "Text")
"""The columns that are there before anybody chooses."""
_COLUMNS_KEY = "shown_columns"


def progress(counts: Mapping[DocumentStatus, int]) -> None:
    """How far the project is, in a bar and in numbers."""
    total = sum(counts.values())
    if not total:
        return
    stages = [
        f"{STATUS[status]} {counts[status]:,}"
        for status in ("in_progress", "new", "skipped")
        if counts[status]
    ]
    done = f"✓ {counts['submitted']:,} of {count(total, 'document')} submitted"
    st.progress(counts["submitted"] / total, text=" · ".join([done, *stages]))


def continue_button(app: AppContext, project_id: int) -> None:
    """To what the person has begun, else to the next document of the queue."""
    following = resumed(app.sessions, project_id, app.person)
    if following is None:
        st.success("Every document is submitted or skipped. Add more, or continue with **Train**.")
    elif st.button(
        "Continue annotating", type="primary", icon=":material/arrow_forward:", key="continue"
    ):
        location.go(location.ANNOTATE, following)


def documents_table(app: AppContext, project_id: int, counts: Mapping[DocumentStatus, int]) -> None:
    """The documents that match the filters, a page of them at a time."""
    wanted = choose_filter(app, project_id, counts)
    changeable = app.may(project_id, "review")
    bar = st.container()
    table = st.container()
    number = int(st.session_state.get(_page_key(wanted), 1))
    found = _page(app, project_id, wanted, number)
    last = max(1, -(-found.total // ROWS))
    if number > last:  # there are fewer than when it was chosen
        number, found = last, _page(app, project_id, wanted, last)
    if not found.total:
        st.info(
            "No matching documents. Try another search, status or filter.",
            icon=":material/search_off:",
        )
        return
    rows = _table(found.rows, table, changeable=changeable)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if last > 1:
            st.pagination(last, key=_page_key(wanted))
        first = (number - 1) * ROWS + 1
        st.caption(
            f"{first:,}–{first + len(found.rows) - 1:,} of {count(found.total, 'document')}",
            width="content",
        )
        st.space("stretch")
        _choose_columns()
    if changeable:
        with bar:
            chosen.actions(app, project_id, [row.id for row in rows], wanted, found.total)


def _page(app: AppContext, project_id: int, wanted: DocumentFilter, number: int) -> Any:
    """The page of this number."""
    return documents.page(
        app.sessions,
        project_id,
        wanted,
        limit=ROWS,
        offset=(number - 1) * ROWS,
        with_uncertainty="Doubt" in st.session_state.get(_COLUMNS_KEY, SHOWN),
    )


def _page_key(wanted: DocumentFilter) -> str:
    """A page number belongs to its filter: another one starts at the first page."""
    plain = DocumentFilter(statuses=wanted.statuses, search=wanted.search)
    others = "" if wanted == plain else f" {wanted}"
    return f"page {'+'.join(wanted.statuses)} {wanted.search}{others}"


def _choose_columns() -> None:
    with st.popover("Columns", icon=":material/view_column:"):
        st.pills(
            "Columns",
            COLUMNS,
            default=SHOWN if _COLUMNS_KEY not in st.session_state else None,
            selection_mode="multi",
            key=_COLUMNS_KEY,
            persist_state="session",
        )


def _table(
    rows: Sequence[DocumentRow], place_for_table: Any, *, changeable: bool
) -> list[DocumentRow]:
    """Draws the rows and returns those that are chosen."""
    st.session_state["shown_documents"] = [row.id for row in rows]
    shown = st.session_state.get(_COLUMNS_KEY, SHOWN)
    frame = pd.DataFrame([_cells(row) for row in rows])
    if changeable:
        frame["Delete"] = DELETE
    whole = st.column_config.NumberColumn
    state = place_for_table.dataframe(
        frame,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(rows) + 1) + 2,
        placeholder="–",
        alt="The project’s documents with their status and numbers of entities",
        column_order=["Name", *(name for name in COLUMNS if name in shown), "Delete"],
        # choices are kept by row number: other rows need another key
        key=key_of(f"documents {chosen.turn()}", frame[["Name"]].assign(id=[r.id for r in rows])),
        on_select="rerun" if changeable else "ignore",
        selection_mode="multi-row",
        column_config={
            "Name": st.column_config.ButtonColumn(
                on_click=_open_clicked,
                key="opened_row",
                type="tertiary",
                width="medium",
                alignment="left",
                help="Click a name to open the document.",
            ),
            "Delete": st.column_config.ButtonColumn(
                "", on_click=_delete_clicked, key="deleted_row", type="tertiary", width=40
            ),
            "Text": st.column_config.TextColumn(width="large"),
            "Status": st.column_config.TextColumn(width=110),
            "Split": st.column_config.TextColumn(
                width="small", help="Held-out documents evaluate models and never train one."
            ),
            "Characters": whole(format="localized", width="small"),
            "To review": whole(
                width="small", help="Suggestions to decide on. –: not processed by a model yet."
            ),
            "Accepted": whole(width="small"),
            "Rejected": whole(width="small"),
            "Changed": st.column_config.DatetimeColumn(format=MOMENT),
            "Doubt": whole(
                format="percent", width="small", help="Of the active model. –: not known yet."
            ),
        },
    )
    return [rows[at] for at in state.selection.rows if at < len(rows)] if changeable else []


def _cells(row: DocumentRow) -> dict[str, Any]:
    known = row.predicted
    return {
        "Name": clipped(row.name, 80) or f"document {row.id}",
        "Status": STATUS[row.status],
        "To review": row.suggested if known else None,
        "Accepted": row.accepted if known else None,
        "Rejected": row.rejected if known else None,
        "Split": SPLIT[row.split],
        "Characters": row.length,
        "Changed": row.updated_at,
        "Doubt": row.uncertainty,
        "Tags": ", ".join(tags_of(row.meta)),
        "Metadata": _metadata(row.meta),
        "Text": " ".join(row.preview.split()),
    }


def _metadata(meta: Mapping[str, Any]) -> str:
    parts = (
        f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in meta.items()
        if key != "tags"
    )
    return clipped(" · ".join(parts), 200)


def _open_clicked() -> None:
    clicked = _clicked("opened_row")
    if clicked is not None:
        location.go(location.ANNOTATE, clicked)


def _delete_clicked() -> None:
    clicked = _clicked("deleted_row")
    if clicked is not None:
        delete_dialog.ask("document", clicked)


def _clicked(column: str) -> int | None:
    """The document in whose row the button was clicked."""
    click = st.session_state[column]
    shown: list[int] = st.session_state["shown_documents"]
    return shown[click["row"]] if click and 0 <= click["row"] < len(shown) else None
