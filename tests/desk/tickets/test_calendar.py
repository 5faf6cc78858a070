"""The calendar of tickets: what stands on which day, for whom, how it is told; and its gates."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from app.base import clock
from app.base.actor import acting
from app.base.narrowing import _options
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.due import due, selected
from app.desk.tickets.views import calendar
from app.extensions import db
from tests.cast import ANRAN, EVE, GAO, JI, LIN, SAM
from tests.desk.tickets.steps import by, closed_one, dispatched, in_work, solved, ticket
from tests.factories import a_customer, a_ticket

DAY = date(2027, 3, 10)  # a Wednesday; the third row of its month


def at(day, hours=9, minutes=0):
    """Return a moment of the business's zone as it is stored."""
    return clock.stored(datetime.combine(day, time(hours, minutes)))


def built(app, factory, **given):
    with app.app_context():
        found = factory(**given)
        return found if isinstance(found, int) else found.id


def shown(browser, **asked):
    answer = browser.get("/ticket-calendar/", query_string={"day": f"{DAY}", **asked})
    assert answer.status_code == 200
    return answer.text


def has(page, key):
    return f'href="/tickets/{key}"' in page


def cells(page):
    """Return what stands in each cell of a month, by its day."""
    found = {}
    for cell in re.findall(r"<td.*?</td>", page, re.DOTALL):
        found[re.search(r"day=([\d-]+)", cell)[1]] = cell
    return found


# ── what stands where ──


def test_a_day_is_a_day_of_the_business(app, as_user):
    before = built(app, a_ticket, due_at=at(DAY, 0) - timedelta(minutes=1))
    first = built(app, a_ticket, due_at=at(DAY, 0))
    last = built(app, a_ticket, due_at=at(DAY, 23, 59))
    after = built(app, a_ticket, due_at=at(DAY + timedelta(days=1), 0))
    gao = as_user("gao")
    page = shown(gao, view="day")
    assert [has(page, one) for one in (before, first, last, after)] == [False, True, True, False]
    assert ">00:00<" in page
    month = cells(shown(gao))
    assert [has(month["2027-03-09"], one) for one in (before, first)] == [True, False]
    assert [has(month["2027-03-10"], one) for one in (before, first, last, after)] == [False, True, True, False]
    assert has(month["2027-03-11"], after)


@pytest.mark.parametrize(
    ("view", "days"),
    [
        ("month", [(2, 28, False), (3, 1, True), (4, 4, True), (4, 5, False)]),
        ("week", [(3, 7, False), (3, 8, True), (3, 14, True), (3, 15, False)]),
        ("day", [(3, 9, False), (3, 10, True), (3, 11, False)]),
    ],
)
def test_what_is_outside_the_days_shown_is_not_there(app, as_user, view, days):
    keys = [built(app, a_ticket, due_at=at(date(2027, month, day))) for month, day, _is in days]
    page = shown(as_user("gao"), view=view)
    assert [has(page, key) for key in keys] == [is_there for _month, _day, is_there in days]


def test_a_ticket_without_a_deadline_stands_nowhere(app, as_user, read):
    key = built(app, a_ticket)
    assert read(Ticket, key).due_at is None
    assert not has(shown(as_user("gao"), day=f"{clock.today()}"), key)


def test_a_cell_of_the_month_shows_four_and_leads_to_the_rest(app, as_user):
    keys = [built(app, a_ticket, due_at=at(DAY, 9, minute)) for minute in range(6)]
    gao = as_user("gao")
    cell = cells(shown(gao, person="all"))[f"{DAY}"]
    assert [has(cell, key) for key in keys] == [True] * 4 + [False] * 2
    more = re.search(r'class="more" href="([^"]+)">2 more<', cell)[1].replace("&amp;", "&")
    assert "person=all" in more
    page = gao.get(more).text
    assert all(has(page, key) for key in keys)
    assert all(has(shown(gao, view="week"), key) for key in keys)


