"""The dialog that creates a project with its name, its labels and its texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import context
from app.context import AppContext
from app.screens.common import location
from app.screens.common.error_message import error_text
from app.screens.common.wording import clipped, literal
from app.screens.documents import import_report
from app.services.interchange.importing import importing
from app.services.interchange.read_records import Incoming
from app.services.labels import label_set
from app.services.labels.proposed import PRESETS, ProposedLabel, as_list, read_file, read_list
from app.services.operations import new_project, projects
from app.web import uploads
from storage.database_errors import StorageError
from storage.formats import IMPORT_FORMATS

ICON = ":material/create_new_folder:"
_FILE = "A file …"
_ASKED, _MADE, _COLOURS, _PROBLEM = (
    "new_project_asked",
    "new_project_made",
    "new_project_colours",
    "new_project_problem",
)
_LABELS, _SOURCE, _FILE_KEY = "new_labels", "new_labels_source", "new_labels_file"
_EXAMPLE = "DRUG: medicines and active substances\nDOSE"


def offered(app: AppContext) -> bool:
    """Whether the person may make projects."""
    return app.acting is None or app.acting.administrator


def button(key: str, *, primary: bool = False, label: str = "New project") -> None:
    """Opens the dialog; to be drawn before `answer`."""
    st.button(
        label,
        icon=ICON,
        type="primary" if primary else "secondary",
        key=key,
        on_click=_ask,
        help=None if primary else "A project of your own: its labels and its texts",
    )


def answer() -> None:
    """Shows the dialog until a project is made or it is closed."""
    if st.session_state.get(_ASKED):
        st.dialog("New project", width="large", icon=ICON, on_dismiss=_forget)(_dialog)()


def _ask() -> None:
    _forget()
    st.session_state[_ASKED] = True


def _forget() -> None:
    for name in (_ASKED, _MADE, _COLOURS, _PROBLEM):
        st.session_state.pop(name, None)


def _dialog() -> None:
    app = context.create()
    if (made := st.session_state.get(_MADE)) is not None:
        _what_files_left(made)
        return
    labels, texts = st.columns(2, gap="medium")
    with labels:
        name = st.text_input("Name", key="project_name", max_chars=new_project.LONGEST_NAME)
        _choose_labels(app)
    with texts:
        text, files = _choose_texts()
    if st.button("Create project", type="primary", icon=":material/check:", key="create project"):
        _create(app, name, text, files)


def _choose_labels(app: AppContext) -> None:
    sources: dict[str, int | str] = {title: title for title in PRESETS}
    for project in projects.every(app.sessions):
        sources[f"The labels of {project.name}"] = project.id
    chosen = st.selectbox(
        "Take labels from",
        [*sources, _FILE],
        None,
        key=_SOURCE,
        placeholder="a preset, another project, a file",
        on_change=_take_source,
        args=(app, sources),
    )
    if chosen == _FILE:
        uploads.show()
        st.file_uploader(
            "A file of labels",
            ["txt", "csv", "tsv", "json", "xml"],
            key=_FILE_KEY,
            on_change=_take_file,
            help="One label per line, a table of names and meanings, JSON, or Label Studio’s "
            "labelling configuration.",
        )
    if problem := st.session_state.get(_PROBLEM):
        st.error(literal(problem))
    st.text_area(
        "Labels, one per line",
        key=_LABELS,
        height=140,
        placeholder=_EXAMPLE,
        help="Write a meaning after a colon. Keys 1, 2, 3 … follow the list’s order.",
    )
    _outlook(app)


def _outlook(app: AppContext) -> None:
    """What will be suggested; it stands where nothing below it moves when it changes."""
    try:
        labels = [label.name for label in _labels()]
    except ValueError as error:
        st.warning(literal(f"Labels, {error}"))
        return
    active = app.models.active()
    st.caption(literal(new_project.outlook(labels, active.labels if active else ())))


def _labels() -> tuple[ProposedLabel, ...]:
    colours: dict[str, str] = st.session_state.get(_COLOURS, {})
    return tuple(
        ProposedLabel(label.name, label.description, colours.get(label.name))
        for label in read_list(st.session_state.get(_LABELS, ""))
    )


def _take_source(app: AppContext, sources: dict[str, int | str]) -> None:
    st.session_state.pop(_PROBLEM, None)
    source = sources.get(st.session_state[_SOURCE] or "")
    if isinstance(source, str):
        _add(PRESETS[source])
    elif source is not None:
        present = label_set.labels(app.sessions, source)
        _add([ProposedLabel(label.name, label.description, label.color) for label in present])


def _take_file() -> None:
    st.session_state.pop(_PROBLEM, None)
    file = st.session_state[_FILE_KEY]
    if file is None:
        return
    try:
        _add(read_file(file.getvalue(), file.name))
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)


def _add(labels: Sequence[ProposedLabel]) -> None:
    """Adds to the list what is not in it; what was typed stays as it is."""
    typed = st.session_state.get(_LABELS, "").rstrip()
    try:
        present = {label.name for label in read_list(typed)}
    except ValueError:
        present = set()
    added = [label for label in labels if label.name not in present]
    st.session_state[_LABELS] = "\n".join(part for part in (typed, as_list(added)) if part)
    colours = {label.name: label.color for label in added if label.color}
    st.session_state[_COLOURS] = {**st.session_state.get(_COLOURS, {}), **colours}


def _choose_texts() -> tuple[str, Sequence[Any]]:
    text = st.text_area(
        "Text",
        key="new_project_text",
        height=196,
        placeholder="Paste a text of your own; it becomes the first document.",
    )
    uploads.show()
    files = st.file_uploader(
        "Files",
        accept_multiple_files=True,
        key="new_project_files",
        help=f"Texts, or annotated files: {', '.join(IMPORT_FORMATS)}. The format is detected.",
    )
    return text, files or ()


def _create(app: AppContext, name: str, text: str, files: Sequence[Any]) -> None:
    """Makes the project and goes there. A problem is shown, and all that was typed stays."""
    try:
        texts = [(clipped(text, 48), text)] if text.strip() else []
        project_id = new_project.create(app.sessions, name, _labels(), texts)
    except (ValueError, OSError, StorageError) as error:
        st.error(literal(f"Not created: {error}"))
        return
    location.choose_project(project_id)
    if _import(app, project_id, files):
        _leave()
    st.session_state[_MADE] = project_id
    st.rerun(scope="fragment")


def _import(app: AppContext, project_id: int, files: Sequence[Any]) -> bool:
    """Adds the files; returns whether there is nothing to tell of any."""
    import_report.forget()
    smooth = True
    bar = st.progress(0.0) if files else None
    for number, file in enumerate(files):
        outcome = import_report.begin(file.name)
        if bar is not None:
            bar.progress(number / len(files), f"Adding {literal(file.name)} …")
        try:
            incoming = Incoming(file.getvalue(), file.name, person=app.person)
            for report in importing(app.sessions, project_id, incoming):
                outcome.report = report
        except (ValueError, OSError, StorageError) as error:
            outcome.problem = error_text(error)
        arrived = outcome.report
        smooth &= not outcome.problem and arrived is not None and arrived.done and not arrived.bad
    uploads.forget(files)
    return smooth


def _what_files_left(project_id: int) -> None:
    """The project is made, but a file was not read whole."""
    st.success("Project created.", icon=":material/check_circle:")
    import_report.show()
    if st.button("Go to the project", type="primary", icon=":material/arrow_forward:"):
        location.choose_project(project_id)
        _leave()


def _leave() -> None:
    _forget()
    location.go(location.DOCUMENTS)
