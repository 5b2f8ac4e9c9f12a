"""The page behind its gate: `python -m streamlit run app/server.py`, or `make app`."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from app import logs
from app.http import routes
from app.screens.common.error_message import show_error
from app.screens.navigation import FIRST, PAGES
from app.settings import ROOT, Settings
from app.web import changes, edits, health, leaving, metrics, sign_in, threads
from app.web.addresses import Addresses
from app.web.base_address import BaseAddress
from app.web.gate import Gate
from app.web.headers import Headers
from app.web.uploads import Uploads

app = st.App(
    ROOT / "app" / "main.py",
    routes=[
        *(*sign_in.ROUTES, *edits.ROUTES, *changes.ROUTES, *leaving.ROUTES),
        *(*health.ROUTES, *metrics.ROUTES, *routes.ROUTES),
    ],
    middleware=[
        Middleware(Headers),
        Middleware(Addresses, pages=PAGES, first=FIRST),
        Middleware(BaseAddress),
        Middleware(Gate, settings=Settings.from_environment),
        Middleware(Uploads, settings=Settings.from_environment),
    ],
    on_script_error=show_error,
)
logs.configure(Settings.from_environment().log)
threads.take_short_turns()
