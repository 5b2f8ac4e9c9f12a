"""guidelines, hotkeys, the queue, comments, three-part confidence, visits"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table, column in (
        ("projects", sa.Column("guidelines", sa.Text(), server_default="", nullable=False)),
        ("projects", sa.Column("control_share", sa.Double(), server_default="0.2", nullable=False)),
        (
            "projects",
            sa.Column("queue", sa.String(length=16), server_default="arrival", nullable=False),
        ),
        ("projects", sa.Column("hotkeys", sa.JSON(), server_default="{}", nullable=False)),
        ("documents", sa.Column("comment", sa.Text(), server_default="", nullable=False)),
        ("documents", sa.Column("skip_reason", sa.Text(), server_default="", nullable=False)),
        ("entities", sa.Column("confidence", sa.JSON(), nullable=True)),
    ):
        op.add_column(table, column)
    _create_visits()
    _create_document_signals()


def _create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("aided", sa.Boolean(), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_visits_document_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name="fk_visits_model_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_document_id", "visits", ["document_id"])


def _create_document_signals() -> None:
    op.create_table(
        "document_signals",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=False),
        sa.Column("doubt", sa.Double(), nullable=False),
        sa.Column("disagreement", sa.Double(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_document_signals_document_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name="fk_document_signals_model_version_id",
        ),
        sa.PrimaryKeyConstraint("document_id", "model_version_id", name="pk_document_signals"),
    )
