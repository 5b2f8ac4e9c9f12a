"""Why a server could not be asked, in plain words, whichever HTTP library asked it."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

_PORTS = {"http": 80, "https": 443}
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
_CERTIFICATE = {
    9: "is not valid yet; compare the clocks of both machines",
    10: "has expired; whoever runs that server renews it",
    18: "is signed by nobody else; that server needs one of a public authority",
    19: "comes from an authority of its own; that server needs one of a public authority",
    20: "comes from an unknown authority, or without the certificates between the two; that server "
    "needs its full chain, up to a public authority",
    21: "comes without the certificates between it and its authority; that server must send its "
    "full chain",
    62: "is for another name; check the name in the address",
    64: "is not for this address; use the name that it is for",
}
"""By OpenSSL's X509_V_ERR_ number."""
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
_TIMEOUTS = ("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout")
_BROKEN_OFF = ("ReadError", "WriteError", "RemoteProtocolError")
"""The names that httpx and its kin have in common."""


def explain(
    error: BaseException, url: str, *, seconds: float | None = None, direct: bool = False
) -> str | None:
    """What kept `url` from being asked, and what to do: a sentence without its stop, which names
    the URL's host and port and nothing else of it. None where `error`, with its causes, is not of
    the connection. `seconds` is how long an answer was waited for, and `direct` says that no proxy
    of the environment was used."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        return _no_address(url)
    for cause in _causes(error):
        if (sentence := _sentence(cause, parts, seconds)) is not None:
            return sentence if direct else sentence + _by_proxy(parts)
    return None


def host_and_port(url: str) -> str:
    """Of an http or https URL, such as example.org:443."""
    return _host_and_port(urlsplit(url))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the first cause first: that one knows most."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return reversed(chain)


def _sentence(cause: BaseException, parts: SplitResult, seconds: float | None) -> str | None:
    where = _host_and_port(parts)
    if isinstance(cause, socket.gaierror):
        return _unknown_name(cause, str(parts.hostname))
    if isinstance(cause, ssl.SSLError):
        return _no_tls(cause, where)
    if isinstance(cause, TimeoutError) or type(cause).__name__ in _TIMEOUTS:
        within = "in time" if seconds is None else f"within {seconds:.0f} seconds"
        return (
            f"no answer from {where} {within}; the program there is slow, or a firewall drops what "
            "is sent to it"
        )
    if isinstance(cause, ConnectionRefusedError):
        return f"nothing listens at {where}; check the port, and that the program there runs"
    if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
        return (
            f"no network leads to {where}; check the address, and the connection of the machine "
            "that asks"
        )
    if isinstance(cause, ConnectionError) or type(cause).__name__ in _BROKEN_OFF:
        return (
            f"{where} sent no whole HTTP answer; check that a web server listens there, and see "
            "its log"
        )
    return None


def _unknown_name(error: socket.gaierror, host: str) -> str:
    if error.errno == socket.EAI_AGAIN:
        return (
            f"DNS does not answer when asked for {host}; check the connection and the DNS server "
            "of the machine that asks"
        )
    return f"the name {host} is not known to DNS; check its spelling"


def _no_tls(error: ssl.SSLError, where: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = _CERTIFICATE.get(error.verify_code, f"is not valid: {error.verify_message}")
        return f"the certificate of {where} {fault}"
    if error.reason in _NOT_TLS:
        return f"{where} does not speak TLS; its address may begin with http:// instead of https://"
    return (
        f"{where} broke off the TLS handshake ({error.reason or 'no reason given'}); see the log "
        "of the program there"
    )


def _host_and_port(parts: SplitResult) -> str:
    host = str(parts.hostname)
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or _PORTS[parts.scheme]}"


def _no_address(url: str) -> str:
    shown = url.partition("?")[0].rpartition("@")[2][:200]
    return (
        f"an address begins with http:// or https:// and a host, such as http://127.0.0.1:8501; "
        f"got {shown!r}"
    )


def _by_proxy(parts: SplitResult) -> str:
    if parts.scheme not in getproxies() or proxy_bypass(str(parts.hostname)):
        return ""
    name = f"{parts.scheme}_proxy".upper()
    return (
        f"; it was asked through the proxy of {name}, whose fault it may be (NO_PROXY="
        f"{parts.hostname} goes around it)"
    )
