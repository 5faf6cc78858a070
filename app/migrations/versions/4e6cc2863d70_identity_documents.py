"""identity_documents

Revision ID: 4e6cc2863d70
Revises: d28e8e190753
Create Date: 2026-11-22 23:54:31.981098

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '4e6cc2863d70'
down_revision = 'd28e8e190753'
branch_labels = None
depends_on = None


#: Rows of files that people bring, and what jobs are told (conditions): encrypted from now on. Older rows stay readable, and are encrypted with the next
#: `flask keys rotate`.
ROWS = {"raw": False, "values": False, "problems": True, "before": True}
FILLED = sa.text('document_index IS NOT NULL')


def upgrade():
    with op.batch_alter_table('customers_customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('document_kind', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('document_number', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('document_index', sa.String(length=44), nullable=True))
        batch_op.create_index('ix_customer_document', ['document_index'], unique=False, postgresql_where=FILLED, sqlite_where=FILLED)

    with op.batch_alter_table('customers_customer_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('document_kind', sa.String(length=40), autoincrement=False, nullable=True))
        batch_op.add_column(sa.Column('document_number', sa.Text(), autoincrement=False, nullable=True))

    with op.batch_alter_table('imports_run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('samples', sa.Text(), nullable=True))

    with op.batch_alter_table('imports_row', schema=None) as batch_op:
        for name, nullable in ROWS.items():
            batch_op.alter_column(name, existing_type=sa.JSON(), type_=sa.Text(), existing_nullable=nullable, postgresql_using=f'"{name}"::text')

    with op.batch_alter_table('jobs_job', schema=None) as batch_op:
        batch_op.alter_column('given', existing_type=sa.JSON(), type_=sa.Text(), existing_nullable=False, postgresql_using='"given"::text')


def downgrade():
    """Only what was never encrypted can become JSON again."""
    with op.batch_alter_table('jobs_job', schema=None) as batch_op:
        batch_op.alter_column('given', existing_type=sa.Text(), type_=sa.JSON(), existing_nullable=False, postgresql_using='"given"::json')

    with op.batch_alter_table('imports_row', schema=None) as batch_op:
        for name, nullable in ROWS.items():
            batch_op.alter_column(name, existing_type=sa.Text(), type_=sa.JSON(), existing_nullable=nullable, postgresql_using=f'"{name}"::json')

    with op.batch_alter_table('imports_run', schema=None) as batch_op:
        batch_op.drop_column('samples')

    with op.batch_alter_table('customers_customer_version', schema=None) as batch_op:
        batch_op.drop_column('document_number')
        batch_op.drop_column('document_kind')

    with op.batch_alter_table('customers_customer', schema=None) as batch_op:
        batch_op.drop_index('ix_customer_document', postgresql_where=FILLED, sqlite_where=FILLED)
        batch_op.drop_column('document_index')
        batch_op.drop_column('document_number')
        batch_op.drop_column('document_kind')
