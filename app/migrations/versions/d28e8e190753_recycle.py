"""recycle

Revision ID: d28e8e190753
Revises: 02518a16c33a
Create Date: 2026-11-22 22:44:35.739604

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'd28e8e190753'
down_revision = '02518a16c33a'
branch_labels = None
depends_on = None

# What was deleted before there was a recycle bin stands in it from now on; who did it, the history knows.
DELETED_BEFORE = """
    INSERT INTO recycle_entry (kind, record_id, name, reason, words, binned_by_id, binned_at, deleted_at, revision)
    SELECT '{kind}', gone.id, gone.name, NULL, NULL, MAX(staff.id), gone.deleted_at, NULL, 1
    FROM {table} AS gone
    LEFT JOIN {table}_version AS told ON told.id = gone.id AND told.end_transaction_id IS NULL
    LEFT JOIN "transaction" AS change_set ON change_set.id = told.transaction_id
    LEFT JOIN security_employee AS staff ON staff.id = change_set.user_id
    WHERE gone.deleted_at IS NOT NULL
    GROUP BY gone.id, gone.name, gone.deleted_at
"""

def upgrade():
    op.create_table('recycle_entry_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=20), autoincrement=False, nullable=True),
    sa.Column('record_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('name', sa.String(length=200), autoincrement=False, nullable=True),
    sa.Column('reason', sa.String(length=40), autoincrement=False, nullable=True),
    sa.Column('words', sa.String(length=300), autoincrement=False, nullable=True),
    sa.Column('binned_by_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('binned_at', sa.DateTime(), autoincrement=False, nullable=True),
    sa.Column('deleted_at', sa.DateTime(), autoincrement=False, nullable=True),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('transaction_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('end_transaction_id', sa.BigInteger(), nullable=True),
    sa.Column('operation_type', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', 'transaction_id')
    )
    with op.batch_alter_table('recycle_entry_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recycle_entry_version_binned_by_id'), ['binned_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recycle_entry_version_end_transaction_id'), ['end_transaction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recycle_entry_version_operation_type'), ['operation_type'], unique=False)
        batch_op.create_index(batch_op.f('ix_recycle_entry_version_transaction_id'), ['transaction_id'], unique=False)

    op.create_table('recycle_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('words', sa.String(length=300), nullable=True),
    sa.Column('binned_by_id', sa.Integer(), nullable=True),
    sa.Column('binned_at', sa.DateTime(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['binned_by_id'], ['security_employee.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('recycle_entry', schema=None) as batch_op:
        batch_op.create_index('ix_recycle_entry_binned', ['binned_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recycle_entry_binned_by_id'), ['binned_by_id'], unique=False)
        batch_op.create_index('ux_recycle_entry_record', ['kind', 'record_id'], unique=True, postgresql_where=sa.text('deleted_at IS NULL'), sqlite_where=sa.text('deleted_at IS NULL'))

    for kind, table in (('customer', 'customers_customer'), ('contact', 'customers_contact')):
        op.execute(DELETED_BEFORE.format(kind=kind, table=table))


def downgrade():
    with op.batch_alter_table('recycle_entry', schema=None) as batch_op:
        batch_op.drop_index('ux_recycle_entry_record', postgresql_where=sa.text('deleted_at IS NULL'), sqlite_where=sa.text('deleted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_recycle_entry_binned_by_id'))
        batch_op.drop_index('ix_recycle_entry_binned')

    op.drop_table('recycle_entry')
    with op.batch_alter_table('recycle_entry_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recycle_entry_version_transaction_id'))
        batch_op.drop_index(batch_op.f('ix_recycle_entry_version_operation_type'))
        batch_op.drop_index(batch_op.f('ix_recycle_entry_version_end_transaction_id'))
        batch_op.drop_index(batch_op.f('ix_recycle_entry_version_binned_by_id'))

    op.drop_table('recycle_entry_version')
