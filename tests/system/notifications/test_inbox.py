"""The inbox: who is told what, in whose language, and that nobody reads another's."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.base import clock, inbox, narrowing
from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.base.scope import PUBLIC
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.imports import services as imports
from app.system.imports.models import ImportRun
from app.system.notifications import queries, rules, services
from app.system.notifications.models import Message
from app.system.security import queries as security_queries
from app.system.security import services as security
from app.system.security.models import Employee
from tests.cast import ANRAN, EVE, LIN, MEI, SAM
from tests.factories import a_customer
from tests.system.imports.steps import imported, workbook


@pytest.fixture
def tell(app):
    """Tell people of the cast something; return the newest message of the last of them."""

    def say(*people, kind="own_rights", **given):
        with app.app_context(), acting(SYSTEM):
            services.tell([one.id for one in people], kind, **({"actor": ANRAN.actor} | given))
            return db.session.scalar(select(func.max(Message.id)).where(Message.recipient_id == people[-1].id))

    return say


def messages(app, person):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Message).where(Message.recipient_id == person.id).order_by(Message.id))
        return [(one.kind, one.sender_id, one.read_at is not None) for one in found]


# ── who is told what ──


def test_whom_a_customer_is_shared_with_is_told(app, as_user, saved):
    key = saved(a_customer, name="晨光公司")
    as_user("lin").post(f"/customers/{key}/share", data={"employee": str(EVE.id), "can_write": "1"})
    assert messages(app, EVE) == [("customer_shared", LIN.id, False)]
    assert messages(app, LIN) == []
    page = as_user("eve").get("/inbox/").text
    assert "林晓 shared the customer “晨光公司” with you" in page
    assert "May change it: Yes. Until: until the sharing is stopped." in page


def test_the_reader_chooses_the_language(app, as_user, saved):
    key = saved(a_customer, name="晨光公司")
    as_user("lin").post(f"/customers/{key}/share", data={"employee": str(EVE.id)})
    assert "林晓把客户“晨光公司”共享给了您" in as_user("eve", language="zh_Hans").get("/inbox/").text
    assert "林晓將客戶「晨光公司」分享給您" in as_user("eve", language="zh_Hant").get("/inbox/").text


def test_what_the_reader_may_no_longer_see_is_not_named_and_not_opened(app, as_user, saved):
    key = saved(a_customer, name="晨光公司")
    lin, eve = as_user("lin"), as_user("eve")
    lin.post(f"/customers/{key}/share", data={"employee": str(EVE.id)})
    lin.post(f"/customers/{key}/unshare/{EVE.id}")
    for address in ("/inbox/", "/inbox/panel"):
        page = eve.get(address).text
        assert "晨光公司" not in page
        assert "林晓 shared the customer “a record you cannot see now” with you" in page
        assert "/open" not in page


def test_a_share_that_is_refused_tells_nobody(app, as_user, saved):
    key = saved(a_customer)
    as_user("lin").post(f"/customers/{key}/share", data={"employee": str(EVE.id), "until": "2020-01-01"})
    assert messages(app, EVE) == []


def test_whose_roles_change_is_told_unless_they_did_it_themselves(app, in_app):
    with acting(SYSTEM):
        lin, anran = db.session.get(Employee, LIN.id), db.session.get(Employee, ANRAN.id)
        security.change_employee(lin, {"roles": ["agent", "finance"]}, actor=ANRAN.actor, revision=None)
        security.change_employee(lin, {"position": None}, actor=ANRAN.actor, revision=None)
        security.change_employee(anran, {"roles": ["admin", "finance"]}, actor=ANRAN.actor, revision=None)
    assert messages(app, LIN) == [("own_rights", ANRAN.id, False)]
    assert messages(app, ANRAN) == []


def test_all_holders_of_a_changed_role_are_told(app, in_app):
    with acting(SYSTEM):
        role = next(one for one in security_queries.roles() if one.name == "agent")
        security.save_rights(role, granted=[("can_list", "ChangesView")], actor=ANRAN.actor)
    for person in (LIN, MEI, EVE):
        assert messages(app, person) == [("role_rights", ANRAN.id, False)]
    assert messages(app, SAM) == []


def test_whose_import_somebody_else_takes_back_is_told(app, in_app, tmp_path):
    path = workbook(tmp_path, ["单位名称", "电话"], ["甲", "13812345672"])
    run = imported(path, SAM)
    with acting(ANRAN.actor):
        imports.undo(db.session.get(ImportRun, run.id), actor=ANRAN.actor)
    assert messages(app, SAM) == [("import_undone", ANRAN.id, False)]


def test_ones_own_import_taken_back_is_no_news(app, in_app, tmp_path):
    run = imported(workbook(tmp_path, ["单位名称", "电话"], ["甲", "13812345672"]), SAM)
    with acting(SAM.actor):
        imports.undo(run, actor=SAM.actor)
    assert messages(app, SAM) == []


# ── once, and together ──


def test_the_same_key_is_told_to_the_same_person_once(app, tell):
    for _time in range(2):
        tell(LIN, EVE, key="run-7")
    tell(LIN, key="run-8")
    tell(LIN)
    tell(LIN)
    assert (len(messages(app, LIN)), len(messages(app, EVE))) == (4, 1)


def test_a_message_vanishes_with_what_it_tells_of(app, in_app):
    @transaction
    def refused():
        services.tell([LIN.id], "own_rights", actor=ANRAN.actor)
        raise DomainError("no")

    with acting(SYSTEM), pytest.raises(DomainError):
        refused()
    assert messages(app, LIN) == []


def test_a_kind_nobody_registered_is_a_programming_error(in_app):
    with acting(SYSTEM), pytest.raises(KeyError):
        services.tell([LIN.id], "nothing", actor=SYSTEM)


def test_a_kind_that_is_gone_is_still_a_message(app, as_user, tell, monkeypatch):
    tell(LIN)
    monkeypatch.delitem(inbox.kinds, "own_rights")
    assert as_user("lin").get("/inbox/").status_code == 200


# ── the gates ──


@pytest.mark.parametrize("verb", ["open", "read"])
def test_another_persons_message_is_not_there(app, as_user, tell, verb):
    key = tell(LIN)
    for username in ("eve", "anran", "xu"):
        assert as_user(username).post(f"/inbox/{key}/{verb}").status_code == 404
    assert messages(app, LIN) == [("own_rights", ANRAN.id, False)]
    assert as_user("lin").post(f"/inbox/{key}/{verb}").status_code == 302
    assert messages(app, LIN) == [("own_rights", ANRAN.id, True)]


def test_without_the_scope_another_persons_message_would_be_there(app, as_user, tell, monkeypatch):
    key = tell(LIN)
    monkeypatch.setattr(Message, "__scope__", PUBLIC)
    narrowing._kept_options.cache_clear()
    try:
        assert as_user("eve").post(f"/inbox/{key}/read").status_code == 302
    finally:
        monkeypatch.undo()
        narrowing._kept_options.cache_clear()


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/panel", "/inbox/stamp"])
def test_a_stranger_is_sent_to_the_door(stranger, address):
    assert stranger.get(address).status_code == 302
    assert stranger.get(address, headers={"Accept": "application/json"}).status_code == 401


def test_everybody_has_an_inbox_whatever_their_roles(as_user):
    assert as_user("bai").get("/inbox/").status_code == 200


def test_nothing_is_marked_by_a_get(app, as_user, tell):
    key = tell(LIN)
    lin = as_user("lin")
    for address in (f"/inbox/{key}/open", f"/inbox/{key}/read", "/inbox/read-all"):
        assert lin.get(address).status_code == 405
    assert messages(app, LIN) == [("own_rights", ANRAN.id, False)]


# ── reading ──


def test_opening_marks_read_and_leads_to_the_record(app, as_user, saved):
    key = saved(a_customer, name="晨光公司")
    as_user("lin").post(f"/customers/{key}/share", data={"employee": str(EVE.id)})
    with app.app_context(), acting(SYSTEM):
        message = db.session.scalar(select(Message.id))
    answer = as_user("eve").post(f"/inbox/{message}/open")
    assert answer.location == f"/customers/{key}"
    assert messages(app, EVE)[0][2]


def test_all_are_marked_read_at_once_and_only_ones_own(app, as_user, tell):
    for _time in range(3):
        tell(LIN, EVE)
    as_user("lin").post("/inbox/read-all")
    assert [read for _kind, _who, read in messages(app, LIN)] == [True] * 3
    assert [read for _kind, _who, read in messages(app, EVE)] == [False] * 3


def test_the_unread_segment_shows_only_what_is_unread(app, as_user, tell):
    read, _unread = tell(LIN), tell(LIN)
    lin = as_user("lin")
    lin.post(f"/inbox/{read}/read")
    assert lin.get("/inbox/").text.count('<li class="zk-letter') == 2
    assert lin.get("/inbox/?unread=1").text.count('<li class="zk-letter') == 1
    lin.post("/inbox/read-all")
    assert "Everything is read" in lin.get("/inbox/?unread=1").text


def test_a_long_inbox_is_paged(as_user, tell):
    for _time in range(27):
        tell(LIN)
    lin = as_user("lin")
    first = lin.get("/inbox/").text
    assert first.count('<li class="zk-letter') == 25
    following = first[first.index("before=") :].split('"')[0]
    assert lin.get(f"/inbox/?{following}").text.count('<li class="zk-letter') == 2


def test_when_it_was_first_read_stays(app, tell):
    key = tell(LIN)
    with app.app_context(), acting(LIN.actor):
        message = queries.message(key)
        services.read(message, actor=LIN.actor)
        db.session.refresh(message)
        first = message.read_at
        services.read(message, actor=LIN.actor)
        db.session.refresh(message)
        assert message.read_at == first


def test_the_panel_holds_the_last_eight(as_user, tell):
    for _time in range(9):
        tell(LIN)
    page = as_user("lin").get("/inbox/panel").text
    assert page.count('<li class="zk-letter') == 8
    assert "<html" not in page


# ── clearing away ──


@pytest.mark.parametrize(("days", "left"), [(179, 1), (181, 0)])
def test_what_was_read_half_a_year_ago_is_removed(app, tell, days, left):
    unread, read = tell(EVE), tell(LIN)
    with app.app_context(), acting(SYSTEM):
        long_ago = clock.now() - timedelta(days=days)
        db.session.execute(update(Message).where(Message.id == read).values(read_at=long_ago))
        db.session.execute(update(Message).where(Message.id == unread).values(created_at=long_ago))
        db.session.commit()
        assert services.sweep() == 1 - left
    assert (len(messages(app, LIN)), len(messages(app, EVE))) == (left, 1)


# ── many at once ──


def test_the_count_is_right_while_several_read_at_once(app, tell):
    keys = [tell(LIN) for _time in range(8)]
    ready = threading.Barrier(4)

    def read(mine):
        with app.app_context(), acting(LIN.actor):
            db.session.rollback()  # on SQLite nobody else could begin
            ready.wait(10)
            for key in mine:
                services.read(queries.message(key), actor=LIN.actor)
            db.session.remove()

    workers = [threading.Thread(target=read, args=(part,)) for part in (keys[:4], keys[2:6], keys[:6], keys[1:5])]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    with app.app_context(), acting(LIN.actor):
        assert queries.unread(LIN.actor) == 2


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (99, "99"), (100, "99+"), (101, "99+")])
def test_the_bell_stops_counting(count, text):
    assert rules.count_text(count) == text


def test_sharing_with_oneself_is_no_news(app, in_app):
    customer = a_customer(owner=None)
    with acting(SYSTEM):
        customers.share(
            db.session.get(Customer, customer.id), employee_id=SAM.id, can_write=True, until_on=None, actor=SAM.actor
        )
    assert messages(app, SAM) == []
