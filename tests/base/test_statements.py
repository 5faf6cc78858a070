"""How many statements a page may ask. No page may ask one per row."""

from tests.factories import a_customer

MOST_FOR_A_LIST, MOST_FOR_A_CUSTOMER = 8, 25


def test_the_list_asks_no_more_statements_for_twenty_rows_than_for_one(as_user, saved, statements):
    lin = as_user("lin")
    saved(a_customer, name="第一家", level="vip")
    lin.get("/customers/")
    with statements() as for_one:
        lin.get("/customers/")
    for number in range(20):
        saved(a_customer, name=f"客户{number}", phone=f"+86138001380{number:02}")
    lin.get("/customers/")
    with statements() as for_many:
        lin.get("/customers/")
    assert len(for_many) == len(for_one)
    assert len(for_many) <= MOST_FOR_A_LIST


def test_the_customer_page_asks_at_most_25_statements(as_user, saved, statements):
    lin, key = as_user("lin"), saved(a_customer)
    lin.get(f"/customers/{key}")
    with statements() as seen:
        lin.get(f"/customers/{key}")
    assert len(seen) <= MOST_FOR_A_CUSTOMER
