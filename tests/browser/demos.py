"""The components' demos on one server: `?demo=span_annotator_demo` or `?demo=denoising_demo`.

Not pages of Streamlit's: opening one of those takes the focus away from the component.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import streamlit as st

runpy.run_path(str(Path(__file__).with_name(f"{st.query_params['demo']}.py")))
