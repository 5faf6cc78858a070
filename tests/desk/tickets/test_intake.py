"""Taking tickets in: who is found, what is told, what is made; each refusal in words."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.logbook import Kind
from app.crm.customers.models import Customer
from app.desk.tickets.models import Route, Ticket
from app.extensions import db
from app.system.logs.models import Entry
from tests.cast import EVE
from tests.desk.tickets.steps import solved
from tests.factories import a_customer, a_followup, a_queue

FORM = {"type": "after_sales", "channel": "phone", "description": "打印机不打印\n换过墨盒", "token": "one-form"}
HERS = {"name": "洛阳远方机械有限公司", "phone": "+8613900001111", "owner": EVE.id}


@pytest.fixture
def count(app):
    def ask(model=Ticket):
        with app.app_context(), acting(SYSTEM):
            return db.session.scalar(select(func.count()).select_from(model.__table__))

    return ask


@pytest.fixture
def newest(app):
    def ask():
        with app.app_context(), acting(SYSTEM):
            return db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()

    return ask


@pytest.fixture
def lookups(app):
    def ask():
        with app.app_context(), acting(SYSTEM):
            return db.session.scalars(select(Entry.subject_id).where(Entry.kind == Kind.LOOKED_UP)).all()

    return ask


def test_a_part_of_a_name_finds_what_is_in_scope_and_nothing_else(as_user, saved):
    mine, hers = saved(a_customer), saved(a_customer, **HERS)
    lin = as_user("lin")
    assert f'value="{mine}"' in lin.get("/tickets/lookup?who=晨光").text
    assert f'value="{hers}"' not in lin.get("/tickets/lookup?who=远方").text


@pytest.mark.parametrize("who", ["13900001111", "洛阳远方机械有限公司"])
def test_a_whole_number_or_name_finds_any_customer_and_is_logged(as_user, saved, lookups, who):
    hers = saved(a_customer, **HERS)
    lin = as_user("lin")
    assert f'value="{hers}"' in lin.get("/tickets/lookup", query_string={"who": who}).text
    card = lin.get(f"/tickets/caller/{hers}")
    assert card.status_code == 200
    assert "13900001111" not in re.sub(r"\D", "", card.text)
    assert EVE.name in card.text
    assert lookups() == [hers]


def test_who_was_not_looked_up_is_told_of_to_nobody(as_user, saved, count):
    hers = saved(a_customer, **HERS)
    lin = as_user("lin")
    assert lin.get(f"/tickets/caller/{hers}").status_code == 404
    page = lin.post("/tickets/new", data=FORM | {"customer": hers})
    assert page.status_code == 422
    assert "Look up who calls" in page.text
    assert count() == 0


def test_beyond_the_days_limit_nobody_outside_is_found(app, as_user, saved):
    hers = saved(a_customer, **HERS)
    lin, config = as_user("lin"), app.config["ZHIKE"]
    app.config["ZHIKE"] = replace(config, lookup_per_day=0)
    try:
        assert f'value="{hers}"' not in lin.get("/tickets/lookup?who=13900001111").text
    finally:
        app.config["ZHIKE"] = config


def test_a_ticket_of_somebody_elses_customer_opens_that_customer_to_read(as_user, saved, newest):
    hers = saved(a_customer, **HERS)
    lin = as_user("lin")
    assert lin.get(f"/customers/{hers}").status_code == 404
    lin.get("/tickets/lookup?who=13900001111")
    lin.post("/tickets/new", data=FORM | {"customer": hers, "who": "13900001111"})
    made = newest()
    assert (made.customer_id, made.title, made.caller_phone) == (hers, "打印机不打印", "+8613900001111")
    assert lin.get(f"/customers/{hers}").status_code == 200


def test_a_form_sent_twice_opens_one_ticket_and_makes_one_customer(as_user, count):
    lin, form = as_user("lin"), FORM | {"new_name": "洛阳新来商贸有限公司", "new_phone": "13700002222"}
    before = count(Customer)
    for _again in range(2):
        assert lin.post("/tickets/new", data=form).status_code == 302
    assert (count(), count(Customer) - before) == (1, 1)


def test_a_newcomer_who_looks_like_somebody_is_asked_about_and_saved_all_the_same(as_user, saved, count):
    saved(a_customer)
    lin, form = as_user("lin"), FORM | {"new_name": "河南晨光商贸有限公司", "new_phone": "13700002222"}
    page = lin.post("/tickets/new", data=form)
    assert page.status_code == 422
    assert count() == 0
    despite = re.search(r'name="despite" value="([^"]+)"', page.text)[1]
    assert lin.post("/tickets/new", data=form | {"despite": despite}).status_code == 302
    assert count() == 1


def test_a_newcomer_stays_unmade_where_the_ticket_is_refused(app, as_user, count, saved):
    queue = saved(a_queue)
    with app.app_context(), acting(SYSTEM):
        db.session.add(Route(type="after_sales", queue_id=queue, needs=["product"]))
        db.session.commit()
    before = count(Customer)
    form = FORM | {"new_name": "洛阳新来商贸有限公司", "new_phone": "13700002222"}
    assert as_user("lin").post("/tickets/new", data=form).status_code == 422
    assert (count(), count(Customer)) == (0, before)


def test_without_a_script_the_page_looks_up_and_keeps_what_is_typed(as_user, saved):
    mine = saved(a_customer)
    page = as_user("lin").post("/tickets/new", data=FORM | {"who": "晨光", "look": "1"})
    assert page.status_code == 200
    assert f'value="{mine}"' in page.text
    assert "换过墨盒" in page.text


def test_the_route_is_told_before_it_is_saved(app, as_user, saved):
    queue = saved(a_queue)
    with app.app_context(), acting(SYSTEM):
        given = {"due_hours": 4, "needs": ["product"], "answer": "先重启打印机"}
        db.session.add(Route(type="after_sales", queue_id=queue, **given))
        db.session.commit()
    page = as_user("lin").get("/tickets/route?type=after_sales").text
    assert "技术支持" in page
    assert "先重启打印机" in page
    assert "Product" in page


def test_what_was_solved_before_is_told_with_its_solution(app, as_user):
    with app.app_context():
        solved()
    page = as_user("lin").get("/tickets/similar", query_string={"description": "打印机不打印，怎么办"}).text
    assert "换了打印头" in page
    assert "换了打印头" not in as_user("eve").get("/tickets/similar?description=打印机不打印").text


@pytest.mark.parametrize("address", ["new", "lookup", "caller/1", "route", "similar"])
def test_whoever_may_not_open_tickets_gets_no_intake(as_user, address):
    assert as_user("ji").get(f"/tickets/{address}").status_code == 403


@pytest.mark.parametrize("bad", ["0", "x", "99999999999999", "-1", "%00"])
def test_nonsense_is_refused_and_never_an_error(as_user, bad):
    lin = as_user("lin")
    for address in ("caller/", "lookup?who=", "new?customer=", "route?type=", "similar?description="):
        assert lin.get(f"/tickets/{address}{bad}").status_code < 500
    assert lin.post("/tickets/new", data=FORM | {"customer": bad}).status_code == 422


def test_a_follow_up_becomes_one_ticket_in_one_step(as_user, saved, count, app):
    with app.app_context():
        customer = a_customer()
        followup = a_followup(customer=customer.id, content="发票开错了").id
    lin = as_user("lin")
    assert as_user("eve").post(f"/tickets/from-followup/{followup}").status_code == 404
    assert as_user("ji").post(f"/tickets/from-followup/{followup}").status_code == 403
    for _again in range(2):
        assert lin.post(f"/tickets/from-followup/{followup}").status_code == 302
    assert count() == 1


def test_the_customer_page_shows_its_tickets_and_opens_another(app, as_user):
    with app.app_context():
        key = solved()
    with app.app_context(), acting(SYSTEM):
        customer = db.session.get_one(Ticket, key).customer_id
    page = as_user("lin").get(f"/customers/{customer}?tab=tickets").text
    assert f"/tickets/{key}" in page
    assert f"/tickets/new?customer={customer}" in page


def test_search_finds_a_ticket_by_what_it_says(app, as_user):
    with app.app_context():
        key = solved()
    assert f"/tickets/{key}" in as_user("lin").get("/search/?q=打印头").text
    assert f"/tickets/{key}" not in as_user("eve").get("/search/?q=打印头").text
