"""Announcements: who is told, who has read, and the three gates of each button."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, WrongState
from app.base.scope import unscoped
from app.extensions import db
from app.system.announcements import queries, services
from app.system.announcements.models import Announcement, Receipt
from app.system.announcements.rules import DRAFT, PUBLISHED, WITHDRAWN, after, is_current
from app.system.notifications.models import Message
from app.system.security import services as security
from app.system.security.models import Employee
from tests.cast import ANRAN, BAI, DEPARTMENTS, EVE, GUO, LIN, MEI, PEOPLE, QIAN, SAM, XU
from tests.factories import an_announcement

MISSING = 999
TEXT = {"title": "国庆值班", "body": "十月一日至七日按值班表上班。\n请互相转告。"}


def published(**given):
    """Write and publish an announcement as Sam; return its id."""
    by = given.pop("by", SAM)
    announcement = an_announcement(by=by, **given)
    with acting(by.actor) as actor:
        services.publish(announcement, actor=actor)
        return announcement.id


def written(**given):
    """Write an announcement as Sam; return its id."""
    announcement = an_announcement(**given)
    with acting(SAM.actor):
        return announcement.id


@pytest.fixture
def draft(once):
    return once(written, **TEXT)


@pytest.fixture
def open_one(once):
    return once(published, **TEXT, departments=(str(DEPARTMENTS["客服一部"][0]),))


def do(app, person, key, verb, **given):
    with app.app_context(), acting(person.actor) as actor:
        found = verb(db.session.get_one(Announcement, key), actor=actor, **given)
        db.session.remove()
        return found


def receipts(app, key):
    with app.app_context(), unscoped("asked by a test"):
        found = db.session.scalars(select(Receipt).where(Receipt.announcement_id == key).order_by(Receipt.employee_id))
        return {one.employee_id: one.read_at is not None for one in found}


def told(app, person, kind="announcement"):
    with app.app_context(), acting(SYSTEM):
        mine = Message.recipient_id == person.id, Message.kind == kind
        return db.session.scalar(select(func.count()).select_from(Message).where(*mine))


# ── rules ──


@pytest.mark.parametrize(
    ("verb", "state", "target"),
    [
        ("edit", DRAFT, DRAFT),
        ("edit", WITHDRAWN, DRAFT),
        ("edit", PUBLISHED, None),
        ("publish", DRAFT, PUBLISHED),
        ("publish", WITHDRAWN, PUBLISHED),
        ("publish", PUBLISHED, None),
        ("withdraw", PUBLISHED, WITHDRAWN),
        ("withdraw", DRAFT, None),
        ("withdraw", WITHDRAWN, None),
        ("confirm", PUBLISHED, PUBLISHED),
        ("confirm", DRAFT, None),
        ("confirm", WITHDRAWN, None),
        ("remind", PUBLISHED, PUBLISHED),
        ("remind", DRAFT, None),
        ("remind", WITHDRAWN, None),
    ],
)
def test_the_lifecycle_cell_by_cell(verb, state, target):
    if target is None:
        with pytest.raises(WrongState):
            after(verb, state)
    else:
        assert after(verb, state) == target


def test_an_announcement_is_current_to_the_end_of_its_last_day():
    today = clock.today()
    assert is_current(state=PUBLISHED, until_on=today, today=today)
    assert is_current(state=PUBLISHED, until_on=None, today=today)
    assert not is_current(state=PUBLISHED, until_on=today - timedelta(days=1), today=today)
    assert not is_current(state=WITHDRAWN, until_on=None, today=today)


# ── to whom ──


def test_a_department_is_told_with_those_below_it(app, open_one):
    assert set(receipts(app, open_one)) == {SAM.id, LIN.id, MEI.id, GUO.id}
    assert [told(app, one) for one in (LIN, GUO, EVE)] == [1, 1, 0]


def test_without_an_audience_it_is_for_everybody(app, once):
    key = once(published, **TEXT)
    assert set(receipts(app, key)) == {one.id for one in PEOPLE}


def test_a_role_in_a_department_means_both(app, once):
    key = once(published, **TEXT, departments=(str(DEPARTMENTS["客服一部"][0]),), roles=("agent",))
    assert set(receipts(app, key)) == {LIN.id, MEI.id, GUO.id}


def test_who_is_not_addressed_does_not_see_it_and_a_draft_sees_its_author_alone(as_user, open_one, draft):
    assert as_user("lin").get(f"/announcements/{open_one}").status_code == 200
    assert as_user("eve").get(f"/announcements/{open_one}").status_code == 404
    assert as_user("sam").get(f"/announcements/{draft}").status_code == 200
    assert as_user("lin").get(f"/announcements/{draft}").status_code == 404
    assert as_user("xu").get(f"/announcements/{draft}").status_code == 200  # the auditor reads everything
    assert "国庆值班" not in as_user("eve").get("/announcements/").text


def test_nobody_to_read_it_is_refused(app, saved):
    key = saved(an_announcement, **TEXT, departments=(str(DEPARTMENTS["市场部"][0]),), roles=("hr",))
    with pytest.raises(WrongState):
        do(app, SAM, key, services.publish)
    assert receipts(app, key) == {}


def test_a_day_that_is_over_is_refused(app):
    with app.app_context(), pytest.raises(InvalidFields):
        an_announcement(until_on=clock.today() - timedelta(days=1))


def test_a_newcomer_is_told_once_and_the_others_not_again(app, open_one):
    values = {"username": "neu", "name": "新来", "email": "neu@example.cn", "number": "E900", "roles": ("agent",)}
    with app.app_context(), acting(SYSTEM):
        security.hire(values | {"department": LIN.department_id}, actor=SYSTEM)
        assert [services.tell_newcomers(actor=SYSTEM) for _turn in range(2)] == [1, 0]
    assert told(app, LIN) == 1


def test_what_is_over_or_withdrawn_is_not_told_to_newcomers(app, open_one):
    do(app, SAM, open_one, services.withdraw)
    values = {"username": "neu", "name": "新来", "email": "neu@example.cn", "number": "E900", "roles": ("agent",)}
    with app.app_context(), acting(SYSTEM):
        security.hire(values | {"department": LIN.department_id}, actor=SYSTEM)
        assert services.tell_newcomers(actor=SYSTEM) == 0


# ── reading ──


def test_looking_at_it_is_reading_it(app, as_user, open_one):
    as_user("lin").get(f"/announcements/{open_one}")
    assert receipts(app, open_one) == {SAM.id: False, LIN.id: True, MEI.id: False, GUO.id: False}


def test_where_a_confirmation_is_asked_looking_is_not_enough(app, as_user, once):
    key = once(published, **TEXT, asks_receipt=True, departments=(str(LIN.department_id),))
    lin = as_user("lin")
    assert "I have read this" in lin.get(f"/announcements/{key}").text
    assert receipts(app, key)[LIN.id] is False
    lin.post(f"/announcements/{key}/confirm")
    assert receipts(app, key)[LIN.id] is True
    assert "I have read this" not in lin.get(f"/announcements/{key}").text


def test_the_first_page_shows_what_is_unread_and_leaves_it_out_once_read(as_user, open_one):
    lin = as_user("lin")
    assert "国庆值班" in lin.get("/").text
    lin.get(f"/announcements/{open_one}")
    lin.post("/inbox/read-all")
    page = lin.get("/").text
    assert f"/announcements/{open_one}" not in page


def test_published_again_it_is_to_be_read_again(app, as_user, open_one):
    as_user("lin").get(f"/announcements/{open_one}")
    do(app, SAM, open_one, services.withdraw)
    do(app, SAM, open_one, services.change, values={"body": "改为值班三天。"}, revision=None)
    do(app, SAM, open_one, services.publish)
    assert receipts(app, open_one)[LIN.id] is False
    assert told(app, LIN) == 2


def test_reminding_tells_those_who_have_not_read_it_once_a_day(app, as_user, open_one):
    as_user("lin").get(f"/announcements/{open_one}")
    assert do(app, SAM, open_one, services.remind) == 3
    do(app, SAM, open_one, services.remind)
    assert [told(app, one, "announcement_again") for one in (LIN, MEI)] == [0, 1]


def test_a_published_one_cannot_be_changed_or_deleted(app, as_user, open_one):
    for verb, given in ((services.change, {"values": {"title": "别的"}, "revision": None}), (services.remove, {})):
        with pytest.raises(WrongState):
            do(app, SAM, open_one, verb, **given)
    answer = as_user("sam").post(f"/announcements/{open_one}/delete", follow_redirects=True)
    assert "This announcement is published. Withdraw it first" in answer.text


def test_a_deleted_draft_takes_its_receipts_along(app, open_one):
    do(app, SAM, open_one, services.withdraw)
    do(app, SAM, open_one, services.remove)
    assert receipts(app, open_one) == {}


# ── receipts ──


def test_the_author_sees_who_has_read_it_and_others_only_themselves(app, as_user, open_one):
    page = as_user("sam").get("/announcement-receipts/").text
    assert all(one.name in page for one in (LIN, MEI, GUO))
    with app.app_context(), acting(LIN.actor):
        assert [one.employee_id for one in db.session.scalars(select(Receipt))] == [LIN.id]
    with app.app_context(), acting(EVE.actor):
        assert list(db.session.scalars(select(Receipt))) == []
    with app.app_context(), acting(XU.actor):
        assert len(list(db.session.scalars(select(Receipt)))) == 4


def test_the_figures_lead_to_the_receipts(as_user, open_one):
    as_user("lin").get(f"/announcements/{open_one}")
    page = as_user("sam").get(f"/announcements/{open_one}").text
    assert "Have not read it" in page
    assert "/announcement-receipts/?filter=" in page


def test_counts(app, as_user, open_one):
    as_user("lin").get(f"/announcements/{open_one}")
    with app.app_context(), acting(SAM.actor):
        assert queries.counts(open_one) == (4, 1)


# ── gates ──

BUTTONS = ("publish", "withdraw", "remind")


@pytest.mark.parametrize("verb", BUTTONS)
@pytest.mark.parametrize("who", ["lin", "xu", "bai"])
def test_a_button_asks_for_its_permission(as_user, open_one, verb, who):
    assert as_user(who).post(f"/announcements/{open_one}/{verb}").status_code == 403


@pytest.mark.parametrize("verb", [*BUTTONS, "confirm"])
def test_a_button_of_what_is_not_in_sight_is_not_found(as_user, draft, verb):
    assert as_user("sam").post(f"/announcements/{MISSING}/{verb}").status_code == 404
    assert as_user("lin").post(f"/announcements/{draft}/confirm").status_code == 404


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [("withdraw", "This announcement is not published."), ("remind", "This announcement is not published.")],
)
def test_a_button_the_state_does_not_allow_says_so(as_user, draft, verb, sentence):
    assert sentence in as_user("sam").post(f"/announcements/{draft}/{verb}", follow_redirects=True).text


def test_what_somebody_else_wrote_is_not_changed(as_user, once):
    key = once(published, **TEXT, by=ANRAN)
    sam = as_user("sam")
    assert sam.get(f"/announcements/{key}").status_code == 200
    assert sam.post(f"/announcements/{key}/withdraw").status_code == 403
    assert sam.get(f"/announcements/{key}/edit").status_code == 403


def test_it_is_written_and_published_by_form(as_user):
    sam = as_user("sam")
    sent = {**TEXT, "departments": str(DEPARTMENTS["财务部"][0]), "asks_receipt": "1", "until_on": ""}
    answer = sam.post("/announcements/new", data=sent)
    assert answer.status_code == 302
    page = sam.get(answer.location).text
    assert "财务部" in page
    assert "Not published" in page
    sam.post(f"{answer.location}/publish")
    assert "国庆值班" in as_user("qian").get("/").text


def test_what_was_typed_stays_when_it_is_refused(as_user):
    answer = as_user("sam").post("/announcements/new", data={"title": "国庆值班", "body": "", "until_on": "2020-01-01"})
    assert answer.status_code == 422
    assert "国庆值班" in answer.text


@pytest.mark.parametrize(
    "sent", [{"departments": "99999"}, {"roles": "nobody"}, {"until_on": "gestern"}, {"title": "x" * 500}]
)
def test_bad_input_is_answered_with_a_sentence(as_user, sent):
    assert as_user("sam").post("/announcements/new", data=TEXT | sent).status_code == 422


def test_disabled_people_are_not_told(app, once):
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Employee, BAI.id).account.active = False
        db.session.commit()
    key = once(published, **TEXT)
    assert BAI.id not in receipts(app, key)
    assert QIAN.id in receipts(app, key)
