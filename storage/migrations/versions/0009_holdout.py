"""the split that measures models is called holdout everywhere"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEFORE, _AFTER = "split IN ('train', 'dev', 'control')", "split IN ('train', 'dev', 'holdout')"


def upgrade() -> None:
    op.execute("ALTER TABLE projects RENAME COLUMN control_share TO holdout_share")
    if op.get_bind().dialect.name == "sqlite":
        _replace_check_on_sqlite()
        op.execute("UPDATE documents SET split = 'holdout' WHERE split = 'control'")
    else:
        op.drop_constraint("split_known", "documents", type_="check")
        op.execute("UPDATE documents SET split = 'holdout' WHERE split = 'control'")
        op.create_check_constraint("split_known", "documents", _AFTER)
    _rename_key("metrics", ())
    _rename_key("settings", ("snapshot",))


def _replace_check_on_sqlite() -> None:
    """Change the schema's text, as https://sqlite.org/lang_altertable.html#otheralter has it:
    a table made anew would take what refers to it along."""
    connection = op.get_bind()
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = 'documents'"
        ),
        {"before": _BEFORE, "after": _AFTER},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))


def _rename_key(name: str, path: tuple[str, ...]) -> None:
    """Rename `control` where a model version's JSON tells what it was measured on."""
    versions = sa.table("model_versions", sa.column("id"), sa.column(name, sa.JSON))
    connection = op.get_bind()
    for row_id, value in connection.execute(sa.select(versions.c.id, versions.c[name])).all():
        holder: Any = value
        for key in path:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and "control" in holder:
            holder["holdout"] = holder.pop("control")
            connection.execute(
                sa.update(versions).where(versions.c.id == row_id).values({name: value})
            )
