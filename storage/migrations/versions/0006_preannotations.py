"""pre-annotation in bulk: what was asked for, and the batches that workers take"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "preannotations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'cancelled', 'done')", name="state_known"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_preannotations_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name="fk_preannotations_model_version_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_preannotations"),
    )
    op.create_index("ix_preannotations_project_id", "preannotations", ["project_id"])
    still = sa.text("state IN ('running', 'paused')")
    op.create_index(
        "uq_preannotations_open",
        "preannotations",
        ["project_id"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    _create_batches()


def _create_batches() -> None:
    op.create_table(
        "preannotation_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("preannotation_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["preannotation_id"],
            ["preannotations.id"],
            name="fk_preannotation_batches_preannotation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_preannotation_batches"),
    )
    op.create_index(
        "ix_preannotation_batches_preannotation_id_finished_at_id",
        "preannotation_batches",
        ["preannotation_id", "finished_at", "id"],
    )
