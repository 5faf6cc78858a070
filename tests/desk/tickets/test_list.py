"""The list of tickets: its tabs, marks and buttons, for each reader; and what it can be asked for."""

import json
from datetime import timedelta

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.desk.tickets.models import Ticket
from app.extensions import db
from tests.cast import GAO, JI, LIN
from tests.desk.tickets.steps import dispatched, in_work, solved
from tests.factories import a_customer, a_queue, a_ticket


def built(app, factory, **given):
    with app.app_context():
        found = factory(**given)
        return found if isinstance(found, int) else found.id


def listed(browser, *conditions):
    found = browser.get("/tickets/", query_string={"filter": json.dumps({"all": list(conditions)})})
    assert found.status_code == 200
    return found.text


def has(text, key):
    return f'href="/tickets/{key}"' in text


def test_a_row_has_the_buttons_of_its_state_for_who_may_press_them(app, as_user):
    fresh, given = built(app, a_ticket), built(app, dispatched)
    gao, ji = as_user("gao").get("/tickets/").text, as_user("ji").get("/tickets/").text
    assert f"/tickets/{fresh}/dispatch?" in gao
    assert f"/tickets/{fresh}/take?" in gao
    assert f"/tickets/{given}/transfer?" in gao
    assert f"/tickets/{given}/accept?" not in gao  # for whoever it was given to
    assert f"/tickets/{given}/accept?" in ji
    assert f"/tickets/{given}/dispatch?" not in ji
    assert f"/tickets/{fresh}/dispatch?" not in as_user("lin").get("/tickets/").text
    assert "/dispatch?" not in as_user("shi").get("/tickets/").text


def test_late_ones_and_urgent_ones_are_marked_in_words(app, as_user):
    key = built(app, a_ticket, priority="urgent", due_at=clock.now() - timedelta(hours=1))
    text = as_user("gao").get("/tickets/").text
    assert "is-overdue" in text
    assert "Overdue" in text
    assert "Urgent" in text
    assert has(listed(as_user("gao"), {"field": "overdue", "op": "true"}), key)
    assert not has(listed(as_user("gao"), {"field": "overdue", "op": "not_true"}), key)


@pytest.mark.parametrize("person", ["gao", "ji", "lin"])
def test_every_tab_opens(as_user, person):
    from app.desk.tickets.views.rowing import SEGMENTS  # noqa: PLC0415

    for _name, _label, raw in SEGMENTS:
        assert as_user(person).get("/tickets/", query_string={"filter": json.dumps(raw)}).status_code == 200


def test_the_tabs_tell_tickets_apart(app, as_user):
    from app.desk.tickets.views.rowing import SEGMENTS  # noqa: PLC0415

    keys = {
        "requests": built(app, a_ticket),
        "mine": built(app, dispatched),
        "working": built(app, in_work),
        "solved": built(app, solved),
    }
    with app.app_context():
        queue = a_queue(people=[JI.id]).id
        keys["queues"] = a_ticket(queue=queue).id
    ji = as_user("ji")
    shown = {name: listed(ji, *raw["all"]) for name, _label, raw in SEGMENTS}
    assert has(shown["mine"], keys["mine"])
    assert has(shown["mine"], keys["working"])
    assert not has(shown["mine"], keys["solved"])
    assert has(shown["queues"], keys["queues"])
    assert not has(shown["queues"], keys["mine"])
    assert has(shown["work"], keys["working"])
    assert has(shown["solved"], keys["solved"])
    assert has(listed(as_user("gao"), *{n: r for n, _l, r in SEGMENTS}["requests"]["all"]), keys["requests"])


def test_tickets_are_found_by_their_customer_and_by_who_takes_part(app, as_user):
    with app.app_context():
        customer = a_customer(level="a").id
        key, other = a_ticket(customer=customer).id, a_ticket().id
    gao = as_user("sam")
    text = listed(gao, {"field": "customer_owner", "op": "is", "value": str(LIN.id)})
    assert (has(text, key), has(text, other)) == (True, True)
    text = listed(gao, {"field": "customer_level", "op": "is", "value": "a"})
    assert (has(text, key), has(text, other)) == (True, False)
    assert not has(listed(gao, {"field": "person", "op": "is", "value": str(GAO.id)}), key)


def test_progress_is_a_bar(app, as_user):
    built(app, solved)
    assert 'value="100"' in as_user("gao").get("/tickets/").text


def test_a_page_of_rows_asks_no_statement_per_row(app, as_user, statements):
    gao = as_user("gao")
    built(app, a_ticket)
    gao.get("/tickets/")
    with statements() as few:
        gao.get("/tickets/")
    for _n in range(6):
        built(app, dispatched)
    gao.get("/tickets/")
    with statements() as many:
        gao.get("/tickets/")
    assert len(many) <= len(few) + 2


# ── deleting ──


def test_deleting_asks_why_and_is_for_those_who_may(app, as_user):
    key = built(app, a_ticket)
    assert as_user("lin").post(f"/tickets/{key}/delete", data={"reason": "duplicate"}).status_code == 403
    assert as_user("gao").get("/tickets/999/delete").status_code == 404
    assert as_user("gao").post(f"/tickets/{key}/delete", data={}).status_code in (200, 422)
    assert as_user("gao").post(f"/tickets/{key}/delete", data={"reason": "duplicate"}).status_code == 302
    assert as_user("gao").get(f"/tickets/{key}").status_code == 404
    with app.app_context(), acting(SYSTEM):
        row = db.session.execute(db.select(Ticket.__table__).where(Ticket.__table__.c.id == key)).one()
        assert row.deleted_at is not None
