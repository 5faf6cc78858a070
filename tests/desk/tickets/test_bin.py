"""Tickets in the recycle bin, for good, with their customers, contacts, products and follow-ups; and handed over."""

import json

import pytest
from sqlalchemy import func, select

from app.base import handover, recycle
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.scope import unscoped, with_deleted
from app.crm.customers import services as customers
from app.crm.customers.models import Contact, Customer
from app.desk.reviews import services as reviews
from app.desk.reviews.models import Rating, RatingLink, RevisitAttempt
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket, TicketCheck, TicketMove, TicketNote, TicketPart, TicketPerson, TicketWork
from app.extensions import db
from app.system.recycle import services as bins
from app.system.recycle.models import BinEntry
from tests.cast import GAO, JI, LIN
from tests.desk.tickets.steps import by, closed, dispatched, in_work, solved, ticket
from tests.factories import a_contact, a_customer, a_followup, a_product, a_ticket

HANGING = (TicketMove, TicketNote, TicketWork, TicketPart, TicketCheck, TicketPerson, Rating, RevisitAttempt)


def full():
    """A ticket with everything that can hang on one; its id."""
    key = in_work()
    with acting(JI.actor) as ji:
        services.note(ticket(key), {"words": "下午去"}, actor=ji)
        services.work(ticket(key), {"what": "换打印头", "minutes": 45, "parts": [("打印头", "1")]}, actor=ji)
        services.list_checks(ticket(key), ["断电"], actor=ji)
    by(GAO, services.transfer, key, {"assignee": GAO.id, "words": "换人"})
    by(GAO, services.accept, key)
    by(GAO, services.solve, key, {"solution": "好了"})
    return key


def count(model, **given):
    with unscoped("a test counts"), with_deleted():
        return db.session.scalar(select(func.count()).select_from(model).filter_by(**given))


def binned(key):
    with acting(SYSTEM) as actor:
        services.delete(ticket(key), actor=actor)
        return db.session.scalars(select(BinEntry).where(BinEntry.kind == "ticket", BinEntry.record_id == key)).one()


def purged(entry, name):
    with acting(SYSTEM) as actor:
        bins.purge(entry, typed=name, actor=actor)


def test_a_deleted_ticket_is_nowhere_and_comes_back_where_it_stood(in_app):
    key = solved()
    binned(key)
    with acting(LIN.actor):
        assert queries.by_id(key) is None
    with pytest.raises(Invalid, match="deleted already"), acting(SYSTEM) as actor, with_deleted():
        services.delete(db.session.get_one(Ticket, key), actor=actor)
    with acting(SYSTEM) as actor, with_deleted():
        services.restore(db.session.get_one(Ticket, key), actor=actor)
    assert ticket(key).phase == "solved"
    assert count(BinEntry, kind="ticket", deleted_at=None) == 0
    with pytest.raises(Invalid, match="is not deleted"), acting(SYSTEM) as actor:
        services.restore(ticket(key), actor=actor)


def test_for_good_it_goes_with_all_that_hangs_on_it(in_app):
    key, other = full(), solved()
    for one in (key, other):
        with acting(LIN.actor) as lin:
            reviews.make_link(ticket(one), days=14, actor=lin)
    assert all(count(model, ticket_id=key) for model in HANGING if model is not RevisitAttempt)
    purged(binned(key), ticket_number(key))
    assert count(Ticket, id=key) == 0
    assert [model for model in HANGING if count(model, ticket_id=key)] == []
    assert count(Rating, ticket_id=other) == count(RatingLink) == 1


def test_what_follows_it_or_is_answered_by_it_forgets_it(in_app):
    first = closed(solved())
    with acting(GAO.actor) as gao:
        second = services.follow_on(ticket(first), {}, actor=gao).id
    purged(binned(first), ticket_number(first))
    assert ticket(second).follows_id is None


def ticket_number(key):
    with unscoped("a test looks"), with_deleted():
        return db.session.get_one(Ticket, key).number


def test_a_customer_goes_for_good_after_its_tickets(in_app):
    with acting(SYSTEM) as actor:
        customer = a_customer()
        key, name = a_ticket(customer=customer.id).id, customer.name
        assert recycle.forbidden("customer", [customer.id]).keys() == {customer.id}
        services.delete(ticket(key), actor=actor)
        assert recycle.forbidden("customer", [customer.id]) == {}
        customers.delete(customer, actor=actor)
        entry = db.session.scalars(select(BinEntry).where(BinEntry.kind == "customer")).one()
    purged(entry, name)
    assert count(Ticket) == count(Customer, name=name) == count(BinEntry, kind="ticket", deleted_at=None) == 0


def test_a_contact_is_forgotten_and_products_and_follow_ups_stay(in_app):
    customer = a_customer()
    contact, product, followup = a_contact(customer=customer), a_product().id, a_followup(customer=customer.id)
    key = a_ticket(customer=customer.id, contact=contact.id, product=product).id
    with acting(LIN.actor) as lin:
        services.from_followup(followup, {}, actor=lin)
    assert recycle.forbidden("product", [product]).keys() == {product}
    assert recycle.forbidden("followup", [followup.id]).keys() == {followup.id}
    with acting(SYSTEM) as actor:
        customers.delete_contact(db.session.get_one(Contact, contact.id), actor=actor)
        entry = db.session.scalars(select(BinEntry).where(BinEntry.kind == "contact")).one()
    purged(entry, contact.name)
    assert ticket(key).contact_id is None


# ── handed over ──


def test_open_tickets_of_somebody_who_leaves_are_handed_over(app):
    with app.app_context():
        keys, over = [dispatched(), in_work()], solved()
    kind = handover.registered["tickets"]
    with app.test_request_context(), acting(GAO.actor) as gao:
        assert kind.count(JI.id, gao) == 2
        plan = kind.plan(JI.id, {"people": [GAO.id]}, gao)
        kind.begin(JI.id, 2, plan.given, gao)
    with app.app_context():
        assert {ticket(key).assignee_id for key in keys} == {GAO.id}
        assert ticket(over).assignee_id == JI.id


def test_the_filter_of_what_is_handed_over_is_that_of_its_list(app, as_user):
    with app.app_context():
        number = ticket(dispatched()).number
    with app.test_request_context():
        address = handover.registered["tickets"].url(JI.id)
    page = as_user("gao").get(address)
    assert (page.status_code, number in page.text) == (200, True)
    assert json.loads(page.request.args["filter"])["all"][0]["value"] == str(JI.id)


# ── its button ──


@pytest.mark.parametrize(("username", "status"), [("lin", 403), ("bai", 403), ("eve", 403), ("gao", 200)])
def test_the_gate_of_deleting(app, as_user, username, status):
    with app.app_context():
        key = a_ticket().id
    assert as_user(username).get(f"/tickets/{key}/delete").status_code == status
