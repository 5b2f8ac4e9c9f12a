"""Why a message did not arrive, and what helps: for who set up the webhook, without a secret."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import responses

from core.connection_errors import explain, host_and_port

_REDIRECTED = "redirects are not followed; add a webhook for the address that it leads to"
_LOGIN = "it asks for a login, and messages have none; let them through, their signature protects"
_ADVICE: Mapping[int, str] = {
    401: _LOGIN,
    403: _LOGIN,
    404: "it has nothing at this path; check the address",
    405: "it takes no POST at this path; check the address",
    410: "it wants no messages any more, so the webhook was switched off",
    429: "it takes no more messages just now; this one comes again later",
}
_REFUSED = "it does not take the message; check that it has this webhook’s secret, and see its log"
_BROKEN = "it, or the program behind it, fails; see its log"


def of_status(status: int, url: str) -> str | None:
    """None where the receiver took the message."""
    if 200 <= status < 300:
        return None
    by_class = {3: _REDIRECTED, 4: _REFUSED}.get(status // 100, _BROKEN)
    answered = f"{host_and_port(url)} answered {status} {responses.get(status, '')}".rstrip()
    return f"{answered}: {_ADVICE.get(status, by_class)}"


def of_error(error: Exception, url: str, seconds: float) -> str:
    """`seconds`: how long the receiver had for its answer."""
    if reason := explain(error, url, seconds=seconds, direct=True):
        return reason
    where = host_and_port(url)
    if isinstance(error, UnicodeError):
        return f"{where} has a name that no server can have; check its spelling"
    return f"{where} could not be asked, {type(error).__name__}: {error}"[:500]
