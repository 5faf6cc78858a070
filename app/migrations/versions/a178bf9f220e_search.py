"""search

Revision ID: a178bf9f220e
Revises: 020a53e7440a
Create Date: 2026-11-22 19:14:16.494654

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = 'a178bf9f220e'
down_revision = '020a53e7440a'
branch_labels = None
depends_on = None

# SQLite: an index over the words of search_entry, which it does not keep itself; it must be told the old words of a
# row that goes. New rows are told to it in sets (services.keeping): a trigger would cost three times as much as all
# the rest. The tokenizer parts at blanks only: rules.safe leaves no ASCII sign in a token.
FULL_TEXT = (
    """CREATE VIRTUAL TABLE search_words USING fts5(
        words, content='search_entry', content_rowid='id', tokenize='ascii', detail=none, columnsize=0)""",
    "CREATE VIRTUAL TABLE search_words_vocab USING fts5vocab(search_words, row)",
    """CREATE TRIGGER search_entry_delete AFTER DELETE ON search_entry BEGIN
        INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
)


def upgrade():
    op.create_table('search_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text().with_variant(postgresql.TSVECTOR(), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'record_id'),
    sqlite_autoincrement=True
    )
    op.create_table('search_frequency',
    sa.Column('token', sa.String(length=80), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('token'),
    sqlite_autoincrement=False
    )
    with op.batch_alter_table('customers_contact', schema=None) as batch_op:
        batch_op.create_index('ix_customers_contact_updated', ['updated_at', 'id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("CREATE INDEX ix_search_entry_words ON search_entry USING gin (words)")
        op.execute("ALTER TABLE search_entry SET (autovacuum_vacuum_scale_factor = 0.01)")
    else:
        for statement in FULL_TEXT:
            op.execute(statement)


def downgrade():
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TABLE search_words_vocab")
        op.execute("DROP TABLE search_words")
    with op.batch_alter_table('customers_contact', schema=None) as batch_op:
        batch_op.drop_index('ix_customers_contact_updated')

    op.drop_table('search_frequency')
    op.drop_table('search_entry')
