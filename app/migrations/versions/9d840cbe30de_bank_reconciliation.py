"""Bank reconciliation

Revision ID: 9d840cbe30de
Revises: d5aa5b1a55d4
Create Date: 2026-11-26 20:44:41.345754

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '9d840cbe30de'
down_revision = 'd5aa5b1a55d4'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('fees_fee', schema=None) as batch_op:
        batch_op.add_column(sa.Column('bank_state', sa.String(length=20), nullable=True))
    fees = sa.table('fees_fee', sa.column('bank_state'), sa.column('state'), sa.column('reverses_id'))
    waits = fees.c.state.in_(['unreviewed', 'approved']) & fees.c.reverses_id.is_(None)
    op.execute(fees.update().where(waits).values(bank_state='expected'))
    op.create_table('reconciliation_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bank', sa.String(length=20), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('number_index', sa.String(length=44), nullable=False),
    sa.Column('masked', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reconciliation_account', schema=None) as batch_op:
        batch_op.create_index('ux_reconciliation_account_number', ['number_index'], unique=True)

    op.create_table('reconciliation_line_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('statement_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('row_number', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('booked_on', sa.Date(), autoincrement=False, nullable=True),
    sa.Column('amount', sa.Numeric(precision=14, scale=2), autoincrement=False, nullable=True),
    sa.Column('payer', sa.String(length=200), autoincrement=False, nullable=True),
    sa.Column('payer_account', sa.String(length=40), autoincrement=False, nullable=True),
    sa.Column('summary', sa.String(length=500), autoincrement=False, nullable=True),
    sa.Column('serial', sa.String(length=60), autoincrement=False, nullable=True),
    sa.Column('state', sa.String(length=20), autoincrement=False, nullable=True),
    sa.Column('reason', sa.String(length=40), autoincrement=False, nullable=True),
    sa.Column('reason_text', sa.String(length=500), autoincrement=False, nullable=True),
    sa.Column('decided_at', sa.DateTime(), autoincrement=False, nullable=True),
    sa.Column('decided_by_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('created_at', sa.DateTime(), autoincrement=False, nullable=True),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('transaction_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('end_transaction_id', sa.BigInteger(), nullable=True),
    sa.Column('operation_type', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', 'transaction_id')
    )
    with op.batch_alter_table('reconciliation_line_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reconciliation_line_version_end_transaction_id'), ['end_transaction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_line_version_operation_type'), ['operation_type'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_line_version_statement_id'), ['statement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_line_version_transaction_id'), ['transaction_id'], unique=False)

    op.create_table('reconciliation_match_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('fee_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('amount', sa.Numeric(precision=14, scale=2), autoincrement=False, nullable=True),
    sa.Column('confirmed_at', sa.DateTime(), autoincrement=False, nullable=True),
    sa.Column('confirmed_by_id', sa.Integer(), autoincrement=False, nullable=True),
    sa.Column('transaction_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('end_transaction_id', sa.BigInteger(), nullable=True),
    sa.Column('operation_type', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', 'transaction_id')
    )
    with op.batch_alter_table('reconciliation_match_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reconciliation_match_version_end_transaction_id'), ['end_transaction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_match_version_operation_type'), ['operation_type'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_match_version_transaction_id'), ['transaction_id'], unique=False)

    op.create_table('reconciliation_statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('bank', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('first_on', sa.Date(), nullable=True),
    sa.Column('last_on', sa.Date(), nullable=True),
    sa.Column('line_count', sa.Integer(), nullable=False),
    sa.Column('known_count', sa.Integer(), nullable=False),
    sa.Column('problem_count', sa.Integer(), nullable=False),
    sa.Column('sum_in', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('sum_out', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('sheet', sa.String(length=200), nullable=False),
    sa.Column('heading_row', sa.Integer(), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('account_read', sa.Text(), nullable=True),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(), nullable=False),
    sa.Column('imported_at', sa.DateTime(), nullable=True),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['reconciliation_account.id'], ),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['security_employee.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reconciliation_statement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reconciliation_statement_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_reconciliation_statement_sha256', ['sha256'], unique=False)
        batch_op.create_index('ix_reconciliation_statement_state', ['state', 'id'], unique=False)

    op.create_table('reconciliation_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('row_number', sa.Integer(), nullable=False),
    sa.Column('booked_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('payer', sa.String(length=200), nullable=True),
    sa.Column('payer_account', sa.String(length=40), nullable=True),
    sa.Column('summary', sa.String(length=500), nullable=True),
    sa.Column('serial', sa.String(length=60), nullable=True),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('has_several', sa.Boolean(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('reason_text', sa.String(length=500), nullable=True),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount <> 0', name='ck_reconciliation_line_amount'),
    sa.ForeignKeyConstraint(['account_id'], ['reconciliation_account.id'], ),
    sa.ForeignKeyConstraint(['customer_id'], ['customers_customer.id'], ),
    sa.ForeignKeyConstraint(['decided_by_id'], ['security_employee.id'], ),
    sa.ForeignKeyConstraint(['statement_id'], ['reconciliation_statement.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('account_id', 'fingerprint', name='uq_reconciliation_line_fingerprint'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reconciliation_line', schema=None) as batch_op:
        batch_op.create_index('ix_reconciliation_line_amount', ['amount', 'booked_on'], unique=False)
        batch_op.create_index('ix_reconciliation_line_booked', ['booked_on', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_line_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_reconciliation_line_state', ['state', 'booked_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_reconciliation_line_statement_id'), ['statement_id'], unique=False)

    op.create_table('reconciliation_payer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers_customer.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('word', 'customer_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reconciliation_payer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reconciliation_payer_customer_id'), ['customer_id'], unique=False)

    op.create_table('reconciliation_match',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('fee_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('fee_amount', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount <> 0', name='ck_reconciliation_match_amount'),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['security_employee.id'], ),
    sa.ForeignKeyConstraint(['customer_id'], ['customers_customer.id'], ),
    sa.ForeignKeyConstraint(['fee_id'], ['fees_fee.id'], ),
    sa.ForeignKeyConstraint(['line_id'], ['reconciliation_line.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('line_id', 'fee_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reconciliation_match', schema=None) as batch_op:
        batch_op.create_index('ix_reconciliation_match_fee', ['fee_id'], unique=False)

    op.create_table('reconciliation_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('fee_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('is_chosen', sa.Boolean(), nullable=False),
    sa.Column('seen', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['fee_id'], ['fees_fee.id'], ),
    sa.ForeignKeyConstraint(['line_id'], ['reconciliation_line.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('line_id', 'fee_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reconciliation_proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reconciliation_proposal_fee_id'), ['fee_id'], unique=False)


def downgrade():
    with op.batch_alter_table('reconciliation_proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reconciliation_proposal_fee_id'))

    op.drop_table('reconciliation_proposal')
    with op.batch_alter_table('reconciliation_match', schema=None) as batch_op:
        batch_op.drop_index('ix_reconciliation_match_fee')

    op.drop_table('reconciliation_match')
    with op.batch_alter_table('reconciliation_payer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reconciliation_payer_customer_id'))

    op.drop_table('reconciliation_payer')
    with op.batch_alter_table('reconciliation_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reconciliation_line_statement_id'))
        batch_op.drop_index('ix_reconciliation_line_state')
        batch_op.drop_index(batch_op.f('ix_reconciliation_line_customer_id'))
        batch_op.drop_index('ix_reconciliation_line_booked')
        batch_op.drop_index('ix_reconciliation_line_amount')

    op.drop_table('reconciliation_line')
    with op.batch_alter_table('reconciliation_statement', schema=None) as batch_op:
        batch_op.drop_index('ix_reconciliation_statement_state')
        batch_op.drop_index('ix_reconciliation_statement_sha256')
        batch_op.drop_index(batch_op.f('ix_reconciliation_statement_account_id'))

    op.drop_table('reconciliation_statement')
    with op.batch_alter_table('reconciliation_match_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reconciliation_match_version_transaction_id'))
        batch_op.drop_index(batch_op.f('ix_reconciliation_match_version_operation_type'))
        batch_op.drop_index(batch_op.f('ix_reconciliation_match_version_end_transaction_id'))

    op.drop_table('reconciliation_match_version')
    with op.batch_alter_table('reconciliation_line_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reconciliation_line_version_transaction_id'))
        batch_op.drop_index(batch_op.f('ix_reconciliation_line_version_statement_id'))
        batch_op.drop_index(batch_op.f('ix_reconciliation_line_version_operation_type'))
        batch_op.drop_index(batch_op.f('ix_reconciliation_line_version_end_transaction_id'))

    op.drop_table('reconciliation_line_version')
    with op.batch_alter_table('reconciliation_account', schema=None) as batch_op:
        batch_op.drop_index('ux_reconciliation_account_number')

    op.drop_table('reconciliation_account')
    with op.batch_alter_table('fees_fee', schema=None) as batch_op:
        batch_op.drop_column('bank_state')
