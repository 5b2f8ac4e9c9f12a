"""The app as `make app` starts it, with sign-in on, and who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.services.operations.startup import prepare
from app.services.team import accounts, members, tokens
from app.settings import Settings
from tests.app.material import new_project, tiny_model
from tests.load.site import opened, serving


@dataclass(frozen=True)
class Running:
    """The address of a page process, a project, and a token for it."""

    url: str
    project: int
    secret: str

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=120, trust_env=False)


@dataclass(frozen=True)
class Server:
    """A page process and the database that it works on; Ada has an account."""

    url: str
    database: str
    data: Path

    def with_project(self, name: str) -> Running:
        """A new project that Ada reviews, and her token for it."""
        with opened(self.database) as sessions:
            project = new_project(sessions, name=name)
            members.assign(sessions, project, "Ada", "reviewer")
            return Running(self.url, project, tokens.create(sessions, name, "Ada", project))


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    """With a tiny model; the process ends with the block."""
    url = f"sqlite:///{folder}/spanneal.db"
    model = tiny_model(folder / "model")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPANNEAL_MODEL", str(model))
        environment.setenv("OMP_NUM_THREADS", "1")
        settings = {"SPANNEAL_DATA": str(folder / "data"), "SPANNEAL_DATABASE": url}
        prepare(Settings.from_environment({**settings, "SPANNEAL_MODEL": str(model)}))
        with opened(url) as sessions:
            accounts.add(sessions, "Ada", None)
        with serving(url, folder, 1, model=True) as pages:
            yield Server(f"http://127.0.0.1:{pages[0].port}", url, folder / "data")
