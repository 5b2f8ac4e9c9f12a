"""Whose page takes files, when, and how many."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.runtime.scriptrunner import RerunData, RerunException, StopException
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from app.settings import ROOT, Settings
from app.web import uploads
from app.web.gate import COOKIE
from app.web.uploads import FOLDER, Uploads
from tests.app.web.open_pages_kit import ANNA, Page, Running
from tests.app.web.open_pages_kit import running as running


@pytest.fixture(autouse=True)
def drawn(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_shown", WeakKeyDictionary())
    for name in running.pages:
        draw(running, name)


@pytest.fixture
def client(running: Running) -> Iterator[TestClient]:
    """Anna's, before a server that keeps what it is sent as Streamlit does."""

    async def keep(request: Request) -> Response:
        data = b"".join([part async for part in request.stream()])
        page, file_id = request.path_params["page"], request.path_params["file_id"]
        running.uploaded_file_mgr.add_file(page, UploadedFileRec(file_id, "name", "type", data))
        return Response(status_code=204)

    async def remove(request: Request) -> Response:
        running.uploaded_file_mgr.remove_file(
            **{"session_id": request.path_params["page"], "file_id": request.path_params["file_id"]}
        )
        return Response(status_code=204)

    address = FOLDER + "{page}/{file_id}"
    routes = [Route(address, keep, methods=["PUT"]), Route(address, remove, methods=["DELETE"])]
    app = Starlette(routes=routes, middleware=[Middleware(Uploads, Settings.from_environment)])
    with TestClient(app, cookies={COOKIE: ANNA}) as result:
        yield result


def draw(
    running: Running, page: str, uploader: bool = True, end: BaseException | None = None
) -> None:
    running.run_of = page
    with uploads.page_run():
        if uploader:
            uploads.show()
        if end:
            raise end


def put(client: TestClient, page: str, size: int = 1, file_id: str = "a") -> int:
    return client.put(f"{FOLDER}{page}/{file_id}", content=bytes(size)).status_code


def in_parts(*sizes: int) -> Iterator[bytes]:
    """A body whose length nobody declares."""
    yield from map(bytes, sizes)


def test_a_file_comes_to_a_page_of_ones_own_that_shows_an_uploader(
    client: TestClient, running: Running
) -> None:
    assert put(client, "anna", 7) == 204
    assert uploads._kept() == {"anna": [7]}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("page", ["bo", "nobody", "", "anna/.."])
def test_no_file_comes_to_or_leaves_another_persons_page(
    client: TestClient, running: Running, method: str, page: str
) -> None:
    running.uploaded_file_mgr.add_file("bo", UploadedFileRec("a", "name", "type", b"Bo's"))
    refused = client.request(method, f"{FOLDER}{page}/a", content=b"x")

    assert refused.status_code == 403
    assert "uploader" in refused.text
    assert uploads._kept() == {"bo": [4]}


def test_a_page_without_an_uploader_takes_no_file(client: TestClient, running: Running) -> None:
    running.pages["new"] = Page("new", **{COOKIE: ANNA})
    assert put(client, "new") == 403
    draw(running, "new", uploader=False)
    assert put(client, "new") == 403
    assert uploads._kept() == {}


@pytest.mark.parametrize("end", [None, StopException(), KeyError("a mistake")])
def test_a_page_that_shows_its_uploader_no_longer_takes_no_file(
    client: TestClient, running: Running, end: BaseException | None
) -> None:
    with suppress(StopException, KeyError):
        draw(running, "anna", uploader=False, end=end)
    assert put(client, "anna") == 403
    assert put(client, "anna too") == 204


def test_a_run_that_is_broken_off_for_another_closes_no_uploader(
    client: TestClient, running: Running
) -> None:
    with pytest.raises(RerunException):
        draw(running, "anna", uploader=False, end=RerunException(RerunData()))
    assert put(client, "anna") == 204


def test_a_page_that_is_closed_is_forgotten(client: TestClient, running: Running) -> None:
    del running.pages["anna"]
    assert put(client, "anna") == 403
    gc.collect()
    assert len(uploads._shown) == 2


def test_a_page_holds_only_so_many_bytes(
    client: TestClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OF_PAGE", 100)
    assert put(client, "anna", 60, "a") == 204
    assert put(client, "anna", 41, "b") == 413
    undeclared = client.put(f"{FOLDER}anna/b", content=in_parts(20, 20, 20))
    assert undeclared.status_code == 413
    assert "add those that are there first" in undeclared.text
    assert put(client, "anna too", 60) == 204
    assert client.delete(f"{FOLDER}anna/a").status_code == 204
    assert put(client, "anna", 41, "b") == 204


def test_all_pages_together_hold_only_so_many_bytes_until_they_are_closed(
    client: TestClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OF_ALL", 100)
    assert put(client, "anna", 60) == 204
    for content in (bytes(41), in_parts(41)):
        refused = client.put(f"{FOLDER}anna too/a", content=content)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "120")
    running.uploaded_file_mgr.remove_session_files("anna")
    assert put(client, "anna too", 41) == 204


def test_a_page_holds_only_so_many_files(
    client: TestClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    assert [put(client, "anna", 0, str(number)) for number in range(3)] == [204, 204, 413]


def test_what_arrives_counts_until_it_is_kept_or_given_up(
    client: TestClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OF_PAGE", 100)
    for _ in range(3):
        assert client.put(f"{FOLDER}anna/b", content=in_parts(90, 20)).status_code == 413
    assert put(client, "anna", 100) == 204


def test_where_a_provider_signs_people_in_its_cookie_tells_whose_page_it_is(
    client: TestClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "oidc")
    running.pages["olena"] = Page("olena", _streamlit_user="chunks-1", _streamlit_user__1="Olena")
    draw(running, "olena")
    assert put(client, "olena") == 403
    client.cookies.update({"_streamlit_user": "chunks-1", "_streamlit_user__1": "Bo"})
    assert put(client, "olena") == 403
    client.cookies.update({"_streamlit_user__1": "Olena"})
    assert put(client, "olena") == 204


def test_a_file_that_the_page_has_done_with_is_freed(
    client: TestClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = SimpleNamespace(session_id="anna", uploaded_file_mgr=running.uploaded_file_mgr)
    put(client, "anna", 7)
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: context)
    file: Any = SimpleNamespace(file_id="a")
    uploads.forget([file])
    assert uploads._kept() == {"anna": []}


def test_the_bounds_let_the_largest_file_in() -> None:
    from tests.app.web.test_hardening import config

    assert config()["server"]["maxUploadSize"] * 2**20 <= uploads.MOST_OF_PAGE < uploads.MOST_OF_ALL


@pytest.mark.parametrize("path", sorted((ROOT / "app").rglob("*.py")), ids=str)
def test_every_uploader_opens_its_page_to_files(path: Path) -> None:
    source = path.read_text()
    drawn = re.findall(r"st\.(file_uploader|camera_input|audio_input|chat_input)\(", source)
    if drawn:
        assert len(re.findall(r"^ +uploads\.show\(\)$", source, re.MULTILINE)) == len(drawn)
