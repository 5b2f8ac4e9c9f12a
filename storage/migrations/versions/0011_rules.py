"""rules that suggest entities, and entities that a rule found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BEFORE = "source IN ('model', 'person', 'instant')"
_AFTER = "source IN ('model', 'person', 'instant', 'rule')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _replace_check_on_sqlite()
    else:
        op.drop_constraint("source_known", "entities", type_="check")
        op.create_check_constraint("source_known", "entities", _AFTER)
    _create_rules()
    _create_suggestions()


def _create_rules() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('exact', 'lower', 'tokens')", name="kind_known"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_rules_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name="fk_rules_label_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
    )
    op.create_index("ix_rules_label_id", "rules", ["label_id"])
    op.create_index("ix_rules_project_id_label_id_id", "rules", ["project_id", "label_id", "id"])


def _create_suggestions() -> None:
    op.create_table(
        "rule_suggestions",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint('start >= 0 AND start < "end"', name="start_before_end"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_rule_suggestions_document_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["rules.id"], name="fk_rule_suggestions_rule_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "key", "rule_id", name="pk_rule_suggestions"),
    )
    op.create_index("ix_rule_suggestions_rule_id", "rule_suggestions", ["rule_id"])


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
