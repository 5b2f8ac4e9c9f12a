"""Whether measurements show that a version is better than the active one, and whom it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.services.model_registry.registry import ScoreRow, VersionView
from app.services.model_registry.significance import (
    MARGIN,
    Difference,
    entities_needed,
    in_words,
)

NAMED = 8
"""Projects that are named; of more, their number."""


def doubts(version: VersionView, active: VersionView | None) -> tuple[str, ...]:
    """Why the measurements do not show that the version is better than the active one, a sentence
    each. None for one that was active before: promoting it again is the way back."""
    if version.state == "retired":
        return ()
    rows = version.comparison
    if not rows:
        return (
            f"Version {version.id} was never measured here: there were no held-out documents when "
            f"it came. {_needed(0)}",
        )
    return tuple(_of_measured(version, rows[0], active))


def _of_measured(
    version: VersionView, total: ScoreRow, active: VersionView | None
) -> Iterator[str]:
    if total.gold < entities_needed():
        entities = "entity" if total.gold == 1 else "entities"
        yield f"It was measured on only {total.gold} held-out {entities}. {_needed(total.gold)}"
    parent = f"Version {version.parent_id}"
    if active is not None and active.id != version.parent_id:
        yield f"{parent} is what it was measured against, and the active one is {active.id}."
    tested = version.difference
    if tested is None:
        yield _untested(total, parent)
    elif not tested.sure or _is_worse(tested):
        yield in_words(tested, parent, f"Version {version.id}")


def _untested(total: ScoreRow, parent: str) -> str:
    old, new = total.old[2], total.new[2]
    if old is None or new is None:
        return "An F1 is undefined: there was no entity to find, and none was predicted."
    return (
        f"Its F1 differs by {100 * (new - old):+.1f} points from that of {parent}; whether that is "
        "chance was not tested. Compare the two to test it."
    )


def _is_worse(tested: Difference) -> bool:
    return tested.estimate is not None and tested.estimate.difference < 0


def _needed(gold: int) -> str:
    more = f"{entities_needed() - gold} more" if gold else f"{entities_needed()}"
    return (
        f"It takes {more} for a 95 % interval of at most ±{100 * MARGIN:.0f} points: submit "
        "held-out documents."
    )


def reach(projects: Sequence[str]) -> str:
    """Which projects get other suggestions by a promotion: one model serves all."""
    if not projects:
        return "The active model serves all projects; there is none yet."
    named = ", ".join(projects[:NAMED])
    more = f" and {len(projects) - NAMED} more" if len(projects) > NAMED else ""
    if len(projects) == 1:
        return f"The active model serves all projects; today that is {named} alone."
    return (
        "The active model serves all projects: promoting changes the suggestions in "
        f"{len(projects)}, {named}{more}."
    )