def test_what_is_done_hides_nothing_that_is_not(app, as_user):
    done = [built(app, solved, due_at=at(DAY, 8, minutes)) for minutes in range(4)]
    late = built(app, a_ticket, due_at=at(DAY, 17))
    gao = as_user("gao")
    cell = cells(shown(gao))["2027-03-10"]
    assert has(cell, late)
    assert [has(cell, one) for one in done] == [True, True, True, False]
    day = shown(gao, view="day")
    assert day.index(f"/tickets/{done[0]}") < day.index(f"/tickets/{late}")


def test_today_is_one_press_away(app, as_user):
    page = as_user("gao").get("/ticket-calendar/").text
    assert page.count('id="today"') == 1
    assert f"day={clock.today()}#today" in page


def test_cancelled_and_deleted_ones_do_not_stand_there(app, as_user):
    kept, cancelled, deleted = (built(app, a_ticket, due_at=at(DAY)) for _time in range(3))
    with app.app_context():
        by(GAO, services.cancel, cancelled, {"words": "客户撤回"})
        with acting(ANRAN.actor) as actor:
            services.delete(ticket(deleted), actor=actor)
    page = shown(as_user("gao"))
    assert [has(page, one) for one in (kept, cancelled, deleted)] == [True, False, False]


# ── for whom ──


@pytest.fixture
def some(app):
    """One ticket that Ji has, opened by Lin; one of Lin's that nobody has; one of Eve's."""
    keys = {"jis": built(app, dispatched, due_at=at(DAY)), "lins": built(app, a_ticket, due_at=at(DAY))}
    return keys | {"eves": built(app, a_ticket, due_at=at(DAY), by=EVE)}


def seen(page, some):
    return {name for name, key in some.items() if has(page, key)}


@pytest.mark.parametrize(
    ("who", "person", "there"),
    [
        ("gao", "", {"jis", "lins", "eves"}),  # dispatches: everything in scope
        ("gao", "me", set()),
        ("gao", JI.id, {"jis"}),
        ("gao", EVE.id, set()),  # has none
        ("ji", "", {"jis"}),
        ("ji", "all", {"jis"}),
        ("lin", "", set()),  # none is with Lin
        ("lin", "all", {"jis", "lins"}),  # Lin opened them
        ("lin", JI.id, set()),  # Lin reaches no further than their own: one's own is shown
        ("eve", "all", {"eves"}),
        ("eve", LIN.id, set()),
        ("sam", "", {"lins", "eves"}),  # what no route leads anywhere; Ji works outside Sam's department
        ("sam", JI.id, set()),
        ("xu", "", set()),  # sees all, has none
        ("xu", "all", {"jis", "lins", "eves"}),
        ("xu", JI.id, {"jis"}),
    ],
)
def test_everybody_sees_what_is_in_their_scope(as_user, some, who, person, there):
    assert seen(shown(as_user(who), person=person), some) == there


def test_whose_tickets_they_are_is_said_and_can_be_chosen(as_user, some):
    gao, ji = as_user("gao"), as_user("ji")
    assert re.search(r'person=all[^>]* aria-current="true">All I see<', shown(gao))
    assert re.search(r'person=me[^>]* aria-current="true">With me<', shown(ji))
    assert re.search(r"person=all[^>]*>All I see<", shown(ji))
    assert 'name="person"' in shown(gao)
    assert 'name="person"' not in shown(ji)
    page = shown(gao, person=JI.id)
    assert re.search(rf'<option value="{JI.id}" selected>{JI.name}<', page)
    assert "aria-current" not in page.split('aria-label="Whose tickets"')[1].split("</nav>")[0]
    assert f"person={JI.id}" in re.search(r'href="([^"]+)"[^>]*aria-label="Later"', page)[1]


def test_a_customer_outside_the_scope_is_not_named(app, as_user):
    key = built(app, a_customer, name="洛阳藏名有限公司")
    job = built(app, closed_one, customer=key, due_at=at(DAY))
    assert "洛阳藏名有限公司" in shown(as_user("lin"), person="all")
    page = shown(as_user("ji"))
    assert has(page, job)
    assert "洛阳藏名有限公司" not in page
    assert "Outside what you see" in page


# ── how it is told ──


def event(page, key):
    """Return the row of a ticket."""
    return next(one for one in re.findall(r"<li.*?</li>", page, re.DOTALL) if has(one, key))


