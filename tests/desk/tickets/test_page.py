"""A ticket's page, its buttons, my tickets and the service order: verb, row and rule of each."""

import re

import pytest

from app.base import wording
from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.desk.tickets import queries, services
from app.desk.tickets.views import TicketView
from app.extensions import db
from tests.cast import EVE, GAO, JI, LIN, SAM
from tests.desk.tickets.steps import dispatched, in_work, solved, ticket
from tests.factories import a_customer, a_queue, a_ticket


@pytest.fixture
def fresh(saved):
    return saved(a_ticket, caller="刘志远", caller_phone="+8613800138000", description="早上开不了机\n昨晚断过电")


@pytest.fixture
def given(once):
    return once(dispatched)


@pytest.fixture
def working(once):
    return once(in_work, caller="刘志远", caller_phone="+8613800138000")


@pytest.fixture
def done(once):
    return once(solved)


def now(app, key):
    with app.app_context():
        found = ticket(key)
        return found.phase, found.assignee_id


# ── what the page tells ──


def test_the_page_tells_the_way_it_went_and_what_comes(as_user, working):
    page = as_user("lin").get(f"/tickets/{working}").text
    found = re.findall(r'<li class="zk-step(?: is-(\w+))?" data-n="\d+"[^>]*><b>([^<]+)</b>', page)
    assert found == [
        ("done", "Not dispatched"), ("done", "Dispatched"), ("now", "In work"), ("", "Solved"), ("", "Revisited"),
        ("", "Closed"),
    ]  # fmt: skip
    assert page.count('<article class="zk-msg') == 4  # what was told, opened, dispatched, accepted


def test_on_the_phone_the_bar_offers_all_that_can_be_done(as_user, fresh):
    page = as_user("gao").get(f"/tickets/{fresh}").text
    bar = page[page.index('<div class="zk-m-bar">') : page.index("</main>")]
    missing = [one for one in ("Dispatch", "Take it", "Edit", "History", "Cancel ticket") if f"{one}<" not in bar]
    assert missing == []


def test_what_a_step_needs_is_marked_and_nothing_else_is(as_user, fresh, working):
    assert re.search(r'Solution<span class="zk-req"', as_user("ji").get(f"/tickets/{working}/solve").text)
    assert 'class="zk-req"' not in as_user("gao").get(f"/tickets/{fresh}/dispatch").text


def test_a_group_that_has_the_name_of_its_list_is_said_once(as_user, fresh):
    for address in ("/tickets/", f"/tickets/{fresh}"):
        assert "<li>Tickets</li>" not in as_user("gao").get(address).text
    assert "<li>Tickets</li>" in as_user("gao").get("/ticket-queues/").text


def test_a_customer_outside_the_scope_is_named_and_no_link(app, as_user, saved):
    theirs = saved(a_customer, name="叶家商贸有限公司", owner=EVE.id)
    key = saved(a_ticket, customer=theirs, by=SAM)
    assert f'href="/customers/{theirs}"' in as_user("sam").get(f"/tickets/{key}").text
    with app.app_context(), acting(SYSTEM):
        assert queries.by_id(key) is not None


@pytest.mark.parametrize(
    ("username", "buttons"),
    [
        ("gao", {"dispatch", "take", "solve", "cancel"}),
        ("lin", {"take", "solve", "cancel"}),
        ("xu", set()),
    ],
)
def test_each_sees_the_steps_they_may_take(as_user, fresh, username, buttons):
    page = as_user(username).get(f"/tickets/{fresh}").text
    found = set(re.findall(rf'"/tickets/{fresh}/(dispatch|take|accept|transfer|solve|cancel|wait|reopen)', page))
    assert found == buttons


