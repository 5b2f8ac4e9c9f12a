"""A model version as a file: to be downloaded, and to be brought in."""

from __future__ import annotations

import io

import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import reason
from app.screens.common.wording import literal
from app.services.model_registry.archive import pack, unpack
from app.services.model_registry.files import ModelImportError
from app.services.model_registry.registry import ModelFolderError
from app.web import uploads

_SAID = "model_brought"


def export_and_import(app: AppContext) -> None:
    """For who may choose the model that all projects share."""
    if app.acting is not None and not app.acting.administrator:
        return
    with st.expander("Export or import a version", icon=":material/swap_vert:"):
        _out(app)
        _into(app)


def _out(app: AppContext) -> None:
    every = [version.id for version in app.models.versions()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Version", every, key="export_version")
        if st.button("Create file", key="make_model", disabled=chosen is None):
            packed = io.BytesIO()
            try:
                pack(app.sessions, chosen, packed)
            except (LookupError, OSError, ModelFolderError, ModelImportError) as error:
                st.error(reason(error), icon=":material/error:")
                return
            st.download_button(
                "Download .zip",
                packed.getvalue(),
                file_name=f"spanneal-{chosen}.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="download_model",
            )


def _into(app: AppContext) -> None:
    uploads.show()
    imports = st.session_state.setdefault("model imports", 0)
    file = st.file_uploader(
        "Version to import",
        type="zip",
        key=f"import_model {imports}",  # another key is an empty uploader
        help="A file exported from this page, or a zip of a folder that `python -m app model "
        "export` wrote. It becomes a proposed version; nothing changes until you promote it.",
    )
    if file is not None and st.button("Import", key="take_model"):
        try:
            with st.spinner("Checking the model …"):
                brought = unpack(app.sessions, app.settings, file, file.name)
        except (OSError, ValueError) as error:
            st.error(reason(error), icon=":material/error:")
            return
        message = (
            f"Version {brought.version.id} imported as a proposal, with the labels "
            f"{', '.join(brought.version.labels)}."
        )
        if brought.left_behind:
            message += f" Not imported: {', '.join(brought.left_behind)}."
        uploads.forget([file])
        st.session_state["model imports"] = imports + 1
        st.session_state[_SAID] = message
        st.rerun()
    if message := st.session_state.pop(_SAID, None):
        st.success(literal(message), icon=":material/check_circle:")