def near(browser, moment, **asked):
    return shown(browser, day=f"{clock.local(moment).date()}", **asked)


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_late_ones_are_told_in_words_and_others_are_not(app, as_user, view):
    soon, past = clock.now() + timedelta(minutes=5), clock.now() - timedelta(minutes=5)
    early, late, done = (
        built(app, one, due_at=moment) for one, moment in ((in_work, soon), (in_work, past), (solved, past))
    )
    gao = as_user("gao")
    row = event(near(gao, past, view=view), late)
    assert "is-overdue" in row
    assert ">Overdue<" in row
    for moment, key in ((soon, early), (past, done)):
        row = event(near(gao, moment, view=view), key)
        assert "is-overdue" not in row
        assert "Overdue" not in row


def test_done_ones_are_quieter_and_say_it(app, as_user):
    open_one, done, shut = (built(app, one, due_at=at(DAY), priority="urgent") for one in (in_work, solved, closed_one))
    page = shown(as_user("gao"))
    assert "is-done" not in event(page, open_one)
    for key, word in ((done, "Solved"), (shut, "Finished")):
        row = event(page, key)
        assert "is-done" in row
        assert "#ti-check" in row
        assert f'visually-hidden">{word}<' in row
        assert "data-color" not in row


def test_urgent_ones_have_their_colour_and_their_word(app, as_user):
    later = clock.now() + timedelta(days=40)
    rows = {}
    for priority in ("urgent", "high", "normal"):
        key = built(app, a_ticket, due_at=later, priority=priority)
        rows[priority] = event(near(as_user("gao"), later), key)
    assert 'data-color="red"' in rows["urgent"]
    assert "Urgent" in rows["urgent"]
    assert 'data-color="orange"' in rows["high"]
    assert "data-color" not in rows["normal"]


def test_the_day_says_more(app, as_user):
    key = built(app, a_customer, name="洛阳细说有限公司")
    job = built(app, in_work, customer=key, title="扫描仪卡纸", due_at=at(DAY, 14, 5))
    free = built(app, a_ticket, due_at=at(DAY))
    gao = as_user("gao")
    row = event(shown(gao, view="day"), job)
    for word in ("14:05", "扫描仪卡纸", "洛阳细说有限公司", "In work", JI.name, "GD-"):
        assert word in row
    assert "Nobody" in event(shown(gao, view="day"), free)
    row = event(shown(gao), job)
    assert "洛阳细说有限公司" in row
    assert "In work" not in row


def test_what_is_left_out_is_said(app, as_user, monkeypatch):
    monkeypatch.setattr(calendar, "MOST_EVENTS", 2)
    keys = [built(app, a_ticket, due_at=at(DAY, 9, minute)) for minute in range(2)]
    gao = as_user("gao")
    assert "Only the first" not in shown(gao)
    keys.append(built(app, a_ticket, due_at=at(DAY, 9, 2)))
    page = shown(gao)
    assert "Only the first 2 are shown" in page
    assert [has(page, key) for key in keys] == [True, True, False]


# ── gates, and what makes no sense ──


def test_who_may_not_see_tickets_has_no_calendar_of_them(as_user, stranger):
    for who in ("shi", "bai"):
        assert as_user(who).get("/ticket-calendar/").status_code == 403
        assert "/ticket-calendar/" not in as_user(who).get("/").text
    assert "/login/" in stranger.get("/ticket-calendar/").headers["Location"]
    page = as_user("gao").get("/").text
    assert 'href="/ticket-calendar/"' in page
    assert page.index('href="/ticket-board/"') < page.index('href="/ticket-calendar/"') < page.index('href="/tickets/"')


def test_list_board_and_calendar_lead_to_each_other(as_user):
    gao = as_user("gao")
    for here in ("/tickets/", "/ticket-board/", "/ticket-calendar/"):
        ways = re.search(r'<nav[^>]*aria-label="Ways to look at tickets">(.*?)</nav>', gao.get(here).text)[1]
        assert re.findall(r'href="([^"]+)"', ways) == ["/tickets/", "/ticket-board/", "/ticket-calendar/"]
        assert f'href="{here}" aria-current="page"' in ways
    assert "/tickets/new" in gao.get("/ticket-calendar/").text.split("zk-head-actions")[1].split("</header>")[0]
    assert "/tickets/new" not in as_user("xu").get("/ticket-calendar/").text