def test_what_happened_can_be_looked_at_in_parts(app, as_user, working):
    with app.app_context(), acting(JI.actor) as ji:
        services.note(ticket(working), {"words": "等机房钥匙", "kind": "internal"}, actor=ji)
        services.note(ticket(working), {"words": "已约下午到场", "kind": "to_customer"}, actor=ji)
        db.session.remove()
    lin = as_user("lin")
    for part, seen, unseen in (
        ("internal", "等机房钥匙", "已约下午到场</p>"), ("customer", "已约下午到场", "等机房钥匙</p>"),
        ("flow", "Dispatch", "等机房钥匙</p>"), ("nonsense", "等机房钥匙", "\0"),
    ):  # fmt: skip
        page = lin.get(f"/tickets/{working}?show={part}").text
        assert seen in page
        assert unseen not in page.split("zk-seg-links")[1]


# ── verbs: with a form, and without ──

PRESSED = {
    "dispatch": ("fresh", "gao", {"assignee": JI.id}, "dispatched"),
    "take": ("fresh", "gao", {}, "working"),
    "accept": ("given", "ji", {}, "working"),
    "give-back": ("working", "ji", {"words": "不会修"}, "new"),
    "transfer": ("working", "ji", {"assignee": GAO.id, "words": "要懂网络"}, "dispatched"),
    "wait": ("working", "ji", {"words": "等发票"}, "waiting"),
    "solve": ("working", "ji", {"solution": "换了打印头"}, "solved"),
    "revisit": ("done", "lin", {"words": "满意"}, "reviewed"),
    "close": ("done", "lin", {}, "closed"),
    "reopen": ("done", "lin", {"words": "又坏了"}, "working"),
    "except": ("fresh", "gao", {"words": "合同已签"}, "new"),
    "cancel": ("fresh", "lin", {"words": "打错了"}, "cancelled"),
}


def pressed(app, browser, key, verb, values):
    with app.app_context():
        revision = ticket(key).revision
    return browser.post(f"/tickets/{key}/{verb}", data={"revision": revision, **values})


@pytest.mark.parametrize("verb", PRESSED)
def test_each_button_does_what_it_says(app, as_user, request, verb):
    fixture, username, values, phase = PRESSED[verb]
    key, browser = request.getfixturevalue(fixture), as_user(username)
    if verb not in ("take", "accept"):
        assert browser.get(f"/tickets/{key}/{verb}").status_code == 200
    assert pressed(app, browser, key, verb, values).location == f"/tickets/{key}"
    assert now(app, key)[0] == phase


@pytest.mark.parametrize("verb", PRESSED)
def test_nobody_presses_a_button_of_a_ticket_they_do_not_see(app, as_user, request, verb):
    fixture, _username, values, _phase = PRESSED[verb]
    key = request.getfixturevalue(fixture)
    status = 403 if verb in ("dispatch", "except") else 404
    before = now(app, key)
    assert pressed(app, as_user("eve"), key, verb, values).status_code == status
    assert pressed(app, as_user("xu"), key, verb, values).status_code == 403
    assert now(app, key) == before


#: The right of each button; who may write a ticket usually has several, so they are looked at one by one.
RIGHTS = {
    "dispatch": "dispatch_ticket",
    "take": "take",
    "work": "accept give_back advance wait resume solve record_work change_work checklist tick progress",
    "transfer": "transfer",
    "revisit": "revisit",
    "close": "close",
    "reopen": "reopen",
    "cancel": "cancel",
    "except": "allow_exception",
    "edit": "ask_exception",
    "note": "note change_note add_person",
    "print": "order",
    "show": "show follow leave",
}


@pytest.mark.parametrize("right", RIGHTS)
def test_each_button_asks_for_its_own_right(app, right):
    for name in RIGHTS[right].split():
        assert getattr(TicketView, name)._permission_name == right


@pytest.mark.parametrize("verb", ["dispatch", "give-back", "transfer", "solve", "reopen", "cancel"])
def test_what_is_missing_is_said_at_the_form(app, as_user, request, verb):
    fixture, username, _values, _phase = PRESSED[verb]
    key, browser = request.getfixturevalue(fixture), as_user(username)
    answer = pressed(app, browser, key, verb, {})
    assert answer.status_code == 422
    assert "zk-errors" in answer.text or "invalid" in answer.text


