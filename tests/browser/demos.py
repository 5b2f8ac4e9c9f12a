"""The components' demos on one server: `?demo=span_annotator_demo` or `?demo=denoising_demo`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from tests.browser.annotator_server import ROUTES

app = st.App(Path(__file__).with_name("demo_page.py"), routes=ROUTES)
