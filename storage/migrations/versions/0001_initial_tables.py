"""initial tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_model_versions()
    _create_projects_and_documents()
    _create_labels()
    _create_annotation_sets()
    _create_operations()
    _create_entities()


def _create_model_versions() -> None:
    op.create_table(
        "model_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("data_hash", sa.String(length=64), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'active', 'retired')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["model_versions.id"], name="fk_model_versions_parent_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_model_versions"),
    )
    op.create_index(
        "uq_model_versions_active",
        "model_versions",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _create_projects_and_documents() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("split", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("split IN ('train', 'dev', 'control')", name="split_known"),
        sa.CheckConstraint(
            "status IN ('new', 'in_progress', 'submitted', 'skipped')",
            name="status_known",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_documents_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("project_id", "sha256", name="uq_documents_project_id_sha256"),
    )
    op.create_index(
        "ix_documents_project_id_status_id",
        "documents",
        ["project_id", "status", "id"],
        unique=False,
    )


def _create_labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.Column("key", sa.String(length=1), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(color) = 7 AND substr(color, 1, 1) = '#' "
            "AND ltrim(substr(color, 2), '0123456789abcdefABCDEF') = ''",
            name="color_hex",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_labels_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.UniqueConstraint("project_id", "name", name="uq_labels_project_id_name"),
    )


def _create_annotation_sets() -> None:
    op.create_table(
        "annotation_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("submitted_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "(origin = 'machine' AND person IS NULL AND state = 'submitted') OR "
            "(origin = 'person' AND person IS NOT NULL AND model_version_id IS NULL)",
            name="provenance",
        ),
        sa.CheckConstraint("origin IN ('machine', 'person')", name="origin_known"),
        sa.CheckConstraint("state IN ('draft', 'submitted')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_annotation_sets_document_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name="fk_annotation_sets_model_version_id"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["annotation_sets.id"], name="fk_annotation_sets_parent_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_sets"),
    )
    op.create_index(
        "ix_annotation_sets_document_id_origin_id",
        "annotation_sets",
        ["document_id", "origin", "id"],
        unique=False,
    )
    op.create_index(
        "uq_annotation_sets_draft",
        "annotation_sets",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )


def _create_operations() -> None:
    op.create_table(
        "operations",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_operations_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client", "seq", name="pk_operations"),
    )
    op.create_index("ix_operations_document_id", "operations", ["document_id"], unique=False)


def _create_entities() -> None:
    op.create_table(
        "entities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_set_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.CheckConstraint("source IN ('model', 'person')", name="source_known"),
        sa.CheckConstraint("status IN ('suggested', 'accepted', 'rejected')", name="status_known"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score_share"),
        sa.CheckConstraint('start >= 0 AND start < "end"', name="start_before_end"),
        sa.ForeignKeyConstraint(
            ["annotation_set_id"],
            ["annotation_sets.id"],
            name="fk_entities_annotation_set_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entities"),
        sa.UniqueConstraint("annotation_set_id", "key", name="uq_entities_annotation_set_id_key"),
    )


def downgrade() -> None:
    for table in (
        "entities",
        "operations",
        "annotation_sets",
        "labels",
        "documents",
        "projects",
        "model_versions",
    ):
        op.drop_table(table)