@pytest.mark.parametrize("verb", ["dispatch", "solve", "close", "reopen"])
def test_a_form_that_is_old_is_a_conflict(app, as_user, request, verb):
    fixture, username, values, _phase = PRESSED[verb]
    key, browser = request.getfixturevalue(fixture), as_user(username)
    answer = browser.post(f"/tickets/{key}/{verb}", data={"revision": 99, **values})
    assert answer.status_code == 409
    assert browser.post(f"/tickets/{key}/{verb}", data={"revision": "x", **values}).status_code == 409


def test_what_the_state_does_not_allow_is_said(app, as_user, done):
    answer = pressed(app, as_user("ji"), done, "solve", {"solution": "x"})
    assert answer.status_code == 422
    assert "This ticket is solved." in answer.text


# ── notes, work, checklist, people ──


def test_a_note_is_written_and_corrected_by_its_author_alone(app, as_user, working):
    ji = as_user("ji")
    assert ji.post(f"/tickets/{working}/note", data={"words": "机房没人", "kind": "internal"}).status_code == 302
    with app.app_context(), acting(SYSTEM):
        found = queries.notes_of(working)[0]
        key, revision = found.id, found.revision
    assert "机房没人" in ji.get(f"/tickets/{working}/change-note?note={key}").text
    sent = {"words": "机房有人了", "revision": revision}
    assert ji.post(f"/tickets/{working}/change-note?note={key}", data=sent).status_code == 302
    refused = as_user("gao").post(f"/tickets/{working}/change-note?note={key}", data=sent)
    assert refused.status_code == 422
    assert ji.get(f"/tickets/{working}/change-note?note=999").status_code == 404


def test_an_empty_note_is_refused_and_what_was_typed_stays(as_user, working):
    answer = as_user("ji").post(f"/tickets/{working}/note", data={"words": " ", "kind": "internal"})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    odd = as_user("ji").post(f"/tickets/{working}/note", data={"words": "还在这里", "kind": "odd"})
    assert odd.status_code == 422
    assert "还在这里</textarea>" in odd.text


def test_work_is_recorded_with_parts_and_corrected(app, as_user, working):
    ji = as_user("ji")
    sent = {"what": "换打印头", "minutes": "45", "part": ["打印头", "", "螺丝"], "quantity": ["1", "", "2.5"]}
    assert ji.post(f"/tickets/{working}/work", data=sent).status_code == 302
    page = ji.get(f"/tickets/{working}").text
    assert "打印头 × 1、螺丝 × 2.5" in page
    assert "45 minutes" in page
    with app.app_context(), acting(SYSTEM):
        found = queries.work_of(working)[0]
        key, revision = found.id, found.revision
    assert 'value="螺丝"' in ji.get(f"/tickets/{working}/change-work?work={key}").text
    change = {"what": "换打印头并试机", "minutes": "", "revision": revision}
    assert ji.post(f"/tickets/{working}/change-work?work={key}", data=change).status_code == 302
    with app.app_context(), acting(SYSTEM):
        found = queries.work_of(working)[0]
        assert (found.what, found.minutes, list(found.parts)) == ("换打印头并试机", None, [])


@pytest.mark.parametrize(
    "odd",
    [
        {"what": ""},
        {"minutes": "x"},
        {"minutes": "-1"},
        *({"part": "螺丝", "quantity": text} for text in ("0", "NaN", "1e99", "many")),
    ],
)
def test_odd_work_is_refused_with_a_sentence(as_user, working, odd):
    answer = as_user("ji").post(f"/tickets/{working}/work", data={"what": "拧紧", "minutes": "5"} | odd)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_checklist_decides_the_progress(app, as_user, working):
    ji = as_user("ji")
    ji.post(f"/tickets/{working}/progress", data={"progress": "40"})
    assert 'value="40"' in ji.get(f"/tickets/{working}").text
    ji.post(f"/tickets/{working}/checklist", data={"points": "断电\n换件\n\n断电"})
    with app.app_context(), acting(SYSTEM):
        points = [one.id for one in queries.checks_of(working)]
    assert len(points) == 2
    ji.post(f"/tickets/{working}/tick", data={"point": points[0]})
    with app.app_context():
        assert ticket(working).progress == 50
    ji.post(f"/tickets/{working}/tick", data={"point": points[0], "off": "1"})
    with app.app_context():
        assert ticket(working).progress == 0
    for odd in ("x", "", "101", "-5"):
        assert ji.post(f"/tickets/{working}/progress", data={"progress": odd}).status_code == 302
    assert ji.post(f"/tickets/{working}/tick", data={"point": "999"}).status_code == 302


