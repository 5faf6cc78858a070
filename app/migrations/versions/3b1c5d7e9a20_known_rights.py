"""Since when each right exists.

Revision ID: 3b1c5d7e9a20
Revises: 22ffea2b16d6
"""

import sqlalchemy as sa
from alembic import op

revision = "3b1c5d7e9a20"
down_revision = "22ffea2b16d6"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "security_known_right",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(length=120), nullable=False),
        sa.Column("permission", sa.String(length=100), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("view", "permission"),
        sqlite_autoincrement=True,
    )


def downgrade():
    op.drop_table("security_known_right")
