"""What the Webhooks table says of a message that did not arrive, and what to do about it."""

from __future__ import annotations

import httpx
import pytest

from app.services.webhooks import failures

HOOK = "http://hooks.example.org:8000/secret?token=t"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (301, "answered 301 Moved Permanently: redirects are not followed; add a webhook for"),
        (400, "answered 400 Bad Request: it does not take the message; check that it has this"),
        (401, "answered 401 Unauthorized: it asks for a login, and messages have none"),
        (404, "answered 404 Not Found: it has nothing at this path; check the address"),
        (405, "answered 405 Method Not Allowed: it takes no POST at this path"),
        (410, "answered 410 Gone: it wants no messages any more, so the webhook was switched off"),
        (429, "answered 429 Too Many Requests: it takes no more messages just now"),
        (503, "answered 503 Service Unavailable: it, or the program behind it, fails; see its"),
        (522, "answered 522: it, or the program behind it, fails; see its log"),
    ],
)
def test_a_status_is_told_with_what_it_means_for_the_webhook(status: int, sentence: str) -> None:
    reason = str(failures.of_status(status, HOOK))
    assert reason.startswith(f"hooks.example.org:8000 {sentence}")
    assert "secret" not in reason.replace("webhook’s secret", "")
    assert "token" not in reason


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_message_that_was_taken_has_no_failure(status: int) -> None:
    assert failures.of_status(status, HOOK) is None


def test_a_receiver_that_is_silent_is_told_with_how_long_was_waited() -> None:
    assert failures.of_error(TimeoutError(), HOOK, 10.0) == (
        "no answer from hooks.example.org:8000 within 10 seconds; the program there is slow, or a "
        "firewall drops what is sent to it"
    )


def test_no_error_goes_without_a_reason() -> None:
    assert failures.of_error(UnicodeError("Invalid A-label"), "http://xn--zzzzzz/", 10.0) == (
        "xn--zzzzzz:80 has a name that no server can have; check its spelling"
    )
    assert failures.of_error(
        httpx.InvalidURL("Invalid IPv4 address"), "http://999.1.1.1/", 10.0
    ) == ("999.1.1.1:80 could not be asked, InvalidURL: Invalid IPv4 address")
