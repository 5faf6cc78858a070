"""ids are not handed out twice

SQLite gave the id of a deleted last row to the next one: two histories became one. The tables were meant to forbid it,
but those that migrations made did not say so. What stands in them stays where it is: only what SQLite knows of the
key is written anew (https://www.sqlite.org/lang_altertable.html, "other kinds of table schema changes").

Revision ID: 3c5f0a1be2d4
Revises: 8c1ad230a6fb
Create Date: 2026-11-27 15:10:00
"""

from alembic import op

revision = "3c5f0a1be2d4"
down_revision = "8c1ad230a6fb"
branch_labels = None
depends_on = None

KEY, KEPT = "PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)"
TABLES = """type = 'table' AND sql LIKE '%id INTEGER NOT NULL%' AND sql NOT LIKE '%FOREIGN KEY(id)%'
    AND name NOT LIKE 'sqlite%'"""


def upgrade() -> None:
    _rewrite(KEY, KEPT)


def downgrade() -> None:
    _rewrite(KEPT, KEY)


def _rewrite(before: str, after: str) -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = (
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') WHERE {TABLES} AND sql LIKE '%{before}%'"
    )
    bind.exec_driver_sql(changed)
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = RESET")
