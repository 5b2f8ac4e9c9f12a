"""what is learnt at once from every submitted document, and entities found by it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_BEFORE = "source IN ('model', 'person')"
_AFTER = "source IN ('model', 'person', 'instant')"


def upgrade() -> None:
    op.add_column(
        "projects", sa.Column("instant", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    _create_lessons()
    _create_heads()
    if op.get_bind().dialect.name == "sqlite":
        _replace_check_on_sqlite()
    else:
        op.drop_constraint("source_known", "entities", type_="check")
        op.create_check_constraint("source_known", "entities", _AFTER)


def _create_lessons() -> None:
    op.create_table(
        "instant_lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("outcomes", sa.JSON(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint("sign IN (-1, 1)", name="sign_known"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_instant_lessons_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name="fk_instant_lessons_model_version_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_instant_lessons"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_instant_lessons_project_id_model_version_id_document_id_id",
        "instant_lessons",
        ["project_id", "model_version_id", "document_id", "id"],
    )


def _create_heads() -> None:
    op.create_table(
        "instant_heads",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=False),
        sa.Column("suggester_lesson", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("suggester", sa.LargeBinary(), nullable=True),
        sa.Column("state_lesson", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("leased_until", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_instant_heads_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name="fk_instant_heads_model_version_id",
        ),
        sa.PrimaryKeyConstraint("project_id", "model_version_id", name="pk_instant_heads"),
    )


def _replace_check_on_sqlite() -> None:
    """Change the schema's text, as https://sqlite.org/lang_altertable.html#otheralter has it:
    a table made anew would take what refers to it along."""
    connection = op.get_bind()
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = 'entities'"
        ),
        {"before": _BEFORE, "after": _AFTER},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))
