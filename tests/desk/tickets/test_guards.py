"""Who may look at a ticket, or has half of the rights, gets no further: in runs, rows, revisits, intake and filters."""

import io
import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, NotAllowed
from app.crm.customers.models import Customer
from app.desk.tickets import queries, services
from app.desk.tickets.models import Queue, TicketPerson
from app.desk.tickets.rules.phases import CLOSE, SOLVED
from app.desk.tickets.services import answering, many
from app.extensions import db
from app.system.files.models import File
from app.system.security import queries as security
from app.system.security.services import roles
from tests.cast import ANRAN, EVE, GAO, JI, LIN, MEI
from tests.crawl import hang_a_file
from tests.desk.tickets.runs import done, reasons
from tests.desk.tickets.steps import closed, dispatched, solved, ticket
from tests.desk.tickets.test_bin import binned, purged, ticket_number
from tests.factories import a_customer, a_queue, a_ticket

HERS = {"name": "洛阳远方机械有限公司", "phone": "+8613900001111", "owner": EVE.id}
FORM = {"type": "after_sales", "channel": "phone", "description": "打印机不打印", "token": "one-form"}


def withdraw(app, name, *rights):
    with app.app_context(), acting(SYSTEM):
        role = next(one for one in security.roles() if one.name == name)
        roles.save_rights(role, granted=(), withdrawn=rights, actor=SYSTEM)


@pytest.fixture
def followed(app):
    """A solved ticket of Lin's that Mei follows: she reads it."""
    with app.app_context():
        key = solved()
        with acting(SYSTEM):
            db.session.add(TicketPerson(ticket_id=key, employee_id=MEI.id, is_follower=True))
            db.session.commit()
        return key


# ── a follower reads ──


def test_a_run_changes_nothing_that_is_only_read(app, followed):
    with app.app_context(), acting(MEI.actor) as mei:
        assert queries.by_id(followed) is not None
        assert many.close_many([followed], {}, mei).changed == []


def test_what_is_only_read_answers_no_requests(app, followed):
    with app.app_context(), acting(MEI.actor) as mei, pytest.raises(NotAllowed):
        answering.check_answer({"ticket": followed}, mei)


def test_a_row_that_is_only_read_has_no_steps(as_user, followed):
    text = as_user("mei").get("/tickets/").text
    assert f'href="/tickets/{followed}"' in text
    assert f"/tickets/{followed}/close?" not in text
    assert f"/tickets/{followed}/close?" in as_user("lin").get("/tickets/").text


@pytest.mark.parametrize("button", ["", "/link"])
def test_what_is_only_read_is_revisited_by_others(as_user, followed, button):
    assert as_user("mei").post(f"/revisits/{followed}{button}", data={"revision": "1"}).status_code == 403


# ── what a flow lets whom do, and asks ──


def a_flow_that(**changes):
    """Let tickets from now on be closed along arrows with these changes."""
    flow = queries.flow_of("after_sales")
    meant = queries.edition_for("after_sales").flow
    arrows = tuple(replace(one, **changes) if _closes(meant, one) else one for one in meant.arrows)
    with acting(ANRAN.actor) as anran:
        services.save_flow(
            flow,
            type(meant)(meant.states, arrows),
            due_hours=None,
            tells_supervisor=False,
            actor=anran,
            revision=flow.revision,
        )


def _closes(flow, arrow):
    return flow.state(arrow.source).phase == SOLVED and flow.verb(arrow) == CLOSE


def test_a_run_closes_only_for_whom_the_flow_lets(in_app):
    a_flow_that(who=frozenset({"assignee"}))
    key = solved()
    run = done("close_many", [key], {}, GAO)
    assert (run.changed_count, list(reasons(run))) == (0, [key])
    assert done("close_many", [key], {}, JI).changed_count == 1


def test_a_run_closes_nothing_of_which_the_flow_asks_more(in_app):
    a_flow_that(needs=("category",))
    key, other = solved(category=None), solved(category="usage")
    run = done("close_many", [key, other], {}, GAO)
    assert "asks for more" in reasons(run)[key]
    assert (ticket(key).phase, ticket(other).phase) == ("solved", "closed")


