"""What every list can do besides showing rows: keep long filters, count, go to a row."""

import json
import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from app.base.actor import acting
from app.base.screens.listing import Listing, filterable
from app.crm.customers.models import Contact, Customer
from app.extensions import db
from tests.cast import ANRAN
from tests.factories import a_customer

LONG = {"all": [{"any": [{"field": "name", "op": "contains", "value": f"晨光{n:02}" * 30} for n in range(20)]}]}


def test_a_filter_too_long_for_an_address_is_kept_under_a_short_id(as_user, saved):
    saved(a_customer, name="甲")
    saved(a_customer, name="晨光07" * 30)
    lin = as_user("lin")

    answer = lin.post("/customers/filter?sort=name&page=3", data={"filter": json.dumps(LONG)})

    assert re.fullmatch(r"/customers/\?sort=name&kept=[0-9a-f]{16}", answer.headers["Location"])
    page = lin.get(answer.headers["Location"])
    assert "晨光07" in page.text
    assert ">甲<" not in page.text
    again = lin.post("/customers/filter?sort=name", data={"filter": json.dumps(LONG)})
    assert again.headers["Location"] == answer.headers["Location"]


def test_a_kept_filter_opens_no_row_out_of_scope_and_no_nonsense_is_kept(as_user, saved):
    saved(a_customer, name="晨光07" * 30)
    address = as_user("lin").post("/customers/filter", data={"filter": json.dumps(LONG)}).headers["Location"]

    assert "晨光07" not in re.sub(
        r"<script.*?</script>|<ul class=.zk-filters.*?</ul>", "", as_user("eve").get(address).text, flags=re.DOTALL
    )
    assert as_user("lin").post("/customers/filter", data={"filter": "{"}).status_code == 400
    assert as_user("lin").get("/customers/?kept=' OR 1=1").status_code == 200


def test_the_builder_is_told_how_many_rows_match(as_user, saved):
    saved(a_customer, name="甲")
    lin = as_user("lin")
    raw = {"all": [{"field": "name", "op": "is", "value": "甲"}]}

    assert lin.get("/customers/count", query_string={"filter": json.dumps(raw)}).json == {"text": "1"}
    assert "cannot be read" in lin.get("/customers/count?filter={").json["text"]


def test_going_to_a_row_shows_it_first(as_user, saved):
    for number in range(12):
        saved(a_customer, name=f"客户{number:02}")
    page = as_user("lin").get("/customers/?sort=name&page_size=10&row=8").text
    assert re.findall(r'class="zk-name" href="/customers/\d+">([^<]+)</a></span></td>', page)[0] == "客户07"
    assert as_user("lin").get("/customers/?row=999999999999").status_code == 200


# ── at a million rows ──


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize(
    ("model", "sort"),
    [(Customer, sort) for sort in ("name", "-name", "updated_at", "-updated_at", "created_at", "-created_at")]
    + [(Contact, sort) for sort in ("updated_at", "-updated_at")],
)
def test_an_index_gives_the_order_so_that_no_list_sorts_a_million_rows(in_app, model, sort):
    with acting(ANRAN.actor) as actor:
        listing = Listing(model, filterable(model), [], {"sort": sort}, actor)
        assert "using ix_" in plan(listing)
        assert "Sort" not in plan(listing)


@pytest.mark.one_database("postgresql")
def test_with_nulls_put_in_their_place_no_index_gives_the_order(in_app):
    """The guard taken out: what the order of a column that is never empty must not say."""
    with acting(ANRAN.actor) as actor:
        listing = Listing(Customer, filterable(Customer), [], {"sort": "-updated_at"}, actor)
        listing.order = lambda **_more: [Customer.updated_at.desc().nulls_last(), Customer.id.desc()]
        assert "Sort" in plan(listing)


def plan(listing):
    """Return how PostgreSQL would read a page if sorting were dear, as it is with many rows."""
    asked = listing._page_of(select(listing.model.id))
    said = asked.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        db.session.execute(text(f"SET LOCAL {setting} = off"))
    found = "\n".join(db.session.scalars(text(f"EXPLAIN {said}")))
    db.session.rollback()
    return found


def test_a_first_page_that_shows_everything_is_not_counted_again(as_user, saved, statements):
    saved(a_customer, name="甲")
    lin = as_user("lin")
    lin.get("/customers/")
    with statements() as seen:
        assert "甲" in lin.get("/customers/").text
    assert not [one for one in seen if "count(" in one.lower() and "customers_customer" in one]
