"""Signatures of webhooks in the Standard Webhooks form: made by the server, verified by receivers.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any, Protocol

PREFIX = "whsec_"
TOLERANCE = 300.0
"""Seconds that the sender's clock and the receiver's may differ: older messages may be replayed."""


class Headers(Protocol):
    """A request's headers, as every framework has them, or a mapping with names in lower case."""

    def __contains__(self, name: object, /) -> bool: ...

    def __getitem__(self, name: str, /) -> str: ...


class SignatureError(ValueError):
    """Why a message is not to be believed."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` of a message: `v1,` and the HMAC-SHA256 of
    `id.timestamp.body` in Base64. Raises `SignatureError` for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise SignatureError(
            f"the secret is {PREFIX} and Base64, as the webhook was created with"
        ) from None
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def verify_webhook(
    secret: str, headers: Headers, body: bytes, now: float | None = None
) -> dict[str, Any]:
    """The message of a request that was signed with the secret, less than five minutes ago.

    `body` is exactly what came, `now` a Unix time. Raises `SignatureError`: answer the request with
    status 400, and do nothing else.
    """
    missing = [name for name in _HEADERS if name not in headers]
    if missing:
        raise SignatureError(f"the request has no header {missing[0]}: no webhook sent it")
    message_id, sent, signatures = (headers[name] for name in _HEADERS)
    if not (sent.isascii() and sent.isdecimal()) or len(sent) > 12:
        raise SignatureError(f"webhook-timestamp is no Unix time: {sent[:20]!r}")
    wanted = sign(secret, message_id, int(sent), body)
    if not any(hmac.compare_digest(wanted.encode(), s.encode()) for s in signatures.split()):
        raise SignatureError("the signature is of another secret or another message")
    if abs((time.time() if now is None else now) - int(sent)) > TOLERANCE:
        raise SignatureError(f"the message was signed more than {TOLERANCE:.0f} seconds ago")
    message: dict[str, Any] = json.loads(body)
    return message


_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
