"""fewer indexes: of versions, and of the rows of runs

Upstream gives each version table an index on end_transaction_id and one on operation_type. Nothing is looked for by
them alone. What becomes of a row of a run stands in no index any more, so that it can be written where the row is.

Revision ID: 5b1e7c0d94aa
Revises: 3ef23a3fac66
Create Date: 2026-11-26 20:40:00.000000

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '5b1e7c0d94aa'
down_revision = '3ef23a3fac66'
branch_labels = None
depends_on = None

COLUMNS = ('end_transaction_id', 'operation_type')


def _versions():
    """Return the version tables that are there, with the names of their indexes."""
    found = sa.inspect(op.get_bind())
    tables = [name for name in found.get_table_names() if name.endswith('_version')]
    kept = {name: {one['name'] for one in found.get_columns(name)} for name in tables}
    return {name: {one['name'] for one in found.get_indexes(name)} for name in tables if {*COLUMNS} <= kept[name]}


def upgrade():
    for table, indexes in _versions().items():
        for column in COLUMNS:
            if f'ix_{table}_{column}' in indexes:
                op.drop_index(f'ix_{table}_{column}', table_name=table)
    op.drop_index('ix_runs_row_todo', table_name='runs_row')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE runs_row SET (fillfactor = 50)')


def downgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE runs_row RESET (fillfactor)')
    op.create_index('ix_runs_row_todo', 'runs_row', ['run_id', 'fate', 'record_id'])
    for table, indexes in _versions().items():
        for column in COLUMNS:
            if f'ix_{table}_{column}' not in indexes:
                op.create_index(f'ix_{table}_{column}', table, [column])
