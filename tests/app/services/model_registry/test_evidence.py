"""What is said before a promotion: thin evidence, and whom it changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.services.model_registry.evidence import doubts, reach
from app.services.model_registry.registry import VersionView
from storage.enums import VersionState

SURE = {"difference": 0.1, "low": 0.05, "high": 0.15, "p": 0.001}


def version(
    holdout: dict[str, Any] | None = None,
    number: int = 2,
    state: VersionState = "proposed",
    parent: int | None = 1,
) -> VersionView:
    metrics = {"holdout": holdout} if holdout else {}
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return VersionView(number, Path("m"), state, ("PER",), parent, metrics, None, {}, when)


def side(f1: float | None, gold: int = 200) -> dict[str, Any]:
    return {"precision": f1, "recall": f1, "f1": f1, "gold": gold, "per_label": {}}


ACTIVE = version(None, 1, "active", None)
MEASURED: dict[str, Any] = {"old": side(0.6), "new": side(0.7), "difference": SURE, "documents": 30}


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        (version(MEASURED), ()),
        (version(state="retired"), ()),
        (version(), ("never measured here", "It takes 97 for a 95 % interval")),
        (
            version({**MEASURED, "new": side(0.7, 12)}),
            ("only 12 held-out entities", "85 more"),
        ),
        (
            version({**MEASURED, "difference": {**SURE, "low": -0.05, "p": 0.2}}),
            ("this may be chance", "30 documents"),
        ),
        (
            version({**MEASURED, "difference": {**SURE, "difference": -0.1}}),
            ("Version 1 is significantly better than Version 2",),
        ),
        (
            version({**MEASURED, "new": side(None, 200), "difference": None}),
            ("F1 of Version 2 is undefined",),
        ),
        (version({"old": side(0.6), "new": side(0.7)}), ("+10.0 points", "was not tested")),
        (version(MEASURED, parent=7), ("Version 7", "the active one is 1")),
    ],
)
def test_doubts_name_what_the_measurements_lack(
    candidate: VersionView, message: tuple[str, ...]
) -> None:
    result = doubts(candidate, ACTIVE)

    assert bool(result) == bool(message)
    assert all(part in " ".join(result) for part in message)


def test_a_promotion_names_the_projects_that_it_changes() -> None:
    assert reach([]).endswith("there is none yet.")
    assert reach(["News"]) == "The active model serves all projects; today that is News alone."
    assert reach(["News", "Law"]).endswith("changes the suggestions in 2, News, Law.")
    many = [f"P{number}" for number in range(11)]
    assert reach(many).endswith("in 11, P0, P1, P2, P3, P4, P5, P6, P7 and 3 more.")
