"""whether a project's entities may lie within one another"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "projects", sa.Column("nested", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
