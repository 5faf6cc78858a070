"""Reminders: each stage of each end once, to whom it concerns, whatever the days without a run and the clock do."""

from datetime import timedelta

import pytest

from app.base import settings
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.timetable import TIMETABLE
from app.crm.customers.models import Customer
from app.crm.renewals import queries
from app.crm.renewals import rules as rules_of
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.security.models import Department
from app.system.settings import services as setting_services
from tests.cast import ANRAN, GUO, LIN, MEI, SAM
from tests.crm.renewals.steps import (
    OFFSETS,
    a_fee,
    at,
    customer,
    end,
    in_days,
    line,
    messages,
    remind,
    resume,
    served,
    set_fee,
    told,
)

__all__ = ["at"]
pytestmark = pytest.mark.usefixtures("in_app", "headed")
NAME = "crm.renewals.day"


@pytest.fixture
def headed(in_app):
    """Sam heads the department above Lin's."""
    with acting(SYSTEM):
        db.session.get_one(Department, SAM.department_id).head_id = SAM.id
        db.session.commit()


def days_of(*days):
    return [served(one, name=f"客户{place}", phone=f"+8637165{place:06}")[1] for place, one in enumerate(days)]


def set_to(name, text):
    with acting(ANRAN.actor) as anran:
        setting = settings.registered[name]
        row = setting_services.changing.queries.row_of(setting)
        setting_services.change(setting, text, actor=anran, revision=row.revision if row else 0)


def change(key, **values):
    with acting(SYSTEM):
        one = db.session.get_one(Customer, key)
        for name, value in values.items():
            setattr(one, name, value)
        db.session.commit()


def test_each_person_gets_one_message_with_how_many_stand_at_which_stage():
    days_of(30, 30, 7, 0, -1, 200)
    assert remind() == 5
    stages = [[-1, 1], [0, 1], [7, 1], [30, 2]]
    assert messages() == [
        (SAM.id, {"count": 5, "mine": [], "served": [], "ours": stages}),
        (LIN.id, {"count": 5, "mine": stages, "served": [], "ours": []}),
    ]


@pytest.mark.parametrize("days", [31, 45, 400])
def test_nobody_is_told_before_the_first_stage(days):
    [one] = days_of(days)
    assert remind() == 0
    assert (messages(), told(one)) == ([], [])


def test_a_stage_is_told_once_however_often_the_day_is_run():
    [one] = days_of(7)
    assert [remind(), remind(), remind(in_days(1))] == [1, 0, 0]
    assert told(one) == [(7, "30, 15")]


def test_after_days_without_a_run_the_most_urgent_stage_alone_is_told_and_the_others_are_noted():
    [one] = days_of(30)
    assert remind() == 1
    assert remind(in_days(29)) == 1
    assert told(one) == [(30, ""), (1, "15, 7")]
    assert [remind(in_days(day)) for day in (0, 5, 15, 23, 29)] == [0, 0, 0, 0, 0]  # nor later, nor earlier


def test_a_whole_life_is_told_at_each_stage():
    [one] = days_of(31)
    told_on = [day for day in range(70) if remind(in_days(day))]
    assert told_on == [31 - stage for stage in OFFSETS]
    assert [stage for stage, _skipped in told(one)] == list(OFFSETS)


def test_a_clock_put_back_tells_nothing_again():
    [one] = days_of(8)
    assert remind(in_days(1)) == 1
    assert [remind(), remind(in_days(-1)), remind(in_days(1))] == [0, 0, 0]
    assert told(one) == [(7, "30, 15")]


def test_a_new_end_starts_anew():
    key, one = served(7)
    remind()
    a_fee(key, 15)
    assert remind() == 1
    assert told(one) == [(7, "30, 15"), (15, "30")]


def test_nothing_is_told_of_what_is_ended_or_waits_and_again_once_it_is_due_again():
    key, one = served(7)
    end(one)
    assert remind() == 0
    resume(one)
    waiting = a_fee(key, 370, state="unreviewed")
    assert remind() == 0
    set_fee(waiting, state="void")
    assert remind() == 1


def test_nothing_is_told_of_deleted_customers():
    key, one = served(7)
    change(key, deleted_at=line(one).created_at)
    assert remind() == 0


def test_of_a_key_customer_the_service_person_is_told_too_and_the_owner_not_twice():
    key, _one = served(7)
    change(key, service_person_id=GUO.id)
    other, _other = served(15, name="重点", phone="+8637165000002")
    change(other, service_person_id=GUO.id, level="key")
    same, _same = served(1, name="同一人", phone="+8637165000003")
    change(same, service_person_id=LIN.id, level="key")

    remind()

    found = dict(messages())
    assert found[GUO.id]["served"] == [[15, 1]]
    assert found[LIN.id] == {"count": 3, "mine": [[1, 1], [7, 1], [15, 1]], "served": [], "ours": []}


