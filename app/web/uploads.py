"""Files that a browser uploads, which Streamlit keeps in memory until their page is closed.

Streamlit takes them for any page of which the sender knows the number. Here they come only from
the browser that opened the page, only while the page shows an uploader, and only so many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.settings import Settings
from app.web.open_pages import current, page_of

FOLDER = "/_stcore/upload_file/"
MOST_FILES = 1_000
"""Files that wait on one page."""
MOST_OF_PAGE, MOST_OF_ALL = 400 * 2**20, 2**30
"""Bytes that wait on one page, and on all pages of this process: twice, and five times, the
largest file."""
_shown: WeakKeyDictionary[AppSession, bool] = WeakKeyDictionary()
"""The pages that show an uploader; False until the present run has drawn it again."""


@contextmanager
def page_run() -> Iterator[None]:
    """Around a run of the whole page: afterwards, what it has not drawn takes no files."""
    session = current()
    if session is None:
        yield
        return
    if session in _shown:
        _shown[session] = False
    try:
        yield
    except RerunException:
        raise  # the next run tells what is shown
    except BaseException:
        _close(session)
        raise
    else:
        _close(session)


def show() -> None:
    """Opens the page of this run to files: it draws an uploader."""
    if session := current():
        _shown[session] = True


def forget(files: Iterable[UploadedFile]) -> None:
    """Frees the memory of files that the page of this run has done with."""
    context = get_script_run_ctx()
    assert context is not None
    manager = context.uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    for file in files:
        manager.remove_file(context.session_id, file.file_id)


def _close(session: AppSession) -> None:
    if not _shown.get(session):
        _shown.pop(session, None)


class Uploads:
    """Refuses uploads to another's page, to a page without an uploader, and too many of them."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app, self._settings = app, settings
        self._arriving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upload = scope["type"] == "http" and scope["path"].startswith(FOLDER)
        if not upload or scope["method"] not in ("PUT", "DELETE"):
            await self._app(scope, receive, send)
            return
        session_id = scope["path"].removeprefix(FOLDER).partition("/")[0]
        session = page_of(HTTPConnection(scope), session_id, self._settings())
        if session is None or (scope["method"] == "PUT" and session not in _shown):
            refusal = "This is no page of yours that shows an uploader; reload the page.\n"
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        elif scope["method"] == "DELETE":
            await self._app(scope, receive, send)
        else:
            await self._bounded(session_id, scope, receive, send)

    async def _bounded(self, session_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts an upload while it arrives; Streamlit keeps what has arrived."""
        declared = HTTPConnection(scope).headers.get("content-length", "")
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            length = len(message.get("body", b""))
            self._check_room(session_id, length)
            arrived += length
            self._arriving[session_id] += length
            return message

        try:
            self._check_room(session_id, int(declared[:20]) if declared.isdecimal() else 0)
            await self._app(scope, counted, send)
        except HTTPException as error:  # before the app, which answers its own
            answer = PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
            await answer(scope, receive, send)
        finally:
            self._arriving[session_id] -= arrived
            if not self._arriving[session_id]:
                del self._arriving[session_id]

    def _check_room(self, session_id: str, more: int) -> None:
        """Raises `HTTPException` where so many further bytes are too many."""
        uploads = _kept()
        of_page = uploads.get(session_id, [])
        if len(of_page) >= MOST_FILES:
            raise HTTPException(
                413,
                f"{MOST_FILES} files wait on this page, as many as may; add them, or remove some.",
            )
        if sum(of_page) + self._arriving[session_id] + more > MOST_OF_PAGE:
            raise HTTPException(
                413,
                f"The files that wait on a page may have {MOST_OF_PAGE // 2**20} MiB in all; add "
                "those that are there first, remove some, or use `python -m app import`.",
            )
        if sum(map(sum, uploads.values())) + self._arriving.total() + more > MOST_OF_ALL:
            raise HTTPException(
                429,
                f"The server holds {MOST_OF_ALL // 2**20} MiB of uploads, as many as it may, until "
                "their pages are closed; try again in a few minutes.",
                {"Retry-After": "120"},
            )


def _kept() -> Mapping[str, list[int]]:
    """The bytes of every file that waits, by its page."""
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return {
        session_id: [len(file.data) for file in list(files.values())]
        for session_id, files in list(manager.file_storage.items())
    }
