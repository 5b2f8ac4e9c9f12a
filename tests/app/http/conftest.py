"""One page process for all tests that ask a real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.http.running import Running, Server, started


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("running")) as server:
        yield server


@pytest.fixture(scope="module")
def running(server: Server, request: pytest.FixtureRequest) -> Running:
    """A project of the file's own."""
    return server.with_project(request.path.stem)
