"""Rows of the list are drawn once for all who see them alike: whoever sees them otherwise is shown otherwise."""

import re
from datetime import timedelta

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Collaborator
from app.desk.tickets import services
from app.desk.tickets.models import TicketPerson
from app.extensions import db
from tests.cast import BY_USERNAME, EVE, GAO, GUO, JI, LIN, MEI
from tests.desk.tickets.steps import by, in_work, solved, ticket
from tests.desk.tickets.test_guards import a_flow_that
from tests.factories import a_customer, a_ticket


def shared_with(**people):
    """A solved ticket that Lin took in, in which the others take part or which they follow; its id.

    They all are agents and see the customer alike. The flow lets only whoever took the ticket in close it.
    """
    a_flow_that(who=frozenset({"creator"}))
    key = solved(customer=a_customer(owner=EVE.id).id)
    with acting(SYSTEM):
        customer = ticket(key).customer_id
        for name, is_follower in people.items():
            db.session.add(TicketPerson(ticket_id=key, employee_id=BY_USERNAME[name].id, is_follower=is_follower))
        for person in (LIN, MEI, GUO):
            db.session.add(Collaborator(customer_id=customer, employee_id=person.id))
        db.session.commit()
    return key


def offered(browser, key, address="/tickets/"):
    return set(re.findall(rf'"/tickets/{key}/([a-z-]+)', browser.get(address).text))


@pytest.fixture
def shared(once):
    return once(shared_with, mei=False, guo=True)


def test_a_row_is_drawn_once(app, as_user, shared):
    lin = as_user("lin")
    lin.get("/tickets/")
    kept = app.extensions["kept_rows"]
    before = len(kept.found)
    assert before
    lin.get("/tickets/")
    assert len(kept.found) == before


def test_who_took_it_in_is_offered_more_than_who_takes_part(as_user, shared):
    assert "close" in offered(as_user("lin"), shared)
    assert "close" not in offered(as_user("mei"), shared)
    assert "close" in offered(as_user("lin"), shared)


def test_who_follows_it_is_offered_nothing(as_user, shared):
    assert "edit" in offered(as_user("mei"), shared)
    assert offered(as_user("guo"), shared) == set()
    assert "edit" in offered(as_user("mei"), shared)


def test_a_row_is_late_from_its_moment_on(app, as_user, monkeypatch):
    with app.app_context():
        a_ticket(due_at=clock.now() + timedelta(minutes=5))
    lin = as_user("lin")
    row = r'<tr[^>]*data-id[^>]*is-overdue|zk-chip" data-color="red">Overdue'
    assert not re.search(row, lin.get("/tickets/").text)
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert re.search(row, lin.get("/tickets/").text)


def test_its_buttons_lead_back_to_where_one_is(app, as_user):
    with app.app_context():
        key = in_work()
    gao = as_user("gao")
    first = gao.get("/tickets/").text
    other = gao.get("/tickets/?sort=title").text
    assert f"/tickets/{key}/transfer?next=/tickets/" in first.replace("%2F", "/")
    assert "sort" not in re.findall(rf"/tickets/{key}/transfer\?next=([^\"]+)", first)[0]
    assert "sort" in re.findall(rf"/tickets/{key}/transfer\?next=([^\"]+)", other)[0]


def test_a_button_that_asks_nothing_knows_the_newest_revision(app, as_user):
    with app.app_context():
        key = a_ticket().id
    gao = as_user("gao")
    gao.get("/tickets/")
    with app.app_context(), acting(LIN.actor) as lin:
        services.change(ticket(key), {"description": "补充：只有一台"}, actor=lin, revision=None)
    with app.app_context(), acting(SYSTEM):
        revision = ticket(key).revision
    assert re.search(rf'/tickets/{key}/take\?[^"]*revision={revision}"', gao.get("/tickets/").text)


def test_a_new_version_of_the_flow_names_its_states_anew(app, as_user):
    with app.app_context():
        key = a_ticket().id
    lin = as_user("lin")
    assert offered(lin, key) >= {"take"}
    with app.app_context():
        by(GAO, services.dispatch, key, {"assignee": JI.id})
    assert "take" not in offered(lin, key)
