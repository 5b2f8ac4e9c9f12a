"""What Streamlit and the gate before it refuse, and what browsers are told."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.__main__ import main
from app.edit_operations import MAX_COMMENT
from app.screens.common.error_message import error_text
from app.services.annotation.batch import MAX_OPERATIONS
from app.services.team import accounts
from app.settings import ROOT, Settings
from app.web import gate, listen_address
from app.web.gate import Gate
from app.web.headers import Headers, page_policy
from app.web.sign_in import ROUTES
from tests.app.material import environment_in

GOOD = "seven grey herons rowing"


@pytest.fixture
def server(
    tmp_path: Path, quick_hashes: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The gate, the form and the headers before a page that says "the page"."""
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    settings = Settings.from_environment()
    accounts.add(gate.database(settings), "Anna", GOOD)
    before = [Middleware(Headers), Middleware(Gate, settings=Settings.from_environment)]
    page = Route("/{path:path}", lambda request: PlainTextResponse("the page"))
    app = Starlette(routes=[*ROUTES, page], middleware=before)
    with TestClient(
        _as_if_at(app, "127.0.0.1"), "http://localhost", follow_redirects=False
    ) as first:
        yield first
    gate.database(settings).kw["bind"].dispose()
    gate._database.cache_clear()


def _as_if_at(app: Any, address: str) -> Any:
    """The app as it is served at an address."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "server": (address, 8501)}, receive, send)

    return served


def config() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())


@pytest.mark.parametrize(
    ("section", "option", "value"),
    [
        ("client", "showErrorDetails", "none"),
        ("client", "showErrorLinks", False),
        ("client", "allowedOrigins", []),
        ("browser", "gatherUsageStats", False),
        ("browser", "serverAddress", "127.0.0.1"),
        ("server", "address", "127.0.0.1"),
        ("server", "allowedHosts", ["localhost", "127.0.0.1"]),
        ("server", "enableXsrfProtection", True),
        ("server", "enableCORS", True),
        ("server", "enableStaticServing", False),
        ("server", "enableAgentApi", False),
    ],
)
def test_streamlit_is_told_what_it_would_leave_open(
    section: str, option: str, value: object
) -> None:
    assert config()[section][option] == value


def test_an_upload_has_a_limit() -> None:
    assert 0 < config()["server"]["maxUploadSize"] <= 200, "megabytes, held in memory"


def test_a_message_of_a_browser_has_a_limit_that_the_longest_list_of_edits_keeps() -> None:
    server, longest = config()["server"], MAX_OPERATIONS * MAX_COMMENT * len("語".encode())

    assert longest < server["maxWidgetStateSize"] * 10**6 <= 25 * 10**6
    assert server["maxWidgetStateSize"] <= server["maxMessageSize"] <= 50, "held in memory"


def test_streamlit_knows_every_option_that_it_is_told() -> None:
    from streamlit import config as streamlit_config

    known = streamlit_config.get_config_options()
    for section in ("client", "browser", "server"):
        for option in config()[section]:
            assert f"{section}.{option}" in known


@pytest.mark.parametrize("path", ["/", "/annotate", "/nowhere", "/_stcore/host-config", "/media/x"])
def test_who_has_not_signed_in_is_sent_to_the_form_or_refused(
    server: TestClient, path: str
) -> None:
    asked = server.get(path, headers={"Accept": "text/html"})

    assert (asked.status_code, asked.headers["location"][:8]) == (303, "/sign-in")
    assert server.get(path).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/static/../media/x",
        "/static/%2e%2e/media/x",
        "/static/..%2fmedia/x",
        "/static//media/x",
        "/static/..\\media/x",
        "/staticky/x",
        "/_stcore/health/../stream",
    ],
)
def test_no_path_leads_around_the_gate(server: TestClient, path: str) -> None:
    assert server.get(path).status_code in (303, 401)


def test_a_session_opens_the_gate_and_its_end_closes_it(server: TestClient) -> None:
    form = {"name": "anna", "password": GOOD, "next": "/figures?project=1"}
    answer = server.post("/sign-in", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/figures?project=1")
    message = answer.headers["set-cookie"].lower()
    assert "httponly" in message
    assert "samesite=lax" in message
    assert "secure" not in message.replace("httponly", ""), "over HTTP it would be lost"
    assert server.get("/").text == "the page"
    server.cookies.clear()
    assert server.get("/").status_code == 401


def test_over_https_the_cookie_is_for_https_only(server: TestClient) -> None:
    answer = server.post("https://localhost/sign-in", data={"name": "Anna", "password": GOOD})

    assert "; secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "wanted",
    [
        "https://example.org",
        "//example.org",
        "/\\example.org",
        "javascript:alert(1)",
        "/\n/",
        "//[",
    ],
)
def test_the_form_leads_to_no_other_site(server: TestClient, wanted: str) -> None:
    form = {"name": "Anna", "password": GOOD, "next": wanted}

    assert server.post("/sign-in", data=form).headers["location"] == "/"


def test_the_form_shows_what_was_typed_as_text(server: TestClient) -> None:
    answer = server.post("/sign-in", data={"name": '"><script>alert(1)</script>', "password": "x"})

    assert answer.status_code == 403
    assert "<script" not in answer.text


def test_a_form_that_is_far_too_long_is_not_read(server: TestClient) -> None:
    answer = server.post("/sign-in", data={"name": "Anna", "password": "x" * 100_000})

    assert answer.status_code == 413


def test_a_form_of_far_too_many_fields_is_not_read(server: TestClient) -> None:
    answer = server.post("/sign-in", data={f"field {number}": "x" for number in range(20)})

    assert answer.status_code == 413


def test_the_form_is_shown_whatever_address_it_should_lead_to(server: TestClient) -> None:
    answer = server.get("/sign-in", params={"next": "//["})

    assert answer.status_code == 200
    assert 'value="/"' in answer.text


def test_a_form_of_another_site_is_refused(server: TestClient) -> None:
    form = {"name": "Anna", "password": GOOD}

    for origin in ("https://example.org", "null", "http://["):
        assert server.post("/sign-in", data=form, headers={"Origin": origin}).status_code == 403


def test_a_name_that_is_not_ours_is_refused(server: TestClient) -> None:
    assert server.get("/", headers={"Host": "rebound.example"}).status_code == 421


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_answer_has_the_headers(server: TestClient, header: str, value: str) -> None:
    for path in ("/", "/sign-in"):
        assert server.get(path).headers[header] == value


def test_the_policy_allows_no_inline_script_and_no_other_site() -> None:
    policy = dict(part.split(" ", 1) for part in page_policy().split("; "))

    assert "unsafe" not in policy["script-src"]
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert not any("http" in value or "*" in value for value in policy.values())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "/run/page.sock"])
def test_one_person_needs_no_account_on_their_own_machine(host: str) -> None:
    assert listen_address.problem("off", host) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", "", None])
def test_an_address_that_others_reach_needs_a_decision(host: str | None) -> None:
    problem = listen_address.problem("off", host)

    assert problem is not None
    assert "SPANNEAL_AUTH=accounts" in problem
    for decided in ("none", "accounts", "oidc"):
        assert listen_address.problem(decided, host) is None  # type: ignore[arg-type]


def test_a_provider_without_the_package_that_asks_it_is_a_problem_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.web.listen_address.find_spec", lambda name: None)
    assert "requirements-oidc.txt" in (listen_address.problem("oidc", "127.0.0.1") or "")
    assert listen_address.problem("accounts", "127.0.0.1") is None


def test_serve_refuses_an_open_address_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SPANNEAL_AUTH", raising=False)

    assert main(["serve", "--host", "0.0.0.0"]) == 1
    assert "SPANNEAL_AUTH" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_the_gate_refuses_what_came_to_an_open_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPANNEAL_AUTH", raising=False)
    page = Starlette(routes=[Route("/", lambda request: PlainTextResponse("the page"))])
    gated = Gate(page, Settings.from_environment)

    assert (
        TestClient(_as_if_at(gated, "192.168.1.7"), "http://localhost").get("/").status_code == 403
    )
    assert TestClient(_as_if_at(gated, "127.0.0.1"), "http://localhost").get("/").text == "the page"


def test_an_unknown_way_to_sign_in_is_refused() -> None:
    with pytest.raises(ValueError, match="SPANNEAL_AUTH"):
        Settings.from_environment({"SPANNEAL_AUTH": "acounts"})


def test_an_error_is_named_by_a_reference_that_the_log_has(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        message = error_text(TypeError("secret internals"))

    reference = caplog.records[0].getMessage().split()[-1]
    assert reference in message
    assert "secret internals" not in message
    assert "secret internals" in caplog.text
