"""The list of documents: search, status, pages of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common import delete_dialog, location
from app.screens.common.wording import SPLIT, STATUS, count
from app.services.operations import documents
from app.services.suggestions.queue import resumed
from storage.enums import DOCUMENT_STATUSES, DocumentStatus
from storage.records import DocumentList, DocumentRow

ROWS = 25
ROW_HEIGHT = 38
OPEN = ":material/ink_highlighter: Open"
DELETE = ":material/delete:"


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
    """The documents that match the search and the status, a page of them at a time."""
    search, statuses = _filters(counts)
    pages = st.container()
    number = int(st.session_state.get(_page_key(search, statuses), 1))
    found = _found(app, project_id, search, statuses, number)
    last = max(1, -(-found.total // ROWS))
    if number > last:  # there are fewer than when it was chosen
        number, found = last, _found(app, project_id, search, statuses, last)
    if not found.total:
        st.info(
            "No matching documents. Try another search or status.",
            icon=":material/search_off:",
        )
        return
    _table(found.rows, pages, deletable=app.may(project_id, "review"))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if last > 1:
            st.pagination(last, key=_page_key(search, statuses))
        first = (number - 1) * ROWS + 1
        st.caption(
            f"{first:,}–{first + len(found.rows) - 1:,} of {count(found.total, 'document')}",
            width="content",
        )


def _found(
    app: AppContext, project_id: int, search: str, statuses: tuple[DocumentStatus, ...], number: int
) -> DocumentList:
    """The page of this number."""
    return documents.page(
        app.sessions,
        project_id,
        statuses=statuses,
        search=search,
        limit=ROWS,
        offset=(number - 1) * ROWS,
    )


def _filters(counts: Mapping[DocumentStatus, int]) -> tuple[str, tuple[DocumentStatus, ...]]:
    words, status = st.columns([2, 3], gap="medium")
    search = words.text_input(
        "Search",
        placeholder="Search names and texts",
        icon=":material/search:",
        key="search",
        persist_state="session",
    )
    options: list[DocumentStatus] = [name for name in DOCUMENT_STATUSES if counts[name]]
    chosen = status.pills(
        "Status",
        options,
        format_func=lambda name: f"{STATUS[name]} {counts[name]:,}",
        selection_mode="multi",
        key="statuses",
        persist_state="session",
    )
    return search.strip(), tuple(name for name in options if name in chosen)


def _page_key(search: str, statuses: tuple[DocumentStatus, ...]) -> str:
    """A page number belongs to its search: another search starts at the first page."""
    return f"page {'+'.join(statuses)} {search}"


def _table(rows: tuple[DocumentRow, ...], place_for_table: Any, *, deletable: bool) -> None:
    st.session_state["shown_documents"] = [row.id for row in rows]
    frame = pd.DataFrame([_cells(row) for row in rows])
    if deletable:
        frame["Delete"] = DELETE
    whole = st.column_config.NumberColumn
    place_for_table.dataframe(
        frame,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(rows) + 1) + 2,
        placeholder="–",
        alt="The project’s documents with their status and numbers of entities",
        column_config={
            "": st.column_config.ButtonColumn(
                "", on_click=_open_clicked, key="opened_row", type="tertiary", width="small"
            ),
            "Delete": st.column_config.ButtonColumn(
                "", on_click=_delete_clicked, key="deleted_row", type="tertiary", width=40
            ),
            "Name": st.column_config.TextColumn(width="medium"),
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
        },
    )


def _cells(row: DocumentRow) -> dict[str, Any]:
    known = row.predicted
    return {
        "": OPEN,
        "Name": row.name,
        "Status": STATUS[row.status],
        "To review": row.suggested if known else None,
        "Accepted": row.accepted if known else None,
        "Rejected": row.rejected if known else None,
        "Split": SPLIT[row.split],
        "Characters": row.length,
        "Text": " ".join(row.preview.split()),
    }


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
