"""scores from 0 to 1: what was asked of a model had thresholds up to 3"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Entities' scores were shares before. The sampler's settings stand in what a model's set was
    made with, and in what a version was measured with."""
    for table, column, path in (
        ("annotation_sets", "provenance", ("sampler",)),
        ("model_versions", "metrics", ("control", "sampler")),
    ):
        _convert(sa.table(table, sa.column("id"), sa.column(column, sa.JSON)), column, path)


def _convert(table: sa.TableClause, name: str, path: tuple[str, ...]) -> None:
    connection, column = op.get_bind(), table.c[name]
    # read as text: PostgreSQL would refuse to look into JSON that holds \u0000
    as_text = sa.cast(column, sa.Text)
    rows = connection.execute(
        sa.select(table.c.id, column).where(
            as_text.contains('"threshold":'), sa.not_(as_text.contains('"threshold": null'))
        )
    ).all()
    for row_id, value in rows:
        sampler: Any = value
        for key in path:
            sampler = sampler.get(key) if isinstance(sampler, dict) else None
        threshold = sampler.get("threshold") if isinstance(sampler, dict) else None
        if isinstance(threshold, int | float):
            sampler["threshold"] = threshold / 3
            connection.execute(sa.update(table).where(table.c.id == row_id).values({name: value}))
