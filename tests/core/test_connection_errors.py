"""Whoever asks a server that does not answer is told what happened, and what to do."""

from __future__ import annotations

import errno
import socket
import ssl

import httpx
import pytest

from core.connection_errors import explain

HOOK = "https://user:pass@hooks.example.org/secret?token=t"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def of_certificate(code: int, message: str = "as OpenSSL says it") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_code, error.verify_message = code, message
    return error


def of_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "the name hooks.example.org is not known to DNS; check its spelling",
        ),
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
            "DNS does not answer when asked for hooks.example.org; check the connection and the",
        ),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
            "nothing listens at hooks.example.org:443; check the port, and that the program",
        ),
        (
            OSError(errno.EHOSTUNREACH, "No route to host"),
            "no network leads to hooks.example.org:443; check the address",
        ),
        (TimeoutError(), "no answer from hooks.example.org:443 within 10 seconds; the program"),
        (httpx.ConnectTimeout(""), "no answer from hooks.example.org:443 within 10 seconds"),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            "hooks.example.org:443 sent no whole HTTP answer; check that a web server listens",
        ),
        (
            ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
            "hooks.example.org:443 sent no whole HTTP answer",
        ),
        (of_certificate(10), "the certificate of hooks.example.org:443 has expired; whoever"),
        (of_certificate(18), "the certificate of hooks.example.org:443 is signed by nobody else"),
        (of_certificate(62), "the certificate of hooks.example.org:443 is for another name; check"),
        (of_certificate(5), "of hooks.example.org:443 is not valid: as OpenSSL says it"),
        (of_tls("WRONG_VERSION_NUMBER"), "does not speak TLS; its address may begin with http://"),
        (of_tls("NO_CIPHERS"), "broke off the TLS handshake (NO_CIPHERS); see the log"),
    ],
)
def test_a_sentence_says_what_was_asked_what_happened_and_what_helps(
    error: Exception, sentence: str
) -> None:
    explained = explain(error, HOOK, seconds=10)

    assert sentence in str(explained)
    assert not any(secret in str(explained) for secret in ("user", "pass@", "/secret", "token"))


def test_the_first_cause_is_what_is_told() -> None:
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert "is not known to DNS" in str(explain(error, HOOK))


def test_what_is_not_of_the_connection_is_not_explained() -> None:
    assert explain(OSError(errno.ENOSPC, "No space left on device"), HOOK) is None
    assert explain(LookupError("no such revision"), HOOK) is None


@pytest.mark.parametrize("url", ["page:8501/api/v1", "http:///api/v1", "ftp://me:key@page/x?y=z"])
def test_an_address_that_no_request_can_go_to_is_told_with_one_that_could(url: str) -> None:
    explained = str(explain(httpx.UnsupportedProtocol("missing protocol"), url))
    assert "begins with http:// or https:// and a host, such as http://127.0.0.1:8501" in explained
    assert not any(secret in explained for secret in ("key", "y=z"))


def test_a_proxy_that_was_asked_instead_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    monkeypatch.setenv("https_proxy", "http://me:key@proxy:3128")
    assert "through the proxy of HTTPS_PROXY, whose fault it may be (NO_PROXY=hooks" in str(
        explain(refused, HOOK)
    )
    assert "proxy" not in str(explain(refused, HOOK, direct=True))

    monkeypatch.setenv("no_proxy", "hooks.example.org")
    assert "proxy" not in str(explain(refused, HOOK))


def test_an_ipv6_address_is_named_as_in_a_url() -> None:
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    assert "nothing listens at [::1]:8501;" in str(explain(refused, "http://[::1]:8501/api"))
