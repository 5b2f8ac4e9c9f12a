"""Every page of the navigation has the address of its name, and nothing else is a page."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.screens.navigation import FIRST, PAGES
from app.web.addresses import LONGEST_SHOWN, Addresses

PAGE = "<html><head></head><body>Streamlit</body></html>"
HTML = {"Accept": "text/html"}


def answer(request: Request) -> Response:
    match request.path_params["path"]:
        case "text":
            return PlainTextResponse(PAGE)
        case "refused":
            return HTMLResponse(PAGE, 404)
        case "sign-in":
            return HTMLResponse(PAGE, headers={"Content-Security-Policy": "default-src 'none'"})
    return HTMLResponse(PAGE)


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", answer)])
    return TestClient(Addresses(app, PAGES, FIRST), follow_redirects=False)


@pytest.mark.parametrize("name", ["", *PAGES])
def test_every_name_in_the_navigation_is_the_address_of_its_page(
    client: TestClient, name: str
) -> None:
    client.follow_redirects = True
    asked = client.get(f"/{name}?project=1", headers=HTML)

    assert (asked.status_code, asked.text) == (200, PAGE)
    assert asked.url.path == ("/" if name == FIRST else f"/{name}")
    assert asked.url.query == b"project=1"


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/documents", "./"),
        ("/documents?project=2", "./?project=2"),
        ("/documents/", "../"),
        ("/annotate/?document=3", "../annotate?document=3"),
    ],
)
def test_a_page_has_one_address_and_its_other_spellings_lead_there(
    client: TestClient, asked: str, target: str
) -> None:
    moved = client.get(asked, headers=HTML)

    assert (moved.status_code, moved.headers["location"]) == (307, target)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/Annotate", "/annotate/3", "/a/b/c", "//example.org"]
)
def test_an_unknown_address_says_so_and_leads_to_the_first_page(
    client: TestClient, path: str
) -> None:
    asked = client.get(f"http://testserver{path}", headers=HTML)

    assert asked.status_code == 404
    assert path in asked.text
    assert '<a href="/">Go to Documents</a>' in asked.text
    assert PAGE not in asked.text


def test_an_address_is_shown_as_it_is_and_a_long_one_is_cut(client: TestClient) -> None:
    hostile = client.get("/<script>alert(1)</script>", headers=HTML).text
    assert "<script>" not in hostile
    assert "&lt;script&gt;" in hostile

    long = client.get("/" + "x" * 500, headers=HTML).text
    assert "x" * (LONGEST_SHOWN - 2) + "…" in long
    assert "x" * LONGEST_SHOWN not in long


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/text", "text/html"),
        ("/refused", "text/html"),
        ("/sign-in", "text/html"),
        ("/nowhere", "*/*"),
        ("/documents", "application/json"),
    ],
)
def test_what_is_no_page_of_streamlits_passes_as_it_is(
    client: TestClient, path: str, accept: str
) -> None:
    assert client.get(path, headers={"Accept": accept}).text == PAGE
