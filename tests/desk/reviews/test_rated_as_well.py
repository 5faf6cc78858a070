"""A rating names the technician and, where they took part, the agent: both see it, either answers, neither decides."""

import json
import re
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.desk.reviews import queries, services
from app.desk.reviews.models import Rating
from app.desk.tickets.models import TicketMove
from app.desk.tickets.queries import taken_in_by
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import GAO, GUO, JI, LIN, MEI, SAM
from tests.desk.reviews.test_reviews import LOW, answered, rating
from tests.desk.tickets.steps import by, dispatched, solved, ticket

GOOD = {"attitude": "4", "skill": "4", "response": "4"}


def rated_by_link(key):
    with acting(LIN.actor) as lin:
        secret = services.make_link(ticket(key), days=14, actor=lin)
    with acting(SYSTEM):
        return services.rate_by_link(secret, LOW | {"overall": 2}).id


def told(kind):
    with acting(SYSTEM):
        return set(db.session.scalars(select(Message.recipient_id).where(Message.kind == kind)))


def test_by_link_the_technician_is_rated_and_who_took_it_in(in_app):
    found = rating(rated_by_link(solved()))
    assert (found.person_id, found.agent_id) == (JI.id, LIN.id)
    assert told("rating_given") == {JI.id, LIN.id}
    assert SAM.id in told("rating_low")  # heads Lin's department


def test_who_imported_a_ticket_or_has_it_is_not_rated_beside_themselves(in_app):
    key, own = solved(), dispatched(to=LIN)
    with acting(SYSTEM):
        db.session.add(TicketMove(ticket_id=key, verb="imported", to_state="solved", to_phase="solved", by_id=LIN.id))
        db.session.commit()
        assert taken_in_by(ticket(key)) is None
        assert taken_in_by(ticket(own)) == LIN.id
    with acting(LIN.actor) as lin:
        assert services.agents(ticket(own), lin) == ()
        assert services.agents(ticket(key), lin) == (LIN.id,)  # asks the customer


def test_only_who_took_it_in_or_asks_the_customer_is_rated_as_well(in_app):
    with pytest.raises(InvalidFields):
        by(LIN, services.revisit, solved(), LOW | {"agent": MEI.id})


def test_either_answers_once_and_neither_decides(in_app):
    key = rated_by_link(solved())
    answered(LIN, services.reply, key, "当天人手不够")
    with pytest.raises(WrongState):
        answered(JI, services.reply, key, "我也说一句")
    answered(JI, services.object_to, key, "备件没到")
    with pytest.raises(NotAllowed, match="of themselves"):
        answered(LIN, services.void, key, "算了")
    answered(GAO, services.void, key, "确实不怪他们")
    assert {JI.id, LIN.id} <= told("rating_void")


def test_the_means_count_it_for_both(in_app):
    rated_by_link(solved())
    with acting(GAO.actor):
        assert {key: count for key, count, _mean in queries.per_person(9)} == {JI.id: 1, LIN.id: 1}


def test_who_was_rated_as_well_sees_it_when_the_ticket_is_gone_from_them(in_app):
    key = rated_by_link(solved())
    with acting(SYSTEM):
        ticket(rating(key).ticket_id).created_by_id = GUO.id
        db.session.commit()
    with acting(LIN.actor):
        assert queries.rating_by_id(key) is not None
    with acting(MEI.actor):
        assert queries.rating_by_id(key) is None


def test_the_agent_chooses_on_the_page_and_the_list_is_asked_for_either(app, as_user, as_program, once):
    key, lin = once(solved), as_user("lin")
    page = lin.get(f"/revisits/{key}").text
    assert re.search(rf'<option value="{LIN.id}" selected>林晓', page)
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    form = GOOD | {"revision": revision, "agent": str(LIN.id)}
    assert lin.post(f"/revisits/{key}", data=form | {"agent": str(MEI.id)}).status_code == 422
    assert lin.post(f"/revisits/{key}", data=form).status_code == 302
    with app.app_context(), acting(SYSTEM):
        made = db.session.scalar(select(Rating.id))
    assert as_program("lin").get(f"/api/v1/ratings/{made}").json["result"]["agent"] == {"id": LIN.id, "name": "林晓"}
    assert "林晓" in lin.get("/ratings/export?format=csv").text
    gao = as_user("gao")
    wish = {who: quote(json.dumps({"all": [{"field": "person", "op": "is", "value": who}]})) for who in (4, 14, 3)}
    asked = {who: f"/ratings/{made}" in gao.get(f"/ratings/?filter={words}").text for who, words in wish.items()}
    assert asked == {MEI.id: False, JI.id: True, LIN.id: True}
