"""The caller's number: who calls back sees it whole, everybody else as a mask, wherever it stands."""

import io
import re

import pypdf
import pytest

from app.base.actor import SYSTEM, acting
from app.base.fields.held import is_held
from app.crm.customers.models import Collaborator
from app.desk.tickets import services
from app.desk.tickets.models import Ticket, TicketPerson
from app.extensions import db
from tests.cast import GUO, JI, LIN, MEI, PEOPLE
from tests.desk.tickets.steps import by, closed, in_work, ticket
from tests.factories import a_customer, a_queue, a_ticket

WHOLE, MASK, BEFORE = "13800138000", "138****8000", "139****9000"


def with_others():
    """A ticket that Lin took in and Ji works on; Mei takes part and Guo follows; its number was corrected once."""
    key = in_work(caller="刘志远", caller_phone="+8613900139000")
    by(LIN, services.change, key, {"caller_phone": "+8613800138000"})
    with acting(SYSTEM):
        for person, is_follower in ((MEI, False), (GUO, True)):
            db.session.add(TicketPerson(ticket_id=key, employee_id=person.id, is_follower=is_follower))
            db.session.add(Collaborator(customer_id=ticket(key).customer_id, employee_id=person.id))
        db.session.commit()
    return key


@pytest.fixture
def called(once):
    return once(with_others)


def digits(text):
    return re.sub(r"[\s-]", "", text)


def paper(answer):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)


def doors(browser, program, key):
    """Return what each place answers that shows the number, as text."""
    browser.post("/me/settings/columns/TicketView", data={"columns": ["number", "caller_phone"], "next": "/tickets/"})
    export = browser.get("/tickets/export?format=csv&columns=number,caller_phone")
    found = {
        "page": browser.get(f"/tickets/{key}").text,
        "list": browser.get("/tickets/").text,
        "history": re.sub(r"<[^>]*>", "", browser.get(f"/tickets/{key}/history").text),
        "export": export.text,
        "REST": program.get(f"/api/v1/tickets/{key}").text,
    }
    printed = browser.get(f"/tickets/{key}/order")
    return found | ({"order": paper(printed)} if printed.mimetype == "application/pdf" else {})


@pytest.mark.parametrize("username", ["ji", "lin"])
def test_who_has_a_ticket_or_took_it_in_sees_the_callers_number(as_user, as_program, called, username):
    found = doors(as_user(username), as_program(username), called)
    assert [name for name, text in found.items() if WHOLE not in digits(text) or MASK in digits(text)] == []
    assert "order" in found
    assert 'href="tel:+8613800138000"' in found["page"]
    assert 'href="tel:+8613800138000"' in as_user("ji").get("/my-tickets/").text


@pytest.mark.parametrize("username", ["mei", "guo", "zong"])
def test_who_takes_part_follows_or_looks_sees_a_mask(as_user, as_program, called, username):
    found = doors(as_user(username), as_program(username), called)
    assert [name for name, text in found.items() if WHOLE in digits(text) or MASK not in digits(text)] == []
    assert "tel:" not in found["page"]
    assert BEFORE in digits(found["history"])


def test_a_row_that_was_drawn_for_who_calls_back_is_not_shown_to_a_colleague(as_user, called):
    columns = {"columns": ["number", "caller_phone"], "next": "/tickets/"}
    lin, mei = as_user("lin"), as_user("mei")
    for browser in (lin, mei):
        browser.post("/me/settings/columns/TicketView", data=columns)
    seen = [WHOLE in digits(one.get("/tickets/").text) for one in (lin, mei, lin, mei)]
    assert seen == [True, False, True, False]


def test_in_memory_and_in_sql_the_same_tickets_are_whose(app, called):
    with app.app_context():
        queue = a_queue(name="一部", department_id=2, people=(GUO.id,)).id
        lying = a_ticket(queue=queue, customer=a_customer(name="二号有限公司").id).id
        lent = in_work(customer=a_customer(name="三号有限公司").id)  # Ji's, who works elsewhere
        with acting(SYSTEM):
            ticket(lent).group_id = 2
            db.session.commit()
        whose = {}
        for person in PEOPLE:
            with acting(actor := person.actor):
                rule = Ticket.__held__.rows(Ticket.__table__, actor)
                held = set(db.session.scalars(db.select(Ticket.id).where(rule)))
            with acting(SYSTEM):
                assert {row.id for row in db.session.scalars(db.select(Ticket)) if is_held(row, actor)} == held
            whose[person.username] = held
        everything = {
            "lin": {called, lying, lent},
            "ji": {called, lent},
            "sam": {lying, lent},
        }  # Sam leads the department of the queue
        assert {name: held for name, held in whose.items() if held} == everything


def test_who_opens_the_next_ticket_does_not_get_a_number_they_see_masked(app, called):
    with app.app_context():
        by(JI, services.solve, called, {"solution": "换了打印头"})
        closed(called)
        with acting(MEI.actor) as mei:
            made = services.follow_on(ticket(called), {}, actor=mei).id
        with acting(LIN.actor) as lin:
            other = services.follow_on(ticket(called), {}, actor=lin).id
        assert ticket(made).caller_phone is None
        assert ticket(other).caller_phone == "+8613800138000"
