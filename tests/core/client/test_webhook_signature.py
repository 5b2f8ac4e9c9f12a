"""Messages of webhooks, verified by their receivers."""

from __future__ import annotations

import pytest

from core.client.webhook_signature import SignatureError, sign, verify_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = 1614265330
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(SENT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example of the Standard Webhooks libraries."""


def test_a_signature_is_that_of_the_standards_libraries() -> None:
    assert sign(SECRET, HEADERS["webhook-id"], SENT, BODY) == HEADERS["webhook-signature"]
    assert verify_webhook(SECRET, HEADERS, BODY, now=SENT) == {"test": 2432232314}


def test_of_several_signatures_one_has_to_hold() -> None:
    several = {**HEADERS, "webhook-signature": f"v1,bm8= {HEADERS['webhook-signature']}"}
    assert verify_webhook(SECRET, several, BODY, now=SENT)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"webhook-id": "msg_other"}, "another secret or another message"),
        ({"webhook-timestamp": str(SENT + 1)}, "another secret or another message"),
        ({"webhook-timestamp": "today"}, "is no Unix time"),
        ({"webhook-signature": "v1,é"}, "another secret or another message"),
        ({"webhook-signature": ""}, "another secret or another message"),
    ],
)
def test_a_message_that_was_changed_is_refused(changed: dict[str, str], reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        verify_webhook(SECRET, {**HEADERS, **changed}, BODY, now=SENT)


def test_a_message_without_its_headers_or_of_long_ago_is_refused() -> None:
    with pytest.raises(SignatureError, match="no header webhook-id"):
        verify_webhook(SECRET, {}, BODY)
    for now in (SENT - 301, SENT + 301):
        with pytest.raises(SignatureError, match="more than 300 seconds ago"):
            verify_webhook(SECRET, HEADERS, BODY, now=now)


def test_what_is_no_secret_is_named() -> None:
    with pytest.raises(SignatureError, match="whsec_ and Base64"):
        verify_webhook("secret!", HEADERS, BODY, now=SENT)
