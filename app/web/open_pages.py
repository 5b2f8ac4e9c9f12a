"""The pages that are open in browsers, by the number of their connection, and who works on each.

Streamlit numbers a page's connection; what a browser sends beside that connection (a file, an edit)
names the number, and is taken only from the browser that opened the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.requests import HTTPConnection
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from app.services.annotation.annotation import AnnotationService
from app.services.team.sign_in import unchanged
from app.settings import Settings
from app.web.gate import COOKIE
from storage.database_errors import StorageError
from storage.engine import Sessions


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works on a page, and their way to the database."""

    sessions: Sessions
    person: str
    annotation: Callable[[], AnnotationService]
    """Documents with suggestions: asks which model is active now."""


@dataclass(frozen=True, slots=True)
class _Entered:
    """A page that was opened: Streamlit keeps it for two minutes after its connection has ended."""

    worker: Worker
    cookies: Mapping[str, str]


_entered: WeakKeyDictionary[AppSession, _Entered] = WeakKeyDictionary()
_by_number: WeakValueDictionary[str, AppSession] = WeakValueDictionary()


def current() -> AppSession | None:
    """The page of this run; None outside a server."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return None
    return runtime.get_instance().get_app_session(context.session_id)


def enter(worker: Worker) -> None:
    """Notes who works on the page of this run."""
    page = current()
    cookies = _cookies(page.id) if page else None
    if page is None or cookies is None:
        return
    _entered[page] = _Entered(worker, cookies)
    _by_number[page.id] = page


def number() -> str:
    """The page of this run, as its browser names it; empty outside a server."""
    page = current()
    return page.id if page else ""


def worker_of(asked: HTTPConnection, page: str, settings: Settings) -> Worker | None:
    """Who works on the page of this number, where it is open in the browser that asks."""
    session = page_of(asked, page, settings)
    entered = _entered.get(session) if session else None
    return entered.worker if entered else None


def leaver_of(asked: HTTPConnection, page: str, settings: Settings) -> Worker | None:
    """The same of a page that may have lost its connection a moment ago, as one does that closes:
    what it sends last can come after that."""
    session = _by_number.get(page)
    entered = _entered.get(session) if session else None
    if entered is None or not _same_browser(asked, entered.cookies, settings):
        return None
    return entered.worker


def is_account_unchanged(worker: Worker, settings: Settings) -> bool:
    """Whether who works on a page may what they might when it ran last. Signing in at a provider
    leaves no session here, which an account's change would have ended; where it did, the gate has
    asked. A database that does not answer says so later."""
    try:
        return settings.auth != "oidc" or unchanged(worker.sessions)
    except StorageError:
        return True


def page_of(asked: HTTPConnection, page: str, settings: Settings) -> AppSession | None:
    """The page of this number, where it is open in the browser that asks."""
    session, cookies = runtime.get_instance().get_app_session(page), _cookies(page)
    if session is None or cookies is None:
        return None
    return session if _same_browser(asked, cookies, settings) else None


def _cookies(page: str) -> Mapping[str, str] | None:
    """What the browser sent that opened the page; None where it is not connected."""
    client = runtime.get_instance().get_client(page)
    context = client.client_context if client else None
    return context.cookies if context else None


def _same_browser(asked: HTTPConnection, cookies: Mapping[str, str], settings: Settings) -> bool:
    """Whether who asks has signed in as the browser that sent these cookies."""
    return _identity(asked.cookies, settings) == _identity(cookies, settings)


def _identity(cookies: Mapping[str, str], settings: Settings) -> Mapping[str, str]:
    """The cookies that tell who has signed in; none where nobody does."""
    if settings.auth == "accounts":
        return {COOKIE: cookies.get(COOKIE, "")}
    if settings.auth == "oidc":  # in parts, where it is long
        return {name: cookies[name] for name in cookies if name.startswith(USER_COOKIE_NAME)}
    return {}
