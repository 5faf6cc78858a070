"""Revisits, ratings by link, answers to them, and closing by itself."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.desk.reviews import queries, rules, services
from app.desk.reviews.models import Rating
from app.desk.reviews.services import linking
from app.desk.tickets import services as tickets
from app.extensions import db
from tests.cast import GAO, JI, LIN, ZONG
from tests.desk.tickets.steps import by, solved, ticket

GOOD = {"attitude": 4, "skill": 4, "response": 3, "words": "很快"}
LOW = {"attitude": 1, "skill": 4, "response": 3, "words": "态度差"}


@pytest.mark.parametrize(
    ("grades", "score", "low"),
    [((4, 4, 3), "3.67", False), ((1, 4, 4), "3.00", True), ((2, 2, 2), "2.00", False), ((1, 1, 1), "1.00", True)],
)
def test_the_score_is_the_mean_and_any_lowest_grade_is_low(grades, score, low):
    assert (rules.score(grades), rules.is_low(grades)) == (Decimal(score), low)


@pytest.mark.parametrize("verb", rules.FROM)
@pytest.mark.parametrize("state", rules.State)
def test_every_verb_is_refused_outside_its_states(verb, state):
    if state in rules.FROM[verb]:
        rules.check_state(state, verb)
    else:
        with pytest.raises(WrongState):
            rules.check_state(state, verb)


def rating(key):
    with acting(SYSTEM):
        return db.session.get_one(Rating, key, populate_existing=True)


def answered(person, service, key, words):
    with acting(person.actor) as actor:
        service(rating(key), words, actor=actor, revision=None)


def test_a_revisit_keeps_the_grades_and_closes_the_ticket(in_app):
    key = solved()
    made = by(LIN, services.revisit, key, GOOD, close=True).id
    found = rating(made)
    assert (found.score, found.state, found.person_id, found.rater) == (Decimal("3.67"), "rated", JI.id, "agent")
    assert (ticket(key).phase, ticket(key).end) == ("closed", "revisited")
    with pytest.raises(WrongState):
        by(LIN, services.revisit, key, GOOD)


def test_a_revisit_without_a_grade_changes_nothing(in_app):
    key = solved()
    with pytest.raises(InvalidFields):
        by(LIN, services.revisit, key, {"attitude": 4, "skill": 9})
    assert ticket(key).phase == "solved"


def test_a_link_rates_once(in_app):
    key = solved()
    with acting(LIN.actor) as lin:
        secret = services.make_link(ticket(key), days=14, actor=lin)
    with acting(SYSTEM):
        services.rate_by_link(secret, LOW | {"overall": 2})
        with pytest.raises(WrongState, match="not valid any more"):
            services.rate_by_link(secret, GOOD | {"overall": 5})
        found = queries.ratings_of(key)[0]
    assert (found.state, found.rater, found.overall) == ("rated", "customer", 2)
    assert ticket(key).phase == "reviewed"


def test_a_link_of_a_reopened_ticket_opens_nothing(in_app):
    key = solved()
    with acting(LIN.actor) as lin:
        secret = services.make_link(ticket(key), days=14, actor=lin)
    by(LIN, tickets.reopen, key, {"words": "又坏了"})
    with acting(SYSTEM), pytest.raises(WrongState):
        services.look(secret)


def test_the_person_rated_replies_and_objects_and_somebody_else_decides(in_app):
    key = by(LIN, services.revisit, solved(), LOW).id
    with pytest.raises(NotAllowed):
        answered(LIN, services.reply, key, "不是我")
    answered(JI, services.reply, key, "对不起")
    answered(JI, services.object_to, key, "不是我做的")
    with pytest.raises(NotAllowed):
        answered(JI, services.void, key, "算了")
    answered(GAO, services.uphold, key, "属实")
    assert rating(key).state == "replied"
    with pytest.raises(WrongState):
        answered(JI, services.object_to, key, "再来")


def test_what_stood_solved_for_long_is_closed_once_and_not_what_is_young(in_app):
    key, before = solved(), ticket
    with acting(SYSTEM) as system:
        assert services.close_all(days=7, actor=system) == 0
        assert tickets.close_overdue(before=clock.now() + timedelta(seconds=1), actor=system) == 1
        assert tickets.close_overdue(before=clock.now() + timedelta(seconds=1), actor=system) == 0
    found = before(key)
    assert (found.phase, found.state, found.end) == ("closed", "closed", "unrevisited")
    assert found.closed_at is not None


# ── screens ──


@pytest.fixture
def one(app):
    with app.app_context():
        return solved()


def test_an_agent_revisits_on_the_page(one, as_user):
    lin = as_user("lin")
    assert "GD-" in lin.get("/revisits/").text
    page = lin.get(f"/revisits/{one}").text
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    form = {"attitude": "4", "skill": "3", "response": "4", "revision": revision}
    assert lin.post(f"/revisits/{one}", data=form | {"skill": ""}).status_code == 422
    assert lin.post(f"/revisits/{one}", data=form).status_code == 302
    assert "GD-" in lin.get("/ratings/").text


def test_whom_to_call_stands_on_the_revisit(as_user, once):
    key = once(solved, caller="刘志远", caller_phone="+8613800138000")
    page = as_user("lin").get(f"/revisits/{key}").text
    assert "刘志远" in page
    assert "138****8000" in page or "138 0013 8000" in page
    assert re.search(r'href="/customers/\d+"', page)


def test_a_rating_is_named_by_its_ticket_and_shows_no_answers_that_are_not_there(app, one, as_user):
    with app.app_context():
        made, number = by(LIN, services.revisit, one, LOW).id, ticket(one).number
    before = as_user("gao").get(f"/ratings/{made}").text
    assert f"<h1>Rating {number}</h1>" in before
    assert "Reply and objection" not in before
    with app.app_context():
        answered(JI, services.reply, made, "当时在路上")
    after = as_user("gao").get(f"/ratings/{made}").text
    assert "Reply and objection" in after
    assert "Objected at" not in after


@pytest.mark.parametrize("button", ["", "/link"])
def test_the_gates_of_a_revisit(one, as_user, button):
    assert as_user("bai").post(f"/revisits/{one}{button}").status_code == 403
    assert as_user("eve").post(f"/revisits/{one}{button}").status_code == 404


def test_a_customer_rates_by_the_link_without_signing_in(one, as_user, stranger):
    page = as_user("lin").post(f"/revisits/{one}/link").text
    path = re.search(r"/r/[\w-]+", page).group(0)
    shown = stranger.get(path)
    assert shown.status_code == 200
    assert "noindex" in shown.headers["X-Robots-Tag"]
    form = {"attitude": "4", "skill": "4", "response": "4", "overall": "5"}
    assert stranger.post(path, data=form | {"overall": "9"}).status_code == 422
    assert stranger.post(path, data=form).status_code == 200
    for gone in (path, "/r/nothing", "/r/" + "x" * 300):
        assert stranger.get(gone).status_code == 410


# ── what a link, a call and a reader cannot do ──


def link(key):
    with acting(LIN.actor) as lin:
        return services.make_link(ticket(key), days=14, actor=lin)


def test_a_link_opens_nothing_once_the_agent_has_asked(in_app):
    key = solved()
    secret = link(key)
    by(LIN, services.revisit, key, GOOD)
    with acting(SYSTEM), pytest.raises(WrongState):
        services.look(secret)
    with acting(SYSTEM), pytest.raises(WrongState):
        services.rate_by_link(secret, LOW | {"overall": 1})


def test_a_link_of_a_deleted_ticket_opens_nothing(in_app):
    key = solved()
    secret = link(key)
    with acting(SYSTEM) as system:
        tickets.delete(ticket(key), actor=system)
    with acting(SYSTEM), pytest.raises(WrongState):
        services.look(secret)


def test_another_call_is_in_the_time_to_come(in_app):
    key = solved()
    with pytest.raises(InvalidFields, match="moment to come"):
        by(LIN, services.not_reached, key, {"again_at": clock.now() - timedelta(minutes=1)})
    with pytest.raises(InvalidFields, match="moment to come"):
        by(LIN, services.not_reached, key, {"again_at": None})


def test_who_only_reads_a_rating_decides_nothing(in_app):
    key = by(LIN, services.revisit, solved(), LOW).id
    answered(JI, services.object_to, key, "不是我做的")
    with acting(ZONG.actor):
        assert queries.rating_by_id(key) is not None
    with pytest.raises(NotAllowed, match="not decide"):
        answered(ZONG, services.uphold, key, "属实")


def test_no_link_is_made_of_what_is_rated(in_app):
    key = solved()
    by(LIN, services.revisit, key, GOOD)
    with pytest.raises(WrongState, match="rated already"):
        link(key)


def test_a_ticket_that_is_deleted_while_the_customer_writes_is_not_rated(in_app, monkeypatch):
    key = solved()
    secret, real = link(key), linking.lock

    def deleted_meanwhile(record):
        if record.deleted_at is None:
            with acting(SYSTEM) as system:
                tickets.delete(record, actor=system)
        monkeypatch.setattr(linking, "lock", real)
        real(record)

    monkeypatch.setattr(linking, "lock", deleted_meanwhile)
    with acting(SYSTEM), pytest.raises(WrongState):
        services.rate_by_link(secret, LOW | {"overall": 1})
