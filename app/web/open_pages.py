"""The pages that are open in browsers, by the number of their connection, and who works on each.

Streamlit numbers a page's connection; what a browser sends beside that connection (a file, an edit)
names the number, and is taken only from the browser that opened the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from starlette.requests import HTTPConnection
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from app.services.annotation.annotation import AnnotationService
from app.settings import Settings
from app.web.gate import COOKIE
from storage.engine import Sessions


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works on a page, and their way to the database."""

    sessions: Sessions
    person: str
    annotation: Callable[[], AnnotationService]
    """Documents with suggestions: asks which model is active now."""


_workers: WeakKeyDictionary[AppSession, Worker] = WeakKeyDictionary()


def current() -> AppSession | None:
    """The page of this run; None outside a server."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return None
    return runtime.get_instance().get_app_session(context.session_id)


def enter(worker: Worker) -> None:
    """Notes who works on the page of this run."""
    if page := current():
        _workers[page] = worker


def number() -> str:
    """The page of this run, as its browser names it; empty outside a server."""
    page = current()
    return page.id if page else ""


def worker_of(asked: HTTPConnection, page: str, settings: Settings) -> Worker | None:
    """Who works on the page of this number, where it is open in the browser that asks."""
    session = page_of(asked, page, settings)
    return _workers.get(session) if session else None


def page_of(asked: HTTPConnection, page: str, settings: Settings) -> AppSession | None:
    """The page of this number, where it is open in the browser that asks."""
    running = runtime.get_instance()
    client, session = running.get_client(page), running.get_app_session(page)
    if client is None or session is None or client.client_context is None:
        return None
    opened_by = _identity(client.client_context.cookies, settings)
    return session if _identity(asked.cookies, settings) == opened_by else None


def _identity(cookies: Mapping[str, str], settings: Settings) -> Mapping[str, str]:
    """The cookies that tell who has signed in; none where nobody does."""
    if settings.auth == "accounts":
        return {COOKIE: cookies.get(COOKIE, "")}
    if settings.auth == "oidc":  # in parts, where it is long
        return {name: cookies[name] for name in cookies if name.startswith(USER_COOKIE_NAME)}
    return {}