@pytest.mark.parametrize(
    "asked",
    [
        {"view": "foo", "day": "99999-99-99", "person": "abc"},
        {"view": "month' OR 1", "day": "2027-02-30", "person": "-1"},
        {"view": "week", "day": "1900-01-01", "person": "999999999"},
        {"view": "day", "day": "2200-12-31", "person": "9" * 40},
        {"view": "", "day": "", "person": "１２"},
    ],
)
def test_an_address_that_makes_no_sense_shows_a_calendar_all_the_same(as_user, asked):
    for who in ("gao", "ji"):
        assert "zk-cal" in shown(as_user(who), **asked)


def test_what_makes_no_sense_is_as_if_it_was_not_asked(app, as_user):
    key = built(app, a_ticket, due_at=clock.now() + timedelta(minutes=1))
    page = shown(as_user("gao"), view="foo", day="99999-99-99", person="abc")
    assert has(page, key)
    assert 'class="zk-cal is-month"' in page


# ── what it costs ──


@pytest.mark.parametrize("who", ["gao", "lin"])
def test_a_page_asks_at_most_six_statements_however_many_tickets(app, as_user, statements, who):
    browser, counts = as_user(who), []
    for _time in range(2):
        for minute in range(8):
            built(app, dispatched if minute % 2 else a_ticket, due_at=at(DAY, 9, minute))
        shown(browser, person="all")
        with statements() as seen_:
            page = shown(browser, view="day", person="all")
        counts.append(len(seen_))
    assert page.count("zk-cal-due") == 16
    assert counts[0] == counts[1] <= 6, seen_


def many(key):
    """Let there be five thousand such tickets, one to be done each six hours, until the session is rolled back."""
    names = ", ".join(f'"{one}"' for one in {*Ticket.__table__.columns.keys()} - {"id", "number", "due_at"})
    rows = (
        f"SELECT 'X' || n, due_at + n * interval '6 hours', {names} FROM tickets_ticket, generate_series(1, 5000) AS n"
    )
    db.session.execute(text(f"INSERT INTO tickets_ticket (number, due_at, {names}) {rows} WHERE id = {key}"))
    db.session.execute(text("ANALYZE tickets_ticket"))


def plan(who, database):
    """Return how the database would read a month, scope and all."""
    with acting(who.actor):
        asked = selected(first=date(2027, 4, 1), last=date(2027, 5, 2), assignee=None).limit(2000)
        asked = asked.options(*_options(asked))
        dialect = postgresql.dialect() if database == "postgresql" else sqlite.dialect()
        said = asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    if database == "postgresql":
        return "\n".join(db.session.scalars(text(f"EXPLAIN {said}")))
    return "\n".join(row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {said}")))


@pytest.mark.parametrize("who", [GAO, ANRAN, SAM, LIN], ids=["manager", "administrator", "supervisor", "agent"])
def test_a_month_is_read_by_the_index_of_deadlines(in_app, database, who):
    key = a_ticket(due_at=at(DAY)).id
    if database == "postgresql":  # which reads small tables from end to end
        many(key)
    found = plan(who, database)
    db.session.rollback()
    assert "ix_tickets_due" in found
    assert "SCAN tickets_ticket" not in found


def test_a_limit_is_kept_and_the_earliest_come_first(in_app):
    keys = [a_ticket(due_at=at(DAY, 9, minute)).id for minute in (3, 1, 2)]
    a_ticket(due_at=at(DAY + timedelta(days=1), 0))  # the first moment of the next day
    with acting(GAO.actor):
        two, all_ = (due(first=DAY, last=DAY, assignee=None, limit=limit) for limit in (2, 9))
    assert [one.id for one in two] == [keys[1], keys[2]]
    assert [one.id for one in all_] == [keys[1], keys[2], keys[0]]
