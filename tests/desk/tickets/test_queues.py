"""Setting up queues and routes: each button at its gates, in words."""

import re

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.desk.tickets import services
from app.desk.tickets.models import Queue, Route
from app.extensions import db
from tests.cast import EVE, GAO, JI, XIAO
from tests.desk.tickets.steps import by
from tests.factories import a_customer, a_queue, a_ticket

FORM = {"name": "退换货", "department": "7", "is_active": "1", "people": [str(JI.id)]}


@pytest.fixture
def read_all(app):
    def ask(model):
        with app.app_context(), acting(SYSTEM):
            return list(db.session.scalars(select(model).order_by(model.id)))

    return ask


def people_of(app, key):
    with app.app_context(), acting(SYSTEM):
        return db.session.get_one(Queue, key).people


def test_a_queue_is_made_with_its_people_and_changed(app, as_user, read_all):
    gao = as_user("gao")
    assert gao.post("/ticket-queues/new", data=FORM).status_code == 302
    (made,) = read_all(Queue)
    assert people_of(app, made.id) == (JI.id,)
    page = gao.get(f"/ticket-queues/{made.id}/edit")
    assert f'selected value="{JI.id}"' in page.text
    form = FORM | {"people": [], "is_active": "0", "revision": made.revision}
    assert gao.post(f"/ticket-queues/{made.id}/edit", data=form).status_code == 302
    (made,) = read_all(Queue)
    assert (made.is_active, people_of(app, made.id)) == (False, ())


def test_a_name_in_use_is_refused(as_user, saved):
    saved(a_queue, name="退换货")
    page = as_user("gao").post("/ticket-queues/new", data=FORM)
    assert page.status_code == 422
    assert "There is a queue of this name already." in page.text


def test_a_route_keeps_what_it_needs(as_user, saved, read_all):
    queue, gao = saved(a_queue), as_user("gao")
    form = {"type": "fault", "queue": queue, "needs": ["product"], "answer": "先重启", "is_active": "1"}
    assert gao.post("/ticket-routes/new", data=form).status_code == 302
    (made,) = read_all(Route)
    assert (made.needs, made.answer, made.type) == (["product"], "先重启", "fault")
    assert gao.get(f"/ticket-routes/{made.id}/edit").status_code == 200


def test_a_route_for_everything_says_so(as_user, saved):
    gao = as_user("gao")
    assert gao.post("/ticket-routes/new", data={"queue": saved(a_queue), "is_active": "1"}).status_code == 302
    page = gao.get("/ticket-routes/").text
    assert "Any type" in page
    assert "Any category" in page


def test_a_queue_out_of_use_gets_no_route(as_user, saved):
    queue = saved(a_queue, is_active=False)
    assert as_user("gao").post("/ticket-routes/new", data={"queue": queue}).status_code == 422


@pytest.mark.parametrize("screen", ["ticket-queues", "ticket-routes"])
def test_the_others_look_or_stay_outside(as_user, screen):
    assert as_user("sam").get(f"/{screen}/").status_code == 200
    assert as_user("sam").get(f"/{screen}/new").status_code == 403
    assert as_user("lin").get(f"/{screen}/").status_code == 403
    assert as_user("gao").get(f"/{screen}/999/edit").status_code == 404


def test_who_may_take_it_reads_for_whom_it_is_until_somebody_has_it(app, as_user, saved):
    queue = saved(a_queue, people=(JI.id, XIAO.id))
    customer = saved(a_customer, name="洛阳远方机械有限公司", phone="+8613900001111", owner=EVE.id)
    key = saved(a_ticket, customer=customer, queue=queue)
    ji, xiao = as_user("ji"), as_user("xiao")
    assert "洛阳远方机械有限公司" in ji.get("/my-tickets/").text
    page = ji.get(f"/customers/{customer}").text
    assert "139****1111" in page
    assert "13900001111" not in re.sub(r"[\s-]", "", page)
    assert xiao.get(f"/tickets/{key}").status_code == 200  # reads, and may not take
    assert xiao.get(f"/customers/{customer}").status_code == 404
    with app.app_context():
        by(GAO, services.dispatch, key, {"assignee": GAO.id})
    assert ji.get(f"/customers/{customer}").status_code == 404
