"""The page behind its gate: `python -m streamlit run app/server.py`, or `make app`."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from app import logs
from app.http import programs
from app.settings import ROOT, Settings
from app.views.failure import shown
from app.web import health, metrics, signing_in
from app.web.gate import Gate
from app.web.headers import Headers

app = st.App(
    ROOT / "app" / "main.py",
    routes=[*signing_in.ROUTES, *health.ROUTES, *metrics.ROUTES, *programs.ROUTES],
    middleware=[Middleware(Headers), Middleware(Gate, settings=Settings.from_environment)],
    on_script_error=shown,
)
logs.configure(Settings.from_environment().log)
