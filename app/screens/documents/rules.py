"""The project's rules: import them, list them with people's decisions, remove them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.tables import key_of
from app.screens.common.wording import count, literal
from app.services.labels import label_set, rules
from app.services.labels.rules import RuleList, RuleReport, RuleView
from app.web import uploads
from storage.enums import RuleKind
from storage.rule_files import SUFFIXES

SHOWN = 200
"""Rules in the table; the search finds the others."""
LINES_SHOWN = 20
_REPORT = "rule_report"
_KINDS: dict[RuleKind, str] = {
    "exact": "as written",
    "lower": "in any case",
    "tokens": "pattern of tokens",
}


def project_rules(app: AppContext, project_id: int) -> None:
    """The form that brings rules in, and the table of those that there are."""
    st.markdown("**Rules**")
    st.caption(
        "Terms and patterns that suggest a label wherever they occur in a new document, from the "
        "first one on. A rule whose suggestions are rejected more often than they help falls "
        "silent; undoing a rejection can bring it back."
    )
    present, new = st.columns([3, 2], gap="large")
    with new:
        _import_form(app, project_id)
    with present:
        search = st.text_input(
            "Search rules", key=f"rule_search_{project_id}", placeholder="a term or a label"
        )
        known = rules.listed(app.sessions, project_id, limit=SHOWN, search=search)
        _table(app, project_id, known, search)


def _import_form(app: AppContext, project_id: int) -> None:
    names = [label.name for label in label_set.labels(app.sessions, project_id)]
    uploads.show()
    with st.form(f"rules_{project_id}", clear_on_submit=True):
        terms = st.text_area(
            "Terms, one per line", key="rule_terms", height=110, placeholder="aspirin\nibuprofen"
        )
        file = st.file_uploader(
            "Or a file",
            type=[suffix[1:] for suffix in SUFFIXES],
            key="rule_file",
            help="One term per line (.txt); a table of terms and labels (.csv, .tsv); Prodigy's "
            "patterns.jsonl.",
        )
        label = st.selectbox(
            "Label",
            names,
            None,
            key="rule_label",
            placeholder="Choose a label",
            help="For terms to which the file gives no label.",
        )
        ignore_case = st.checkbox("Ignore upper and lower case", key="rule_case")
        if st.form_submit_button("Import rules", icon=":material/playlist_add:"):
            content, name = terms.encode("utf-8", "replace"), "terms.txt"
            if file is not None:
                content, name = file.getvalue(), file.name
                uploads.forget([file])
            _import(app, project_id, content, name, label, ignore_case)
    _show_report()


def _import(
    app: AppContext,
    project_id: int,
    content: bytes,
    name: str,
    label: str | None,
    ignore_case: bool,
) -> None:
    try:
        report = rules.import_rules(
            app.sessions,
            project_id,
            content,
            name,
            app.person,
            label=label,
            ignore_case=ignore_case,
        )
    except ValueError as error:
        st.error(literal(str(error)))
        return
    st.session_state[_REPORT] = (name, report)
    st.rerun()


def _show_report() -> None:
    if _REPORT not in st.session_state:
        return
    name, report = st.session_state[_REPORT]
    lines = [f"**{literal(name)}**: {_sums(report)}."]
    found = report.file
    lines += [f"- {literal(kind)}: {number:,}" for kind, number in found.notes.items()]
    lines += [f"- line {bad.line:,}: {literal(bad.reason)}" for bad in found.bad[:LINES_SHOWN]]
    if found.bad_count > LINES_SHOWN:
        lines.append(f"- and {found.bad_count - LINES_SHOWN:,} more lines")
    text = "\n".join([lines[0], "", *lines[1:]])
    if found.bad_count:
        st.warning(text, icon=":material/warning:")
    else:
        st.success(text, icon=":material/check:")


def _sums(report: RuleReport) -> str:
    parts = [f"{count(report.taken, 'rule')} imported"]
    if report.known:
        parts.append(f"{report.known:,} already known")
    if report.file.bad_count:
        parts.append(f"{report.file.bad_count:,} not imported")
    if report.labels_created:
        parts.append(f"new labels: {', '.join(map(literal, report.labels_created))}")
    return " · ".join(parts)


def _table(app: AppContext, project_id: int, known: RuleList, search: str) -> None:
    if not known.total:
        st.caption("No rule contains this." if search.strip() else "No rules yet.")
        return
    sums = [f"{literal(label)} {number:,}" for label, number in known.by_label.items()]
    if known.silent:
        sums.append(f"{known.silent:,} silent")
    st.caption(f"{count(known.total, 'rule')}: {' · '.join(sums)}")
    frame = _frame(known.rules)
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        height=320,
        key=key_of(f"rules_table_{project_id}", frame),
    )
    if known.total > len(known.rules):
        st.caption(f"{len(known.rules):,} are shown; search for the others.")
    chosen = [known.rules[row].id for row in event.selection.rows]
    with st.container(horizontal=True):
        if st.button(
            "Remove selected",
            icon=":material/delete:",
            disabled=not chosen,
            key="remove rules",
        ):
            rules.remove_rules(app.sessions, project_id, app.person, rule_ids=chosen)
            st.rerun()
        with st.popover("Remove all …", icon=":material/delete_sweep:"):
            st.caption("What people decided on their suggestions stays.")
            if st.button("Remove all rules", key="remove all rules"):
                rules.remove_rules(app.sessions, project_id, app.person)
                st.rerun()


def _frame(shown: Sequence[RuleView]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Rule": [rule.pattern for rule in shown],
            "Label": [rule.label for rule in shown],
            "Matches": [_KINDS[rule.kind] for rule in shown],
            "Accepted": [rule.accepted for rule in shown],
            "Rejected": [rule.rejected for rule in shown],
            "State": ["silent" if rule.silent else "" for rule in shown],
        }
    )
