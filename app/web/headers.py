"""Security headers: they forbid in browsers what the page never does, also to injected content."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.base_address import SCRIPT

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Headers:
    """Adds the headers to every HTTP answer that does not say otherwise itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = MutableHeaders(scope=message)
                for name, value in hardening().items():
                    present.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


@cache
def hardening() -> Mapping[str, str]:
    return {
        "Content-Security-Policy": page_policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


def page_policy() -> str:
    """As much as Streamlit's page bears: no script but its own files, its components (which it
    loads as blobs), the one that stands in its index and ours; nothing from or to elsewhere."""
    scripts = " ".join(["'self'", "blob:", *map(_source, [*_inline_scripts(), SCRIPT])])
    return _policy(
        {
            "default-src": "'self'",
            "script-src": scripts,
            "style-src": "'self' 'unsafe-inline'",  # emotion writes styles as it goes
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            "media-src": "'self' data: blob:",
            "worker-src": "'self' blob:",
            "connect-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
    )


def form_policy() -> str:
    """For a page of ours that is a form and its style, and runs nothing."""
    return _policy(
        {
            "default-src": "'none'",
            "style-src": "'unsafe-inline'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
    )


def _policy(directives: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _inline_scripts() -> list[str]:
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    return _INLINE.findall(index.read_text())


def _source(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
