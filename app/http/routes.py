"""The three interfaces for programs, each under its own address, and the page about ours."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from app.http.api import (
    documents,
    imports,
    instant,
    models,
    project_jobs,
    projects,
    suggestions,
    team,
    tokens,
    webhooks,
)
from app.http.common import errors
from app.http.common.authentication import Admission
from app.http.common.limits import BodyLimit
from app.http.predictions import prediction
from app.http.tools import inception, inception_training, label_studio, label_studio_webhook
from app.http.tools.refused import RefusalCounter
from app.web.headers import form_policy

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="`python -m app token create` makes one; programs of the same machine need none "
    "where nobody signs in.",
)
"""For the description; `Admission` checks it."""
_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:48rem;margin:2rem auto;"
    "padding:0 1rem}code{background:#8882;padding:.1em .3em}h2{font-size:1rem;margin:2rem 0 0}"
    "pre{overflow:auto;background:#8881;padding:.6rem}"
)


def _app(
    title: str, *routers: APIRouter, described: bool = False, tool: str | None = None
) -> FastAPI:
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,  # its pages come from another host
        redoc_url=None,
        openapi_url="/openapi.json" if described else None,
        responses=errors.RESPONSES,
        dependencies=[Security(_BEARER)],
    )
    for router in routers:
        app.include_router(router)
    errors.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Admission)  # added after what it stands before
    if tool is not None:
        app.add_middleware(RefusalCounter, tool=tool)
    return app


API = _app(
    "Spanneal",
    prediction.router,
    projects.router,
    documents.router,
    suggestions.router,
    imports.router,
    instant.router,
    project_jobs.router,
    models.router,
    team.router,
    tokens.router,
    webhooks.router,
    described=True,
)


async def about(request: Request) -> Response:
    """Every address, for people: no script, nothing from elsewhere."""
    described = API.openapi()
    rows = [
        _row(method, path, operation, described)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Spanneal: HTTP interface'
        f"</title><style>{_STYLE}</style><h1>HTTP interface</h1><p>Send "
        "<code>Authorization: Bearer …</code> with a token of <code>python -m app token create"
        '</code>. For programs: <a href="/api/v1/openapi.json">OpenAPI</a>.</p>'
        f"{''.join(rows)}</html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": form_policy()})


def _row(method: str, path: str, operation: dict[str, Any], described: dict[str, Any]) -> str:
    head = f"<h2><code>{method.upper()} /api/v1{escape(path)}</code></h2>"
    text = f"<p>{escape(operation.get('description', ''))}</p>"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    named = [parameter["name"] for parameter in operation.get("parameters", [])]
    if name:
        named += described["components"]["schemas"][name]["properties"]
    fields = ", ".join(f"<code>{escape(name)}</code>" for name in named)
    return head + text + (f"<p>Takes {fields}.</p>" if fields else "")


ROUTES = [
    Route("/api/docs", about, methods=["GET"]),
    Mount("/api/v1", API),
    Mount(
        "/label-studio",
        _app(
            "Label Studio ML backend",
            label_studio.router,
            label_studio_webhook.router,
            tool=label_studio_webhook.TOOL,
        ),
    ),
    Mount(
        "/inception",
        _app("INCEpTION external recommender", inception.router, tool=inception_training.TOOL),
    ),
]
