"""Where messages may go: by http or https to public addresses, unless the server allows others.

A name is resolved once, and the message goes to the address that was checked: a name that resolves
to another address a moment later leads nowhere else.
"""

from __future__ import annotations

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_PORT = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PATTERN = rf"^https?://{_LABEL}(\.{_LABEL}){{0,9}}(:{_PORT})?(/[!-~]{{0,1000}})?$"
"""A name or an IPv4 address, with a port and a path where there are some; no credentials."""
ALLOW = "SPANNEAL_WEBHOOKS=private in the server's and the worker's environment allows it"
_NAT64 = ip_network("64:ff9b::/96")


class WebhookTargetError(ValueError):
    """Why no message goes to an address, and what would allow it."""


def require_allowed(url: str, private: bool) -> None:
    """Raises `WebhookTargetError` for what is no address of a receiver, and for an address of this
    machine or a private network. A name's addresses are looked at before each message."""
    if not re.fullmatch(PATTERN, url):
        raise WebhookTargetError(
            f"a webhook needs a URL such as https://example.org/hook, with a host's name or its "
            f"IPv4 address and no user name or password; got {url[:200]!r}"
        )
    host = urlsplit(url).hostname or ""
    address = _literal(host)
    local = host == "localhost" or host.endswith(".localhost")
    if not private and (local if address is None else not is_public(address)):
        raise _refused(host)


async def resolve(url: str, private: bool) -> list[str]:
    """The addresses of a URL's host. Raises `WebhookTargetError` where one of them is not public,
    and `OSError` where the name has none."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
    for address in addresses:
        if not private and not is_public(ip_address(address)):
            raise _refused(f"{host} ({address})")
    return addresses


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is on the public internet: not this machine's, private, link-local, shared,
    reserved or multicast, nor an IPv6 address that stands for such an IPv4 address."""
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return is_public(within)
        if address.teredo is not None or address.is_site_local or "%" in str(address):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, also in C's short forms such as 127.1; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _refused(host: str) -> WebhookTargetError:
    return WebhookTargetError(
        f"{host} is this machine or in a private network, where no webhooks go; {ALLOW}"
    )