def test_who_heads_the_department_and_owns_the_customer_is_told_once():
    key, _one = served(7)
    change(key, owner_id=SAM.id)
    remind()
    assert messages() == [(SAM.id, {"count": 1, "mine": [[7, 1]], "served": [], "ours": []})]


def test_of_what_stands_in_the_pool_the_head_is_told():
    key, _one = served(7)
    change(key, owner_id=None)
    remind()
    assert messages() == [(SAM.id, {"count": 1, "mine": [], "served": [], "ours": [[7, 1]]})]


def test_without_offsets_nobody_is_reminded():
    days_of(7)
    assert remind(offsets=()) == 0


def test_what_a_run_that_died_has_noted_the_next_one_tells(monkeypatch):
    from app.crm.renewals.services import reminding  # noqa: PLC0415 - the part under test

    [one] = days_of(7)
    tell = reminding._tell
    monkeypatch.setattr(reminding, "_tell", lambda *_given: 0)
    assert remind() == 0
    monkeypatch.setattr(reminding, "_tell", tell)
    assert remind(in_days(1)) == 1
    assert told(one) == [(7, "30, 15")]
    assert len(messages()) == 2


@pytest.mark.parametrize("days", range(-32, 33))
def test_sql_and_rules_agree_on_every_day(days):
    [one] = days_of(days)
    remind(in_days(-20), offsets=(30, 7))  # a former setting, twenty days ago
    before = [stage for stage, _skipped in told(one)]
    now = rules_of.stage(line(one).end_on, OFFSETS, today=in_days(0))
    expected = [] if rules_of.is_told(now, before) else [(now, rules_of.skipped(now, OFFSETS, before))]
    with acting(ANRAN.actor) as anran:
        found = queries.due_rows(in_days(0), OFFSETS, actor=anran, limit=10)
    assert [(due.stage, [int(each) for each in due.skipped.split(",") if each]) for _line, due in found] == expected


# ── the dry run ──


def test_the_dry_run_says_what_the_run_then_tells_and_tells_nothing():
    days_of(30, 7, -1)
    tomorrow = in_days(1)
    with acting(ANRAN.actor) as anran:
        tally = queries.due_tally(tomorrow, OFFSETS, actor=anran)
        rows = queries.due_rows(tomorrow, OFFSETS, actor=anran, limit=2)
    assert {stage: count for (stage, _owner, _house), count in tally.items()} == {30: 1, 7: 1, -1: 1}
    assert [due.stage for _line, due in rows] == [-1, 7]
    assert messages() == []
    assert remind(tomorrow) == 3


def test_the_dry_run_shows_only_what_its_reader_reaches():
    days_of(7)
    with acting(MEI.actor) as mei:
        assert queries.due_tally(in_days(0), OFFSETS, actor=mei) == {}
        assert queries.due_rows(in_days(0), OFFSETS, actor=mei, limit=9) == []
        assert queries.due_rows(in_days(0), (), actor=mei, limit=9) == []


# ── the timetable ──


def run():
    with acting(SYSTEM):
        return jobs.run_turn(TIMETABLE[NAME])


def test_the_day_is_run_at_the_time_the_house_has_set_and_once(at):
    at("2026-12-01T07:00")
    run()
    days_of(7)
    at("2026-12-01T07:59")
    assert run() is False
    at("2026-12-01T08:00")
    assert [run(), run()] == [True, False]
    assert len(messages()) == 2
    at("2026-12-01T07:10")  # an hour back
    assert run() is False
    at("2026-12-01T08:10")
    assert run() is False
    at("2026-12-02T07:59")
    assert run() is False
    set_to("fee_reminder_at", "07:30")
    assert run() is True


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("7，30、0；−7", "30, 7, 0, -7"), ("-1,-1", "-1"), ("+3", "3"), (" 15 , 1", "15, 1"), ("– 7", "-7")],
)
def test_offsets_are_understood_as_people_write_them(typed, kept):
    set_to("fee_reminder_offsets", typed)
    assert settings.value("fee_reminder_offsets") == kept


@pytest.mark.parametrize("typed", ["a week", "7.5", "3651", "--7"])
def test_what_is_no_offset_cannot_be_set(typed):
    with pytest.raises(Invalid, match="no number of days"):
        set_to("fee_reminder_offsets", typed)


@pytest.mark.parametrize("typed", ["0", "366", "x"])
def test_the_threshold_has_a_range(typed):
    with pytest.raises(Invalid):
        set_to("fee_expiring_days", typed)


def test_the_first_stage_is_told_on_the_day_itself_in_the_zone_of_the_business(at):
    at("2026-12-01T00:00")
    [one] = days_of(30)
    at("2026-11-30T23:59")
    assert remind() == 0
    at("2026-12-01T00:00")
    assert remind() == 1
    assert line(one).end_on - timedelta(days=30) == in_days(0)
    assert customer(line(one).customer_id).fee_due_on == line(one).end_on
