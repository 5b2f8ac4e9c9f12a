"""Which site's page a browser asks for."""

from __future__ import annotations

from starlette.requests import HTTPConnection

_OF_PAGE = {"ws": "http", "wss": "https"}
"""The scheme of the pages that open such a socket."""


def same_origin(asked: HTTPConnection) -> bool:
    """Whether a page of this very site asks: scheme, name and port are those that it asks for.

    A program names no origin, and passes. Browsers write `Origin` and `Host` alike, and so do
    proxies that pass `Host` on, so that the two are compared letter by letter.
    """
    scheme = asked.scope.get("scheme", "http")
    here = f"{_OF_PAGE.get(scheme, scheme)}://{asked.headers.get('host', '')}"
    return all(origin == here for origin in asked.headers.getlist("origin"))
