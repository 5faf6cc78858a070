"""At a million customers the pool is read by the index of those that nobody holds, in the order shown."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from app.base.actor import acting
from app.base.narrowing import _options
from app.base.screens.listing import Listing
from app.crm.pool.views import PoolView
from app.extensions import db
from tests.cast import ANRAN, LIN
from tests.factories import a_pool


def plan(sort="-id", who=LIN):
    """Return how PostgreSQL would read a page, scope and all, if sorting and reading everything were dear."""
    reader = PoolView.reader(who.actor)
    with acting(reader):
        listing = Listing(PoolView.model, {}, [], {"sort": sort}, reader, within=PoolView.within())
        asked = listing._page_of(select(PoolView.model.id))
        asked = asked.options(*_options(asked))
        said = asked.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        db.session.execute(text(f"SET LOCAL {setting} = off"))
    found = "\n".join(db.session.scalars(text(f"EXPLAIN {said}")))
    db.session.rollback()
    return found


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize("who", [LIN, ANRAN], ids=["agent", "administrator"])
def test_the_list_is_read_by_the_index_of_the_pool(in_app, who):
    a_pool(name="洛阳", regions=("410300",), people=(str(LIN.id),))
    a_pool(name="一部", position=2, houses=("2",))

    found = plan(who=who)

    assert "ix_customer_pool" in found
    assert "Sort" not in found
