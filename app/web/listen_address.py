"""Where the page listens, and whether it may do so without knowing who comes."""

from __future__ import annotations

from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

from app.settings import Auth

_FORWARDED = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address. A path is a Unix socket's."""
    if host == "localhost" or "/" in host:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def asks_locally(request: Request) -> bool:
    """Whether this machine asks, under its own name: else a page could rebind a name of its.

    Through a proxy everybody seems to come from this machine, so what a proxy adds says no.
    """
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        return False
    here = request.client is not None and is_loopback(request.client.host)
    return here and is_loopback(host) and not any(name in request.headers for name in _FORWARDED)


def names_address(asked: HTTPConnection) -> bool:
    """Whether it was asked for under an IP address, which nobody can rebind, as a name can be."""
    try:
        ip_address(urlsplit(f"//{asked.headers.get('host', '')}").hostname or "")
    except ValueError:
        return False
    return True


def problem(auth: Auth, host: str | None) -> str | None:
    """Why the page must not be served there; None where it may. No host means every address."""
    if auth == "oidc" and find_spec("authlib") is None:
        return (
            "SPANNEAL_AUTH=oidc needs the package Authlib, which is not installed: "
            "`pip install -r requirements-oidc.txt`."
        )
    if auth != "off" or (host is not None and is_loopback(host)):
        return None
    return (
        f"The address {host or '0.0.0.0'} is reachable from other machines, and everybody there "
        "could read and change everything. Set SPANNEAL_AUTH=accounts and create accounts with "
        "`python -m app users add NAME --administrator`; or set SPANNEAL_AUTH=oidc; or "
        "SPANNEAL_AUTH=none if a proxy in front of the page controls access. Or listen on "
        "127.0.0.1."
    )
