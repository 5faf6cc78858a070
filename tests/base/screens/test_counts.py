"""How far a list is counted, and what is believed of one that is much longer."""

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.screens import counts
from app.base.screens.listing import Listing, filterable
from app.crm.customers.models import Customer
from app.extensions import db
from tests.cast import EVE, LIN, SAM
from tests.factories import a_customer


@pytest.fixture
def few(monkeypatch):
    """Let two rows be the limit, and four be far above."""
    monkeypatch.setattr(counts, "LIMIT", 2)
    monkeypatch.setattr(counts, "FAR", 4)
    monkeypatch.setattr(counts, "_believed", {})
    now = [1000.0]
    monkeypatch.setattr(counts.time, "monotonic", lambda: now[0])
    return now


def counted(app, statements, person, **asked):
    """Return how many rows a list says there are, and how many statements that took."""
    with app.test_request_context(), acting(person.actor) as actor, statements() as seen:
        return Listing(Customer, filterable(Customer), [], asked, actor).count, len(seen)


def rows_of(saved, number, owner=LIN):
    for place in range(number):
        saved(a_customer, name=f"{owner.name}{place}", owner=owner.id)


def test_that_there_are_far_more_rows_than_the_limit_is_believed_for_a_while(app, saved, statements, few):
    rows_of(saved, 5)
    asked = [counted(app, statements, LIN) for _time in range(2)]
    assert asked == [(3, 1), (3, 0)]
    few[0] += counts.BELIEVED_SECONDS + 1
    assert counted(app, statements, LIN) == (3, 1)


def test_a_few_rows_above_the_limit_are_counted_each_time(app, saved, statements, few):
    rows_of(saved, 4)
    assert [counted(app, statements, LIN) for _time in range(2)] == [(3, 1), (3, 1)]
    with app.app_context(), acting(SYSTEM):
        db.session.connection().execute(Customer.__table__.update().values(deleted_at=clock.now()))
        db.session.commit()
    assert counted(app, statements, LIN) == (0, 1)


def test_what_is_believed_of_one_persons_rows_or_filter_is_not_of_anothers(app, saved, statements, few):
    rows_of(saved, 5)
    rows_of(saved, 1, EVE)
    assert counted(app, statements, LIN)[0] == 3
    assert counted(app, statements, EVE)[0] == 1
    assert counted(app, statements, SAM)[0] == 3
    for name, found in (("林晓1", 1), ("林晓", 3), ("林晓2", 1)):
        text = f'{{"all": [{{"field": "name", "op": "contains", "value": "{name}"}}]}}'
        assert counted(app, statements, LIN, filter=text)[0] == found
