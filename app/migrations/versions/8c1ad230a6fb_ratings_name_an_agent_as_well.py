"""Ratings name an agent as well

Revision ID: 8c1ad230a6fb
Revises: 84559ed030b0
Create Date: 2026-11-27 14:37:07.020714

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '8c1ad230a6fb'
down_revision = '84559ed030b0'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('reviews_rating', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('agent_id', sa.Integer(), sa.ForeignKey('security_employee.id', name='fk_reviews_rating_agent_id'), nullable=True), inline_references=True)
        batch_op.create_index('ix_reviews_rating_agent', ['agent_id', 'id'], unique=False)

    with op.batch_alter_table('reviews_rating_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('agent_id', sa.Integer(), autoincrement=False, nullable=True))


def downgrade():
    with op.batch_alter_table('reviews_rating_version', schema=None) as batch_op:
        batch_op.drop_column('agent_id')

    with op.batch_alter_table('reviews_rating', schema=None) as batch_op:
        batch_op.drop_index('ix_reviews_rating_agent')
        batch_op.drop_column('agent_id')
