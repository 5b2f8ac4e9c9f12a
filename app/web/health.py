"""Health probes: whether this process lives, and whether it can serve."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.services.operations.startup import check_database
from app.services.suggestions.predictor import ModelPredictor, active_predictor
from app.settings import Settings
from app.web.gate import database
from app.web.threads import OwnThreads
from storage.engine import Sessions

LOG = logging.getLogger(__name__)
ALIVE, READY = "/healthz", "/readyz"
_threads = OwnThreads("probes", 2)


class _Model:
    """Loads the active model once, beside what asks; a model promoted later is loaded when it is
    needed, and takes nobody out of service."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = False
        self._tried: Path | None = None
        self._thread: threading.Thread | None = None

    def state(self, sessions: Sessions) -> str:
        """`ok`, `loading`, `missing` or `failed`."""
        with self._lock:
            if self._ready:
                return "ok"
            active = active_predictor(sessions)
            if active is None:
                return "missing"
            if self._thread is not None and self._thread.is_alive():
                return "loading"
            if self._tried == active.path:
                return "failed"
            self._tried = active.path
            self._thread = threading.Thread(target=self._load, args=(active,), daemon=True)
            self._thread.start()
            return "loading"

    def _load(self, active: ModelPredictor) -> None:
        try:
            active.threshold()
        except Exception:
            LOG.exception("the model at %s could not be loaded", active.path)
            return
        with self._lock:
            self._ready = True


_model = _Model()


async def alive(request: Request) -> Response:
    """Says ok, and nothing else."""
    return PlainTextResponse("ok")


async def ready(request: Request) -> Response:
    """200 once the database answers and the model is in memory; 503 until then."""
    parts = await _threads.run(_parts, Settings.from_environment(), _model)
    return JSONResponse(parts, 200 if set(parts.values()) == {"ok"} else 503)


def _parts(settings: Settings, model: _Model) -> dict[str, str]:
    """The state of each part, without a word on why: the log has it."""
    try:
        sessions = database(settings)
        check_database(sessions)
        return {"database": "ok", "model": model.state(sessions)}
    except Exception:
        LOG.exception("the database does not respond")
        return {"database": "failed", "model": "unknown"}


ROUTES = [Route(ALIVE, alive, methods=["GET"]), Route(READY, ready, methods=["GET"])]
