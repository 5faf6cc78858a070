"""What becomes of tickets that were imported: history, search, screens and steps, whose they are; and taken back."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.base.actor import NOTHING, SYSTEM, acting
from app.base.errors import NotAllowed, WrongState
from app.base.history import versions_of
from app.base.scope import may_write, unscoped, with_deleted
from app.desk.reviews import services as reviews
from app.desk.tickets import services
from app.desk.tickets.models import Ticket, TicketMove
from app.extensions import db
from app.system.imports import services as importing
from app.system.notifications.models import Message
from app.system.search import queries as search
from tests.cast import EVE, JI, LIN, SAM
from tests.crawl import hang_a_file
from tests.desk.tickets.brought_in import (
    COMPANY,
    FEWEST,
    brought_in,
    days_ago,
    problems,
    tickets,
)
from tests.desk.tickets.steps import by, ticket
from tests.factories import a_customer, a_queue, a_ticket
from tests.system.imports.steps import workbook


@pytest.fixture
def house(in_app):
    return a_customer(name=COMPANY).id


def taken_back(run, who=SAM):
    """Take an import back; return what was announced, and what was done."""
    with acting(who.actor) as actor:
        return importing.preview(run), importing.undo(run, actor=actor)


def moves(key):
    with unscoped("a test looks"), with_deleted():
        return list(db.session.scalars(select(TicketMove).where(TicketMove.ticket_id == key)))


# ── what is kept of it ──


def test_history_search_and_flow_records_tell_of_it_and_nobody_is_told(house, tmp_path):
    with acting(SYSTEM):
        before = db.session.scalar(select(func.count(Message.id)))
    brought_in(tmp_path, FEWEST | {"state": "已派单", "assignee": "季工", "solution": "搓纸轮"})

    one = tickets()["打印机卡纸"]
    with acting(SYSTEM):
        versions = db.session.scalars(select(versions_of(Ticket)).where(versions_of(Ticket).id == one.id)).all()
        assert [(row.operation_type, row.state, row.revision) for row in versions] == [(0, "dispatched", 1)]
        assert db.session.scalar(select(func.count(Message.id))) == before
    [move] = moves(one.id)
    assert (move.verb, move.from_state, move.to_state, move.to_phase) == ("imported", None, "dispatched", "dispatched")
    assert (move.by_id, move.to_id, move.seconds) == (SAM.id, JI.id, None)
    assert move.at == one.moved_at
    for words in ("卡纸", "搓纸轮", "晨光", one.number):
        with acting(SAM.actor) as sam:
            assert [hit.id for hit in search.find("ticket", words, actor=sam, limit=5)] == [one.id], words
    with acting(EVE.actor) as eve:
        assert search.find("ticket", "卡纸", actor=eve, limit=5) == []


# ── whose they are ──


def test_tickets_come_in_of_customers_that_the_importer_sees_and_of_no_others(in_app, tmp_path):
    a_customer(name="洛阳远方机械有限公司", phone="+8613900001111", owner=EVE.id)
    run = brought_in(tmp_path, FEWEST | {"customer": "洛阳远方机械有限公司"})
    assert tickets() == {}
    [[(field, said)]] = problems(run).values()
    assert (field, said) == ("customer", "There is no customer with this code, or exactly this name, that you see.")
    brought_in(tmp_path, FEWEST | {"customer": "洛阳远方机械有限公司"}, who=EVE)
    assert list(tickets()) == ["打印机卡纸"]


def test_what_one_imports_is_ones_own_to_go_on_with_whoever_has_it(house, tmp_path):
    queue = a_queue(people=[JI.id])  # of 技术部, as Ji is: out of Sam's reach
    brought_in(tmp_path, FEWEST | {"state": "处理中", "assignee": "季工"}, FEWEST | {"title": "没人的"})
    for one in tickets().values():
        with acting(SAM.actor) as sam:
            assert may_write(ticket(one.id), sam)
    by(SAM, services.transfer, tickets()["打印机卡纸"].id, {"queue": queue.id, "words": "换人"})
    assert tickets()["打印机卡纸"].queue_id == queue.id


def test_who_may_change_no_ticket_brings_none_in(house, tmp_path):
    reader = replace(SAM.actor, reaches={**SAM.actor.reaches, "tickets": NOTHING})
    path = workbook(tmp_path, ["客户名称", "类型", "标题"], [COMPANY, "咨询", "问"], name="旧工单.xlsx")
    with acting(reader):
        run = importing.upload(path, file_name=path.name, kind="tickets", template="tickets", actor=reader)
        with pytest.raises(NotAllowed, match="Your role changes no tickets"):
            importing.check(run, ["customer", "type", "title"], actor=reader)


# ── taken back ──

DONE_SINCE = {
    "改过": lambda key, sam: services.change(ticket(key), {"title": "改过了"}, actor=sam, revision=None),
    "派过": lambda key, sam: services.dispatch(ticket(key), {"assignee": JI.id}, actor=sam, revision=None),
    "说过": lambda key, sam: services.note(ticket(key), {"words": "下午去"}, actor=sam),
    "干过": lambda key, sam: services.work(ticket(key), {"what": "换打印头", "minutes": 5, "parts": []}, actor=sam),
    "列过": lambda key, sam: services.list_checks(ticket(key), ["断电"], actor=sam),
    "关注": lambda key, sam: services.let_take_part(ticket(key), LIN.id, as_="follower", actor=sam),
    "有文件": lambda key, _sam: hang_a_file(ticket(key), "照片.txt", kind="ticket"),
    "评过": lambda key, sam: reviews.make_link(ticket(key), days=7, actor=sam),
    "接续": lambda key, sam: services.follow_on(ticket(key), {"title": "又坏了"}, actor=sam),
    "删过": lambda key, sam: services.delete(ticket(key), actor=sam),
}
STATES = {"评过": "已解决", "接续": "已关闭"}


def answered_by(key):
    """Let another ticket be answered by one, without anything being written at that one."""
    other = a_ticket(title="别的请求").id
    with acting(SYSTEM):
        ticket(other).answered_by_id = key
        db.session.commit()


def test_an_import_is_taken_back_but_for_what_was_touched_since(house, tmp_path):
    titles = [*DONE_SINCE, "答复", "没动过", "也没动"]
    day = days_ago(3)[0]
    rows = [FEWEST | {"title": title, "state": STATES.get(title, ""), "created_at": day} for title in titles]
    run = brought_in(tmp_path, *rows)
    ids = {title: (one.id, one.number) for title, one in tickets().items()}
    for title, act in DONE_SINCE.items():
        with acting(SAM.actor) as sam:
            act(ids[title][0], sam)
    answered_by(ids["答复"][0])

    shown, done = taken_back(run)

    kept = {ids[title][1] for title in [*DONE_SINCE, "答复"]}
    assert (shown.removed, set(shown.names)) == (2, kept)
    assert (done.removed, done.kept, set(done.names)) == (2, len(kept), kept)
    for title in ("没动过", "也没动"):
        key = ids[title][0]
        assert title not in tickets()
        assert moves(key) == []
        with acting(SYSTEM):
            last = select(versions_of(Ticket).operation_type).where(versions_of(Ticket).id == key)
            assert db.session.scalars(last.order_by(versions_of(Ticket).transaction_id.desc())).first() == 2
        with acting(SAM.actor) as sam:
            assert search.find("ticket", ids[title][1], actor=sam, limit=5) == []
    assert [one.verb for one in moves(ids["说过"][0])] == ["imported"]


# ── its screens and its next step ──

PHASES = [
    ("未派单", ("gao", "dispatch", {"assignee": JI.id}, "dispatched")),
    ("已派单", ("ji", "accept", {}, "working")),
    ("处理中", ("ji", "solve", {"solution": "换了打印头"}, "solved")),
    ("等待客户", ("ji", "resume", {}, "working")),
    ("已解决", ("sam", "close", {}, "closed")),
    ("已回访", ("sam", "close", {}, "closed")),
    ("已关闭", ("sam", "reopen", {"words": "又坏了"}, "working")),
    ("已取消", ("sam", "reopen", {"words": "又坏了"}, "cancelled")),
]


@pytest.mark.parametrize(("state", "step"), PHASES)
def test_an_imported_ticket_has_its_screens_and_goes_on(app, as_user, tmp_path, state, step):
    who, verb, values, after = step
    assignee = {} if state == "未派单" else {"assignee": "季工"}
    with app.app_context():
        a_customer(name=COMPANY)
        brought_in(tmp_path, FEWEST | {"state": state, "created_at": days_ago(3)[0]} | assignee)
        one = tickets()["打印机卡纸"]
        key, is_open = one.id, one.phase not in ("closed", "cancelled")
    browser = as_user("sam")
    assert f'href="/tickets/{key}"' in browser.get("/tickets/").text
    page = browser.get(f"/tickets/{key}")
    assert page.status_code == 200
    assert "Imported" in page.text
    assert browser.get(f"/tickets/{key}/history").status_code == 200
    board = browser.get("/ticket-board/")
    assert board.status_code == 200
    assert (f"/tickets/{key}" in board.text) == is_open
    for address in ("/tickets/export?format=xlsx", "/ticket-moves/"):
        assert browser.get(address).status_code in (200, 302), address

    answer = as_user(who).post(f"/tickets/{key}/{verb}", data={"revision": 1, **values})
    assert answer.status_code == (302 if after != "cancelled" else 422), answer.text[-300:]
    with app.app_context():
        assert ticket(key).phase == after


def test_what_was_closed_too_long_ago_is_not_reopened(house, tmp_path):
    brought_in(tmp_path, FEWEST | {"state": "已关闭", "created_at": days_ago(40)[0]})
    with pytest.raises(WrongState, match="days ago"):
        by(SAM, services.reopen, tickets()["打印机卡纸"].id, {"words": "又坏了"})


def test_what_was_solved_long_ago_is_closed_by_itself(house, tmp_path):
    brought_in(tmp_path, FEWEST | {"state": "已解决", "solved_at": days_ago(9)[0]})
    with acting(SYSTEM) as system:
        services.close_overdue(before=days_ago(7)[1], actor=system)
    assert (tickets()["打印机卡纸"].phase, tickets()["打印机卡纸"].end) == ("closed", "unrevisited")


# ── gates ──

BUTTONS = ["upload", "1/check", "1/choices", "1/import", "1/discard", "1/undo"]


@pytest.mark.parametrize("address", ["", "template/tickets.xlsx", "1", "1/result.xlsx", "1/undo"])
def test_who_may_not_import_sees_no_screen_of_it(as_user, address):
    assert as_user("lin").get(f"/imports/tickets/{address}").status_code == 403


@pytest.mark.parametrize("button", BUTTONS)
def test_who_may_not_import_presses_no_button_of_it(as_user, button):
    assert as_user("lin").post(f"/imports/tickets/{button}").status_code == 403


def test_the_button_stands_on_the_list_of_those_who_may(as_user):
    for name in ("anran", "gao", "sam"):
        assert 'href="/imports/tickets/"' in as_user(name).get("/tickets/").text
        assert as_user(name).get("/imports/tickets/").status_code == 200
        assert as_user(name).get("/imports/tickets/template/tickets.xlsx").status_code == 200
    for name in ("lin", "ji", "xu"):
        assert "/imports/tickets/" not in as_user(name).get("/tickets/").text
