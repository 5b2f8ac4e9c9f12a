"""Where the page listens, and whether it may do so without knowing who comes."""

from __future__ import annotations

from ipaddress import ip_address

from app.settings import Auth


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address. A path is a Unix socket's."""
    if host == "localhost" or "/" in host:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def problem(auth: Auth, host: str | None) -> str | None:
    """Why the page must not be served there; None where it may. No host means every address."""
    if auth != "off" or (host is not None and is_loopback(host)):
        return None
    return (
        f"The address {host or '0.0.0.0'} can be reached from other machines, and whoever reaches "
        "the page could read and change everything. Set SPANNEAL_AUTH=accounts, and make accounts "
        "with `python -m app users add NAME --administrator`; or SPANNEAL_AUTH=oidc; or, where "
        "something before the page decides who comes in, SPANNEAL_AUTH=none. Or listen on "
        "127.0.0.1."
    )
