"""The page of a demo, see `demos.py`.

Not pages of Streamlit's: opening one of those takes the focus away from the component.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import streamlit as st

runpy.run_path(str(Path(__file__).with_name(f"{st.query_params['demo']}.py")))
