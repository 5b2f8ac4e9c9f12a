"""The addresses that are told of the project's events: add, test, switch off, remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.wording import count, literal, moment
from app.services.webhooks import webhooks
from app.services.webhooks.webhooks import DeliveryView, WebhookSummary
from storage.enums import WEBHOOK_EVENTS, DeliveryState, WebhookEvent

EVENTS: Mapping[WebhookEvent, str] = {
    "document.submitted": "Document submitted",
    "job.finished": "Retraining finished",
    "job.failed": "Retraining failed",
    "model.promoted": "Model promoted",
}
_STATES: Mapping[DeliveryState, str] = {
    "pending": "waiting",
    "delivered": "delivered",
    "failed": "failed",
}
_SECRET = "webhook_secret"


def project_webhooks(app: AppContext, project_id: int) -> None:
    """The table of webhooks with what can be done to one, and the form for another."""
    st.markdown("**Webhooks**")
    st.caption(
        "Addresses that the worker tells of this project’s events, in signed requests without any "
        "text of a document."
    )
    table = st.container()
    actions, new = st.columns(2, gap="large")
    with new:
        _new_webhook(app, project_id)
    known = webhooks.summaries(app.sessions, project_id)
    if not known:
        table.caption("No webhooks yet.")
        return
    with table:
        _table(known)
    with actions:
        _actions(app, project_id, known)


def _new_webhook(app: AppContext, project_id: int) -> None:
    with st.form(f"new webhook {project_id}", clear_on_submit=True):
        url = st.text_input("Address", key="webhook_url", placeholder="https://example.org/hook")
        chosen = st.multiselect(
            "Events",
            WEBHOOK_EVENTS,
            WEBHOOK_EVENTS,
            format_func=EVENTS.__getitem__,
            key="webhook_events",
        )
        if st.form_submit_button("Add webhook", icon=":material/webhook:"):
            _add(app, project_id, url.strip(), chosen)
    if made := st.session_state.pop(_SECRET, None):
        address, secret = made
        st.success(
            f"Messages to **{literal(address)}** are signed with this secret. Give it to the "
            "receiver: you won’t see it again."
        )
        st.code(secret, language=None, wrap_lines=True)


def _add(app: AppContext, project_id: int, url: str, chosen: Sequence[WebhookEvent]) -> None:
    if not chosen:
        st.error("Not added: choose at least one event.")
        return
    private = app.settings.webhooks == "private"
    try:
        webhook, secret = webhooks.create(app.sessions, project_id, url, chosen, private=private)
    except ValueError as error:
        st.error(literal(f"Not added: {error}"))
        return
    st.session_state[_SECRET] = (webhook.url, secret)


def _table(known: Sequence[WebhookSummary]) -> None:
    newest = [summary.newest for summary in known]
    frame = pd.DataFrame(
        {
            "Address": [summary.webhook.url for summary in known],
            "State": ["On" if summary.webhook.active else "Off" for summary in known],
            "Waiting": [summary.waiting for summary in known],
            "Failed": [summary.failed for summary in known],
            "Last message": [_fate(delivery) for delivery in newest],
            "Events": [_events(summary.webhook.events) for summary in known],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        alt="Webhooks with their state, messages that wait or failed, last message, and events",
        column_config={
            "Address": st.column_config.TextColumn(width=300),
            **{name: st.column_config.Column(width=75) for name in ("State", "Waiting", "Failed")},
        },
    )


def _actions(app: AppContext, project_id: int, known: Sequence[WebhookSummary]) -> None:
    by_id = {summary.webhook.id: summary for summary in known}
    chosen = st.selectbox(
        "Webhook",
        list(by_id),
        format_func=lambda number: by_id[number].webhook.url,
        key=f"webhook_{project_id}",
    )
    webhook, newest = by_id[chosen].webhook, by_id[chosen].newest
    if newest and newest.last_error:
        tried = count(newest.attempts, "attempt")
        st.caption(f"Last message, after {tried}: {literal(newest.last_error)}.")
    given = (app.sessions, project_id, webhook.id)
    with st.container(horizontal=True):
        st.button(
            "Send a test",
            icon=":material/send:",
            key="webhook_test",
            disabled=not webhook.active,
            help="Queues a message of the type webhook.test.",
            on_click=_try,
            args=(lambda: webhooks.send_test(*given), "Test message queued."),
        )
        st.button(
            "Switch off" if webhook.active else "Switch on",
            icon=":material/pause:" if webhook.active else ":material/play_arrow:",
            key="webhook_switch",
            help="While it is off, nothing is sent, and nothing noted for later. Messages that "
            "wait are sent once it is on again.",
            on_click=_try,
            args=(lambda: webhooks.set_active(*given, not webhook.active), "Webhook changed."),
        )
        with st.popover("Remove …", icon=":material/delete:"):
            st.markdown("Its secret and its undelivered messages will be lost.")
            st.button(
                "Remove webhook",
                type="primary",
                key="webhook_remove",
                on_click=_try,
                args=(lambda: webhooks.delete(*given), "Webhook removed."),
            )


def _try(change: Callable[[], object], done: str) -> None:
    """Before the run that shows what became of it."""
    try:
        change()
    except LookupError as error:  # somebody else removed it
        st.toast(literal(str(error)), icon=":material/warning:")
    else:
        st.toast(done, icon=":material/check:")


def _events(chosen: Sequence[WebhookEvent]) -> str:
    return (
        "all"
        if set(chosen) == set(WEBHOOK_EVENTS)
        else ", ".join(EVENTS[event] for event in chosen)
    )


def _fate(delivery: DeliveryView | None) -> str:
    if delivery is None:
        return "none"
    return f"{delivery.event}, {_STATES[delivery.state]}, {moment(delivery.created_at)}"
