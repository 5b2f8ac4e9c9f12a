"""accounts, members, assignments, claims, a bin, versions of drafts, a log that stands"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_DRAFT = "state = 'draft' AND NOT blind"
_BLIND = "state = 'draft' AND blind"


def upgrade() -> None:
    _add_columns()
    op.drop_index("ix_documents_project_id_status_id", "documents")
    op.create_index(
        "ix_documents_project_id_deleted_at_status_id",
        "documents",
        ["project_id", "deleted_at", "status", "id"],
    )
    op.drop_index("uq_annotation_sets_draft", "annotation_sets")
    _one_draft("uq_annotation_sets_draft", _DRAFT, "document_id")
    _one_draft("uq_annotation_sets_blind", _BLIND, "document_id", "person")
    _create_users()
    _create_logins()
    _create_members()
    _create_assignments()
    _create_events()
    for table in ("operations", "events"):
        _append_only(table)


def _add_columns() -> None:
    for table, column in (
        ("projects", sa.Column("annotators", sa.Integer(), server_default="1", nullable=False)),
        ("projects", sa.Column("deleted_at", _TIME, nullable=True)),
        ("labels", sa.Column("deleted_at", _TIME, nullable=True)),
        ("documents", sa.Column("version", sa.Integer(), server_default="0", nullable=False)),
        ("documents", sa.Column("claimed_by", sa.String(length=200), nullable=True)),
        ("documents", sa.Column("claimed_until", _TIME, nullable=True)),
        ("documents", sa.Column("deleted_at", _TIME, nullable=True)),
        ("annotation_sets", _blind()),
        ("operations", _blind()),
        ("operations", sa.Column("version", sa.Integer(), nullable=True)),
        ("operations", sa.Column("changes", sa.JSON(), nullable=True)),
    ):
        op.add_column(table, column)


def _blind() -> sa.Column[bool]:
    return sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False)


def _one_draft(name: str, where: str, *columns: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        "annotation_sets",
        list(columns),
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        sa.UniqueConstraint("folded", name="uq_users_folded"),
    )


def _create_logins() -> None:
    op.create_table(
        "logins",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_logins_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_logins"),
    )
    op.create_index("ix_logins_user_id", "logins", ["user_id"])


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.CheckConstraint("role IN ('annotator', 'reviewer')", name="role_known"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_members_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_members_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "user_id", name="pk_members"),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"])


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("skip_reason", sa.Text(), nullable=False),
        sa.Column("claimed_until", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'in_progress', 'submitted', 'skipped')",
            name="status_known",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_assignments_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint("document_id", "person", name="uq_assignments_document_id_person"),
    )
    op.create_index("ix_assignments_person_status", "assignments", ["person", "status"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_project_id_id", "events", ["project_id", "id"])


def _append_only(table: str) -> None:
    """From now on the database itself refuses to change or delete a row of the log."""
    message = f"{table} is a log: its rows are never changed or deleted"
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_stand() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stand BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_stand()"
    )
