"""sentences in all languages

Revision ID: ed0d1d328bf9
Revises: 49162f81ce4e
Create Date: 2026-11-23 09:36:30.303163

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'ed0d1d328bf9'
down_revision = '49162f81ce4e'
branch_labels = None
depends_on = None

# A sentence holds its wording in every language: no length fits. SQLite has never minded lengths.
COLUMNS = (
    ('jobs_job', 'title', 200),
    ('jobs_job', 'problem', 1000),
    ('jobs_turn', 'result', 200),
    ('jobs_turn', 'problem', 1000),
    ('runs_row', 'reason', 300),
    ('runs_run', 'title', 200),
    ('transaction', 'note', 300),
)
LOG = ('logs_entry', 'title', 200)


def upgrade():
    for table, column, length in (*COLUMNS, LOG):
        _alter(table, column, sa.String(length), sa.String())


def downgrade():
    # The log stays as it is: its seals hold what is written there.
    for table, column, length in COLUMNS:
        _keep_the_first_wording(table, column, length)
        _alter(table, column, sa.String(), sa.String(length))


def _alter(table, column, former, new):
    if op.get_context().dialect.name == 'postgresql':
        op.alter_column(table, column, existing_type=former, type_=new)


def _keep_the_first_wording(table, column, length):
    where = sa.table(table, sa.column(column, sa.String()))
    text = where.c[column]
    behind = sa.func.substr(text, 2)
    if op.get_context().dialect.name == 'postgresql':
        first = sa.func.split_part(behind, '\x1e', 1)
    else:
        first = sa.func.substr(behind, 1, sa.func.instr(behind, '\x1e') - 1)
    op.execute(where.update().where(text.like('\x1e%')).values({column: sa.func.substr(first, 1, length)}))
