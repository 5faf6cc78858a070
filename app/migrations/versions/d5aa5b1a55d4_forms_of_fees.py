"""Forms of fees

Revision ID: d5aa5b1a55d4
Revises: 4eb4af5f2d9d, b5678b125359
Create Date: 2026-11-26 20:31:33.077995

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'd5aa5b1a55d4'
down_revision = ('4eb4af5f2d9d', 'b5678b125359')
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('fees_fee', schema=None) as batch_op:
        batch_op.add_column(sa.Column('form_token', sa.String(length=64), nullable=True))
        batch_op.create_index('ux_fees_fee_form_token', ['form_token'], unique=True)


def downgrade():
    with op.batch_alter_table('fees_fee', schema=None) as batch_op:
        batch_op.drop_index('ux_fees_fee_form_token')
        batch_op.drop_column('form_token')
