"""Every button of a rating at its three gates, and what a customer is told by a link that opens nothing."""

import re

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.desk.reviews import services
from app.desk.reviews.models import Rating, RatingLink
from app.desk.tickets import services as tickets
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import LIN
from tests.desk.tickets.steps import by, solved, ticket

GONE = 410
LOW = {"attitude": 1, "skill": 2, "response": 2, "words": "太慢"}


@pytest.fixture
def rated(app):
    """A ticket of Lin's that Ji has solved, and its low rating."""
    with app.app_context():
        return by(LIN, services.revisit, solved(), LOW).id


def revision(page):
    return re.search(r'name="revision"[^>]*value="(\d+)"', page.text).group(1)


def press(browser, key, button, words="说得不对"):
    page = browser.get(f"/ratings/{key}/{button}")
    if page.status_code != 200:
        return page
    return browser.post(f"/ratings/{key}/{button}", data={"revision": revision(page), "words": words})


def state(app, key):
    with app.app_context(), acting(SYSTEM):
        return db.session.get_one(Rating, key).state


@pytest.mark.parametrize("button", ["reply", "object", "uphold", "void"])
def test_a_role_without_the_permission_is_refused(rated, as_user, button):
    assert press(as_user("bai"), rated, button).status_code == 403


@pytest.mark.parametrize("button", ["reply", "object"])
def test_a_rating_outside_the_scope_is_not_there(rated, as_user, button):
    assert press(as_user("eve"), rated, button).status_code == 404


@pytest.mark.parametrize("button", ["uphold", "void"])
def test_who_may_not_decide_is_refused(rated, as_user, button):
    assert press(as_user("lin"), rated, button).status_code == 403


@pytest.mark.parametrize("button", ["reply", "object"])
def test_only_the_person_rated_answers(rated, as_user, button):
    answer = press(as_user("lin"), rated, button)
    assert answer.status_code == 422
    assert "Only the person who was rated" in answer.text


def test_nobody_decides_before_there_is_an_objection(rated, as_user):
    answer = press(as_user("gao"), rated, "void")
    assert answer.status_code == 422
    assert "Nobody has objected" in answer.text


def test_from_the_objection_to_the_void(app, rated, as_user):
    assert press(as_user("ji"), rated, "reply", "对不起").status_code == 302
    again = press(as_user("ji"), rated, "reply", "再说一次")
    assert (again.status_code, "replied to already" in again.text) == (422, True)
    assert press(as_user("ji"), rated, "object", "   ").status_code == 422
    assert press(as_user("ji"), rated, "object").status_code == 302
    assert press(as_user("gao"), rated, "void", "不是他的责任").status_code == 302
    assert state(app, rated) == "void"


def test_a_rating_that_was_answered_meanwhile_is_a_conflict(rated, as_user):
    ji = as_user("ji")
    old = revision(ji.get(f"/ratings/{rated}/object"))
    press(ji, rated, "reply", "对不起")
    assert ji.post(f"/ratings/{rated}/object", data={"revision": old, "words": "不对"}).status_code == 409


@pytest.mark.parametrize("sent", ["", "x", "9" * 40, "-1", "\x00"])
def test_no_revision_is_an_error_of_the_program(rated, as_user, sent):
    answer = as_user("ji").post(f"/ratings/{rated}/reply", data={"revision": sent, "words": "好"})
    assert answer.status_code in (400, 409, 422)


def test_a_void_rating_makes_room_for_another_of_the_same_solving(app, rated, as_user):
    press(as_user("ji"), rated, "object")
    press(as_user("gao"), rated, "void", "弄错了人")
    with app.app_context(), acting(SYSTEM):
        key = db.session.get_one(Rating, rated).ticket_id
    with app.app_context():
        assert by_link(key)


def by_link(key):
    with acting(LIN.actor) as lin:
        return services.make_link(ticket(key), days=14, actor=lin)


def test_a_low_rating_tells_whoever_is_above_the_person_and_offers_to_reopen(app, rated, as_user):
    with app.app_context(), acting(SYSTEM):
        kinds = {one.kind for one in db.session.query(Message)}
    assert {"rating_given", "rating_low"} <= kinds
    assert "Reopen the ticket" in as_user("gao").get(f"/ratings/{rated}").text


# ── links ──


def link(as_user, key):
    return re.search(r"/r/[\w-]+", as_user("lin").post(f"/revisits/{key}/link").text).group(0)


@pytest.fixture
def one(app):
    with app.app_context():
        return solved()


GOOD = {"attitude": "4", "skill": "4", "response": "4", "overall": "5"}


def test_a_link_tells_nothing_but_number_problem_and_product(app, one, as_user, stranger):
    page = stranger.get(link(as_user, one)).text
    assert "打印机不打印" in page
    assert "GD-" in page
    for secret in ("换了打印头", "有限公司", "138"):
        assert secret not in page


def test_the_second_link_shuts_the_first(one, as_user, stranger):
    first, second = link(as_user, one), link(as_user, one)
    assert [stranger.get(each).status_code for each in (first, second)] == [410, 200]


def test_used_expired_reopened_and_tampered_links_say_the_same(app, one, as_user, stranger):
    with app.app_context():
        two, three = solved(), solved()
    reopened, expired, used = (link(as_user, key) for key in (one, two, three))
    with app.app_context():
        by(LIN, tickets.reopen, one, {"words": "又坏了"})
        with acting(SYSTEM):
            row = db.session.scalar(select(RatingLink).join(Rating).where(Rating.ticket_id == two))
            row.expires_at = clock.now()
            db.session.commit()
    assert stranger.post(used, data=GOOD).status_code == 200
    said = [main_of(stranger.get(address)) for address in (f"{used}x", reopened, expired, used)]
    assert len(set(said)) == 1
    assert said[0][0] == GONE


def main_of(page):
    return page.status_code, page.text.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize("bad", [{}, {"attitude": "5"}, {"skill": "0"}, {"overall": "６"}, {"words": "长" * 2001}])
def test_a_form_that_is_not_filled_in_is_asked_again(one, as_user, stranger, bad):
    sent = (GOOD | bad) if bad else {}
    assert stranger.post(link(as_user, one), data=sent).status_code == 422


def test_the_page_speaks_the_language_of_the_browser(one, as_user, stranger):
    path = link(as_user, one)
    assert 'lang="zh-Hant"' in stranger.get(path, headers={"Accept-Language": "zh-TW"}).text
    assert 'lang="en"' in stranger.get(path, headers={"Accept-Language": "en"}).text