def test_people_take_part_follow_and_leave(app, as_user, fresh):
    lin = as_user("lin")
    lin.post(f"/tickets/{fresh}/people", data={"person": EVE.id, "as": "follower"})
    eve = as_user("eve")
    assert eve.get(f"/tickets/{fresh}").status_code == 200
    assert eve.post(f"/tickets/{fresh}/note", data={"words": "x"}).status_code == 403  # reads only
    lin.post(f"/tickets/{fresh}/people", data={"person": EVE.id, "as": "participant"})
    assert eve.post(f"/tickets/{fresh}/note", data={"words": "我来帮忙"}).status_code == 302
    with app.app_context(), acting(SYSTEM):
        row = queries.people_of(fresh)[0].id
    assert eve.post(f"/tickets/{fresh}/leave", data={"person": row}).location == "/tickets/"
    assert eve.get(f"/tickets/{fresh}").status_code == 404
    assert lin.post(f"/tickets/{fresh}/people", data={"person": "999"}).status_code == 302
    gao = as_user("gao")
    assert gao.post(f"/tickets/{fresh}/follow").status_code == 302
    assert gao.post(f"/tickets/{fresh}/leave", data={"person": "999"}).status_code == 404


WRITES = ("note", "work", "checklist", "tick", "progress", "people")


@pytest.mark.parametrize("button", WRITES)
def test_who_may_only_look_writes_nothing(as_user, fresh, button):
    assert as_user("xu").post(f"/tickets/{fresh}/{button}", data={}).status_code == 403
    assert as_user("eve").post(f"/tickets/{fresh}/{button}", data={}).status_code == 404


# ── my tickets, the service order ──


def test_my_tickets_are_grouped_by_what_is_to_be_done(as_user, given, saved):
    queue = saved(a_queue, people=(JI.id,))
    saved(a_ticket, queue=queue, title="谁来看看", customer=saved(a_customer, name="二号有限公司"))
    page = as_user("ji").get("/my-tickets/").text
    groups = re.split(r'<section aria-labelledby="group-', page)[1:]
    assert {one[:6].split('"')[0]: one.count("<article") for one in groups} == {
        "accept": 1,
        "work": 0,
        "waitin": 0,
        "queues": 1,
    }
    assert f"/tickets/{given}/accept" in groups[0]
    assert "谁来看看" in groups[3]
    assert "/take?" in groups[3]
    assert as_user("xu").get("/my-tickets/").status_code == 403


def test_a_button_of_my_tickets_leads_back_there(app, as_user, given):
    with app.app_context():
        revision = ticket(given).revision
    answer = as_user("ji").post(f"/tickets/{given}/accept?revision={revision}&next=/my-tickets/")
    assert answer.location == "/my-tickets/"


def test_the_service_order_is_a_sheet_of_paper(app, as_user, done):
    answer = as_user("ji").get(f"/tickets/{done}/order")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert as_user("eve").get(f"/tickets/{done}/order").status_code == 404
    assert as_user("xu").get(f"/tickets/{done}/order").status_code == 403


def test_a_ticket_of_a_deleted_customer_still_opens(app, as_user, fresh):
    with app.app_context(), acting(SYSTEM):
        from app.crm.customers.models import Customer  # noqa: PLC0415

        customers.delete(db.session.get_one(Customer, ticket(fresh).customer_id), actor=SYSTEM)
        db.session.remove()
    assert as_user("lin").get(f"/tickets/{fresh}").status_code == 200
    assert LIN.id


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (59, "under a minute"), (60, "1 minute"), (3660, "1 hour 1 minute"), (180000, "2 days 2 hours")],
)
def test_how_long_it_took_is_said_in_two_units(in_app, seconds, words):
    assert wording.span(seconds) == words
