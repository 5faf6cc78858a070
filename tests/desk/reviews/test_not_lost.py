"""What a customer said is not lost, whoever writes meanwhile; who cannot write it down is not asked to."""

import re
from datetime import timedelta

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.desk.reviews import queries, services
from app.desk.tickets import services as tickets
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import GAO, JI, LIN, SAM
from tests.desk.tickets.steps import by, solved, ticket
from tests.factories import a_customer

SAID = {"attitude": "4", "skill": "3", "response": "4", "words": "师傅很耐心，下次还找他"}


def written(app, key, service, *values, who=JI):
    """Let somebody press a button while another has the page open."""
    with app.app_context():
        with acting(who.actor) as actor:
            service(ticket(key), *values, actor=actor)
        db.session.remove()


def revision(page):
    return re.search(r'name="revision" value="(\d+)"', page.text).group(1)


def test_somebody_who_writes_a_note_meanwhile_costs_the_agent_no_word(app, as_user, once):
    key, lin = once(solved), as_user("lin")
    seen = revision(lin.get(f"/revisits/{key}"))
    written(app, key, tickets.note, {"words": "客户电话改了"})
    answer = lin.post(f"/revisits/{key}", data=SAID | {"revision": seen})
    assert answer.status_code == 409
    assert SAID["words"] in answer.text
    assert re.findall(r'id="\w+-(\d)" value="\d" checked', answer.text) == ["4", "3", "4"]
    assert lin.post(f"/revisits/{key}", data=SAID | {"revision": revision(answer)}).status_code == 302


def test_nor_does_somebody_who_reopens_it(app, as_user, once):
    key, lin = once(solved), as_user("lin")
    seen = revision(lin.get(f"/revisits/{key}"))
    with app.app_context():
        by(GAO, tickets.reopen, key, {"words": "又坏了"})
        db.session.remove()
    answer = lin.post(f"/revisits/{key}", data=SAID | {"revision": seen})
    assert answer.status_code == 422
    assert SAID["words"] in answer.text
    with app.app_context(), acting(SYSTEM):
        assert queries.ratings_of(key) == []


def test_who_only_follows_a_ticket_is_not_asked_to_revisit_it(app, as_user, once):
    def build():
        key = solved(customer=a_customer(name="林家公司", owner=LIN.id).id, by=SAM)
        with acting(JI.actor) as ji:
            tickets.let_take_part(ticket(key), LIN.id, as_="follower", actor=ji)
        return key

    key, lin = once(build), as_user("lin")
    assert lin.get(f"/tickets/{key}").status_code == 200
    assert f"/revisits/{key}" not in lin.get("/revisits/").text
    with app.app_context(), acting(LIN.actor) as actor:
        assert queries.count_to_revisit(actor) == 0


def test_an_objection_is_heard_though_the_ticket_is_in_the_bin(in_app):
    key = solved()
    made = by(LIN, services.revisit, key, {"attitude": 1, "skill": 1, "response": 1})
    with acting(GAO.actor) as gao:
        tickets.delete(ticket(key), actor=gao)
    with acting(JI.actor) as ji:
        found = queries.rating_by_id(made.id)
        services.object_to(found, "不是我做的", actor=ji, revision=None)
    with acting(SYSTEM):
        told = db.session.query(Message).filter_by(kind="rating_objected").all()
        assert GAO.id in [one.recipient_id for one in told]


@pytest.mark.parametrize("words", ["好\x00的", "\x00", "\u202e好"])
def test_whatever_a_customer_types_is_kept_or_refused(as_user, stranger, once, words):
    page = as_user("lin").post(f"/revisits/{once(solved)}/link").text
    path = re.search(r"/r/[\w-]+", page).group(0)
    stranger.get(path)
    given = {"attitude": "4", "skill": "4", "response": "4", "overall": "5", "words": words}
    assert stranger.post(path, data=given).status_code == 200


def test_whatever_an_agent_types_too(as_user, once):
    key, lin = once(solved), as_user("lin")
    given = SAID | {"words": "好\x00的", "revision": revision(lin.get(f"/revisits/{key}"))}
    assert lin.post(f"/revisits/{key}", data=given).status_code == 302


def test_the_days_left_are_those_after_which_the_night_closes(app, as_user, once):
    key = once(solved)
    with app.app_context(), acting(SYSTEM):
        ticket(key).solved_at = clock.now() - timedelta(days=5)  # closed since, and that was taken back just now
        db.session.commit()
    assert "7 days left" in as_user("lin").get(f"/revisits/{key}").text
    assert "7 days left" in as_user("lin").get("/revisits/").text
