"""A request that needs room on the disk says so; what else is amiss is for the log."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from app.http.common import files
from tests.app.http.api.test_api import Served, served

__all__ = ["served"]

pytestmark = pytest.mark.sqlite


def failing(number: int) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number), "/var/secret/place")

    return fail


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (errno.ENOSPC, "the server's disk is full"),
        (errno.EDQUOT, "the server's share of its disk is used up"),
        (errno.EROFS, "the server's disk is read-only"),
    ],
)
@pytest.mark.parametrize("path", ["projects/1/import", "projects/1/suggestions?model=m", "models"])
def test_a_file_for_which_there_is_no_room_is_refused_in_words(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: str, number: int, what: str
) -> None:
    monkeypatch.setattr(files, "run_in_threadpool", failing(number))
    answer = served.client.post(f"/api/v1/{path}", content=b"{}")

    assert answer.status_code == 503
    assert answer.json()["error"]["what"] == what
    assert "/var/secret" not in answer.text


def test_an_export_for_which_there_is_no_room_is_refused_in_words(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.http.api.project_jobs.export", failing(errno.ENOSPC))
    answer: Any = served.client.get(f"/api/v1/projects/{served.project}/export")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


def test_another_error_of_the_machine_is_a_fault_of_the_server(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.http.api.project_jobs.export", failing(errno.EIO))

    with pytest.raises(OSError, match="Input/output error"):
        served.client.get(f"/api/v1/projects/{served.project}/export")
