"""Moments in requests: those that no database keeps are refused as wrong fields."""

from __future__ import annotations

import pytest

from tests.app.http.api.test_api import Served, served

__all__ = ["served"]


def test_a_moment_outside_of_utcs_years_is_a_wrong_field(served: Served) -> None:
    project = f"/api/v1/projects/{served.project}"
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        for path, field in (
            ("documents", "updated_since"),
            ("export", "since"),
            ("export", "until"),
        ):
            answer = served.client.get(f"{project}/{path}", params={field: moment})

            assert answer.status_code == 422, answer.text
            assert answer.json()["error"]["what"] == f"query.{field} is invalid"
            assert "the years 1 to 9999" in answer.json()["error"]["expected"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "2026-01-01T00:00:00+14:00"])
def test_any_other_moment_of_any_zone_is_taken(served: Served, moment: str) -> None:
    answer = served.client.get(
        f"/api/v1/projects/{served.project}/documents", params={"updated_since": moment}
    )

    assert answer.status_code == 200
    assert answer.json()["total"] > 0