def test_the_board_offers_no_step_without_its_permission(app, as_user):
    with app.app_context():
        key = solved()
    answer = as_user("ji").post(f"/ticket-board/{key}/move?stage=working&next=/ticket-board/")
    assert answer.location == "/ticket-board/"  # reopening is not Ji's
    answer = as_user("gao").post(f"/ticket-board/{key}/move?stage=working&next=/ticket-board/")
    assert f"/tickets/{key}/reopen" in answer.location


# ── the intake ──


def test_who_may_not_enter_customers_takes_none_in(app, as_user):
    withdraw(app, "agent", ("can_add", "CustomerView"))
    answer = as_user("lin").post("/tickets/new", data=FORM | {"new_name": "新客户有限公司", "new_phone": "13600001111"})
    assert (answer.status_code, "You may not enter customers" in answer.text) == (422, True)
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Customer.id).where(Customer.name == "新客户有限公司")).all() == []


def test_who_may_not_attach_files_brings_none_with_a_ticket(app, as_user, saved):
    customer = saved(a_customer)
    withdraw(app, "agent", ("can_add", "AttachmentView"))
    files = {"files": (io.BytesIO(b"a"), "a.txt")}
    answer = as_user("lin").post("/tickets/new", data=FORM | {"customer": str(customer)} | files)
    assert (answer.status_code, "You may not attach files" in answer.text) == (422, True)


@pytest.mark.parametrize("username", ["lin", "sam"])  # Sam sees the numbers of those below him
def test_the_number_of_whom_one_looked_up_outside_the_scope_stays_masked(as_user, saved, username):
    hers, browser = saved(a_customer, **HERS), as_user(username)
    browser.get("/tickets/lookup?who=洛阳远方机械有限公司")
    card = browser.get(f"/tickets/caller/{hers}").text
    assert HERS["name"] in card
    assert "13900001111" not in card.replace(" ", "").replace("-", "")
    assert "1111" in card


# ── queues ──


def test_a_queue_that_was_changed_meanwhile_is_not_overwritten(in_app):
    queue = a_queue()
    with acting(GAO.actor) as gao:
        found = db.session.get_one(Queue, queue.id)
        values = {"name": "退换货", "department": 7}
        services.change_queue(found, values, actor=gao, revision=found.revision)
        with pytest.raises(Conflict):
            services.change_queue(found, {"name": "旧", "department": 7}, actor=gao, revision=1)


# ── files ──


def test_files_go_with_a_ticket_for_good(in_app):
    key = a_ticket().id
    with acting(SYSTEM):
        hang_a_file(ticket(key), "现场.txt", kind="ticket")
    purged(binned(key), ticket_number(key))
    with acting(SYSTEM):
        assert db.session.scalars(select(File.id).where(File.kind == "ticket", File.record_id == key)).all() == []


# ── filters tell nothing of what is not seen ──


def found(browser, path, field, value):
    wish = json.dumps({"all": [{"field": field, "op": "is", "value": value}]})
    answer = browser.get(path, query_string={"filter": wish})
    assert answer.status_code == 200
    return answer.text


def test_tickets_are_not_found_by_what_their_customer_is_to_others(app, as_user):
    with app.app_context():
        key = closed(solved(customer=a_customer(level="a").id))  # of Lin: open to Ji until its end
    assert f'href="/tickets/{key}"' in found(as_user("lin"), "/tickets/", "customer_level", "a")
    assert f'href="/tickets/{key}"' in as_user("ji").get("/tickets/").text
    assert f'href="/tickets/{key}"' not in found(as_user("ji"), "/tickets/", "customer_level", "a")


def test_customers_are_not_found_by_tickets_of_others(app, as_user):
    with app.app_context():
        customer = a_customer().id
        key = dispatched(customer=customer, by=GAO)
        with acting(LIN.actor):
            assert queries.by_id(key) is None
    assert f'href="/customers/{customer}"' in as_user("lin").get("/customers/").text
    assert f'href="/customers/{customer}"' not in found(as_user("lin"), "/customers/", "ticket_phase", "dispatched")
    assert f'href="/customers/{customer}"' in found(as_user("anran"), "/customers/", "ticket_phase", "dispatched")
