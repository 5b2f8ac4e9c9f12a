"""The span annotator: a text with its spans, edited by mouse and keyboard.

Offsets are code points, end exclusive. What a person does travels as operations, beside the page's
own connection and without a run of the page, to the address `edits`, and is sent again until the
server acknowledges it:

    {"doc_id", "client", "person", "sibling_clients", "version",
     "go_on", "ops": [{"seq", "base_version", "op", ...}]}
    ...apply each (client, seq) exactly once, in order, in one transaction; commit; answer
    {"doc_id", "ack": {"client", "seq"}, "error", "returned", "state", "news", "corrected", "next"}

`app.services.annotation.page_edits` does so. Edits that are still under way when the page moves on
go with their own `doc_id`. What is not acknowledged survives a reload of the tab and is then sent
with the client and numbers it had. Acknowledge a refused operation too, and say why in `error`: the
page shows it and takes the operation's effect back. `base_version` is the version of the spans that
the person looked at, `version` the one that the page shows, `sibling_clients` are all clients whose
operations the page has shown; what conflicted with somebody else's work comes back in `conflicts`
until it is settled. `state` is what edits change of what `span_annotator` takes. A message without
operations asks what others did. With `go_on`, the answer to a submission or a skipped document
brings the `next` one, `{ready, data}`: the page shows it at once, and its run follows.

Never acknowledge what was not kept: name it in `returned`. Where its client is somebody else's
(`wrong_owner`), the page takes another number and sends it again. Else the page keeps it aside,
says `why`, and gives it out as a file. What another person left unsent in the tab is shown, never
sent.

`span_annotator` takes

    doc_id, text: the document and its raw text; another one begins a new visit, without undo.
        Boundaries are those of its words, unless a person chooses others.
    labels: `{name, color "#rrggbb", key, description}`; `key` is one character or None.
    spans: `{id, start, end, label, status, score, source, confidence}` as stored, status
        suggested, accepted or rejected, source model, instant, rule or person, score 0..1 or
        None, confidence `{left, right, type}` in 0..1, None or missing. They reach the browser, and
        come with an answer, as `app.services.annotation.wire.rows`.
    edits: the address of the server for edits, below the page's folder.
    title: the document and its project, told in full-window mode, which covers the page's heading.
    key, store, person: the component's key in session state; the database, named up to a first
        blank; and whose edits are sent to it.
    read_only, status: shows everything and changes nothing; where the person's work stands.
    empty: what a text without spans is told as.
    hotkeys: the project's own keys by the name of the action, see `hotkeys.ACTIONS`.
    hints: `{start, end, label, score}`, what a model nearly suggested; shown on demand.
    comment, skip_reason: what was said of the document, and why it was skipped.
    can_ask, held_out, version: is there a model to ask; are models measured on it; the draft's.
    conflicts: as `app.services.annotation.wire.conflicts` has them.
    around: whether to report where the person `corrected` the model.
    flow: "" shows all suggestions at once; "unsure" and "order" bring one at a time, the least
        sure first or as they stand in the text. The person changes it, see `sent_flow`.
    opened: the number of the last document that the annotator opened and the page followed to.
    reading: `{read, sentences, unread, stopped}` while a model reads a long document part by part:
        sentences read and in all, the stretches it has not read; None where nothing is to come.

and returns

    `visible`, `{doc_id, offset}`, the first code point that is in sight where no model has read;
    `corrected`, where the last edits corrected the model, [start, end) each; and `navigate`:
    "next", "previous", "denoise", "history", "suggest", or "refresh" where somebody submitted,
    skipped or reopened the document; with a span selected, "denoise@17" names where it begins.
    The last two in the one run after they happened, else None. `opened`, `{doc_id, number, ready}`,
    is to be read before the run looks for its document: the annotator shows this one already,
    `ready` with its suggestions, and asks again until a run of that `number` mounts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app.components import bundle
from app.components.span_annotator.hotkeys import table
from app.services.annotation import wire
from app.services.annotation.document_data import NOTHING_FOUND

_FOLDER = Path(__file__).parent
_STYLES = (
    "span_annotator.css",
    "marks.css",
    "labels.css",
    "decisions.css",
    "room.css",
    "span_list.css",
    "touch.css",
    "long_document.css",
)
_COMPONENT = st.components.v2.component(
    "span_annotator",
    html=(_FOLDER / "span_annotator.html").read_text(encoding="utf-8"),
    css="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _STYLES),
    js=bundle(_FOLDER / "annotator.js"),
    isolate_styles=True,
)


def _nothing() -> None:
    """The callback that Streamlit asks for where the page needs none."""


def sent_flow(key: str) -> str | None:
    """The `flow` that the person chose last, or None where they chose none."""
    state = st.session_state.get(key)
    flow: str | None = state.get("flow") if state else None
    return flow


def span_annotator(
    *,
    doc_id: str | int,
    text: str,
    labels: Sequence[Mapping[str, Any]],
    spans: Sequence[Mapping[str, Any]],
    key: str,
    edits: str = "",
    store: str = "",
    person: str = "",
    title: str = "",
    read_only: bool = False,
    status: str = "new",
    empty: str = NOTHING_FOUND,
    hotkeys: Mapping[str, str] | None = None,
    hints: Sequence[Mapping[str, Any]] = (),
    comment: str = "",
    skip_reason: str = "",
    can_ask: bool = False,
    held_out: bool = False,
    version: int = 0,
    conflicts: Sequence[Mapping[str, Any]] = (),
    around: bool = False,
    flow: str = "",
    reading: Mapping[str, Any] | None = None,
    opened: int = 0,
) -> Any:
    """Mounts the annotator; what it takes and returns, the top of this file has."""
    data = {
        **{"doc_id": doc_id, "text": text, "store": store, "read_only": read_only, "edits": edits},
        **{
            "status": status,
            "around": around,
            "empty": empty,
            "comment": comment,
            "skip_reason": skip_reason,
            "can_ask": can_ask,
        },
        **{"labels": _plain(labels), "hints": _plain(hints), "conflicts": _plain(conflicts)},
        **{"held_out": held_out, "flow": flow, "actions": table(hotkeys or {})},
        **{"spans": wire.rows(spans), "tokens": wire.words(text)},
        **{"version": version, "person": person},
        **{"reading": reading, "title": title, "opened": opened},
    }
    return _COMPONENT(
        key=key,
        data=data,
        on_corrected_change=_nothing,
        on_navigate_change=_nothing,
        on_opened_change=_nothing,
        on_flow_change=_nothing,
        on_visible_change=_nothing,
    )


def _plain(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(record) for record in records]
