"""Every operator of every kind of field, and its negation, against the same question asked in plain Python."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.base import clock, filters
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.history import insert_versioned
from app.base.screens.listing import filterable
from app.base.transaction import transaction
from app.crm.customers.models import Customer, CustomerTag
from app.crm.customers.services import phones
from app.extensions import db
from app.system.dictionary.models import DictionaryValue
from tests.cast import ANRAN, EVE, LIN, MEI

TODAY = clock.today()
A, B = "+8613800138000", "+8637165001234"
#: name, address, follow-up status, region, registered on, created at (UTC), owner, phone, tags
ROWS = [
    (
        "郑州晨光科技",
        "文化路 1%",
        "interested",
        "410100",
        date(2020, 2, 29),
        datetime(2026, 1, 31, 15, 59),
        LIN.id,
        A,
        (),
    ),
    ("洛阳ABC商贸", "a_b", "long_term", "410300", TODAY, datetime(2026, 1, 31, 16, 0), MEI.id, B, ("old_customer",)),
    ("abc", "", None, "410102", TODAY - timedelta(days=30), clock.now(), None, None, ("old_customer", "erp_switch")),
    (
        "北京晨光",
        None,
        "interested",
        "110101",
        TODAY - timedelta(days=31),
        datetime(2020, 1, 1),
        EVE.id,
        A,
        ("erp_switch",),
    ),
    ("x'); DROP TABLE", "晨光", "no_need", None, None, clock.now() - timedelta(days=3), LIN.id, None, ()),
    ("河南省本级", "文化路", None, "410000", TODAY + timedelta(days=2), datetime(2026, 2, 1), None, B, ("complained",)),
]
NAMES = ("name", "address", "followup_status", "region", "registered_on", "created_at", "owner", "phone", "tags")
#: What is asked of each field, per operator without its negation. "": no value.
QUESTIONS = {
    "name": {
        "contains": ["晨光", "abc", "%", "_", "'); DROP"],
        "is": ["abc", "ABC"],
        "starts": ["洛阳", "A"],
        "ends": ["光", "贸"],
        "in": [["abc", "北京晨光"]],
        "empty": [""],
    },
    "address": {
        "contains": ["1%", "a_b", "%", "文化路"],
        "is": ["文化路"],
        "starts": ["文"],
        "ends": ["%"],
        "in": [["文化路"]],
        "empty": [""],
    },
    "followup_status": {"is": ["interested"], "in": [["interested", "no_need"]], "empty": [""]},
    "region": {"is": ["410000", "410100", "410300", "110000"], "in": [["410100", "110000"]], "empty": [""]},
    "registered_on": {
        "on": [TODAY.isoformat(), "2020-02-29"],
        "before": ["2020-03-01", TODAY.isoformat()],
        "after": ["2020-02-28", TODAY.isoformat()],
        "between": [["2020-01-01", TODAY.isoformat()], [TODAY.isoformat(), "2020-01-01"]],
        "last_days": ["30", "31"],
        "next_days": ["1", "2"],
        "empty": [""],
    },
    "created_at": {
        "on": ["2026-01-31", "2026-02-01"],
        "before": ["2026-02-01"],
        "after": ["2026-01-31"],
        "between": [["2026-01-31", "2026-02-01"]],
        "last_days": ["3", "2"],
        "next_days": ["1"],
        "empty": [""],
    },
    "owner": {"is": [str(LIN.id), "me"], "in": [[str(LIN.id), "me"]], "empty": [""]},
    "phone": {"is": ["138 0013 8000"], "in": [["13800138000", "0371-65001234"]], "empty": [""]},
    "tags": {
        "in": [["old_customer"], ["old_customer", "complained"]],
        "every": [["old_customer", "erp_switch"]],
        "empty": [""],
    },
    "any_phone": {"is": [A], "in": [[A, B]], "empty": [""]},
}
CASES = [
    (field, operator, value)
    for field, asked in QUESTIONS.items()
    for operator, values in asked.items()
    for value in values
]


@pytest.fixture
def rows(in_app):
    with acting(SYSTEM):
        fill()
    return {row[0]: dict(zip(NAMES, row, strict=True)) for row in ROWS}


@transaction
def fill():
    from app.demo.companies import EMPTY  # noqa: PLC0415 - all columns a row may leave empty

    made = []
    for name, address, progress, region, registered, created, owner, phone, _tags in ROWS:
        row = EMPTY | {"kind": "company", "name": name, "address": address, "followup_status": progress}
        row |= {"region": region, "registered_on": registered, "owner_id": owner, "phone": phone}
        made.append(row | {"created_at": created, "updated_at": created})
    ids = insert_versioned(Customer, made)
    tags = [{"customer_id": key, "code": code} for key, row in zip(ids, ROWS, strict=True) for code in row[-1]]
    insert_versioned(CustomerTag, tags)
    phones.index(ids)


def found(raw, actor):
    group = filters.parse(json.dumps(raw), filterable(Customer))
    with acting(SYSTEM):
        return set(db.session.scalars(select(Customer.name).where(group.sql(Customer, actor))))


def meets(row, field, operator, value, me):  # noqa: PLR0911 - the model is a plain list of cases
    stored = row["phone" if field == "any_phone" else field]
    if operator == "empty":
        return stored in (None, "", ())
    if field == "tags":
        wanted = set(value)
        return wanted <= set(stored) if operator == "every" else bool(wanted & set(stored))
    if stored is None:
        return False
    if field in {"registered_on", "created_at"}:
        return meets_day(clock.local(stored).date() if field == "created_at" else stored, operator, value)
    values = value if isinstance(value, list) else [value]
    if field in {"phone", "any_phone"}:
        return stored in {A if "138" in one else B for one in values}
    if field == "owner":
        return stored in {me if one == "me" else int(one) for one in values}
    if field == "region":
        return any(stored.startswith(one.rstrip("0") if one.endswith("00") else one) for one in values)
    low, wanted = stored.lower(), str(value).lower()
    return {
        "contains": wanted in low,
        "starts": low.startswith(wanted),
        "ends": low.endswith(wanted),
        "is": stored == value,
        "in": stored in values,
    }[operator]


def meets_day(day, operator, value):
    if operator == "last_days":
        return clock.today() - timedelta(days=int(value)) <= day <= clock.today()  # also where midnight has passed
    if operator == "next_days":
        return clock.today() <= day <= clock.today() + timedelta(days=int(value))
    days = sorted(date.fromisoformat(one) for one in (value if isinstance(value, list) else [value]))
    return {
        "on": day == days[0],
        "before": day < days[0],
        "after": day > days[0],
        "between": days[0] <= day <= days[-1],
    }[operator]


def test_each_operator_finds_what_plain_python_finds_and_its_negation_all_the_others(rows):
    me = MEI.actor
    for field, operator, value in CASES:
        expected = {name for name, row in rows.items() if meets(row, field, operator, value, me.id)}
        asked = {"field": field, "op": operator, "value": value}
        assert found({"all": [asked]}, me) == expected, asked
        assert found({"all": [asked | {"op": f"not_{operator}"}]}, me) == set(rows) - expected, f"not {asked}"


def test_every_operator_of_these_kinds_is_asked():
    fields = filterable(Customer)
    for field, asked in QUESTIONS.items():
        known = {one.code for one in filters.operators_of(fields[field]) if not one.negated}
        assert set(asked) == known, field


def test_numbers_and_yes_or_no(in_app):
    with acting(ANRAN.actor):
        stored = db.session.execute(
            select(DictionaryValue.id, DictionaryValue.position, DictionaryValue.is_default).where(
                DictionaryValue.dictionary_code == "customer_level"
            )
        ).all()
        cases = {
            ("position", "is", "2"): lambda row: row.position == 2,
            ("position", "below", "2"): lambda row: row.position < 2,
            ("position", "above", "2"): lambda row: row.position > 2,
            ("position", "between", ("4", "2")): lambda row: 2 <= row.position <= 4,
            ("position", "in", ("1", "5")): lambda row: row.position in (1, 5),
            ("position", "empty", ""): lambda _row: False,
            ("is_default", "true", ""): lambda row: row.is_default,
        }
        within = DictionaryValue.dictionary_code == "customer_level"
        for (field, operator, value), meant in cases.items():
            for code, wanted in ((operator, True), (f"not_{operator}", False)):
                raw = {"field": field, "op": code, "value": list(value) if isinstance(value, tuple) else value}
                group = filters.parse(json.dumps({"all": [raw]}), filterable(DictionaryValue))
                where = group.sql(DictionaryValue, ANRAN.actor)
                got = set(db.session.scalars(select(DictionaryValue.id).where(within, where)))
                assert got == {row.id for row in stored if bool(meant(row)) is wanted}, raw


def test_groups_are_joined_by_and_and_or(rows):
    interested = {"field": "followup_status", "op": "is", "value": "interested"}
    pool, tagged = {"field": "owner", "op": "empty"}, {"field": "tags", "op": "in", "value": ["erp_switch"]}

    assert found({"any": [interested, pool]}, MEI.actor) == {"郑州晨光科技", "北京晨光", "abc", "河南省本级"}
    assert found({"all": [tagged, {"any": [interested, pool]}]}, MEI.actor) == {"abc", "北京晨光"}
    assert found(
        {"any": [{"all": [tagged, pool]}, {"field": "name", "op": "is", "value": "洛阳ABC商贸"}]}, MEI.actor
    ) == {
        "abc",
        "洛阳ABC商贸",
    }


CONDITION = {"field": "name", "op": "is", "value": "x"}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("{", "cannot be read"),
        ("[" * 5000, "cannot be read"),
        ('"text"', "cannot be read"),
        ('{"all": 1}', "cannot be read"),
        ('{"none": []}', "cannot be read"),
        ({"all": [1]}, "cannot be read"),
        ({"all": [{"any": [{"all": [CONDITION]}]}]}, "cannot be read"),
        ({"all": [CONDITION] * 31}, "cannot be read"),
        ({"all": [{"any": [CONDITION] * 16}, {"any": [CONDITION] * 15}]}, "at most 30"),
        ({"all": [CONDITION | {"field": "password"}]}, "no field"),
        ({"all": [CONDITION | {"op": "below"}]}, "cannot be asked that way"),
        ({"all": [CONDITION | {"value": None}]}, "needs a value"),
        ({"all": [CONDITION | {"value": {"a": 1}}]}, "cannot be read"),
        ({"all": [CONDITION | {"op": "in", "value": ["x"] * 201}]}, "needs a value"),
        ({"all": [{"field": "registered_on", "op": "on", "value": "2011-06-31"}]}, ""),
        ({"all": [{"field": "registered_on", "op": "last_days", "value": "-1"}]}, "whole number of days"),
        ({"all": [{"field": "registered_on", "op": "last_days", "value": "99999999999"}]}, "whole number of days"),
        ({"all": [{"field": "region", "op": "is", "value": "Atlantis"}]}, "not one of the values"),
        ({"all": [{"field": "owner", "op": "is", "value": "abc"}]}, ""),
        ({"all": [{"field": "phone", "op": "is", "value": "12"}]}, ""),
    ],
)
@pytest.mark.one_database
def test_a_filter_that_cannot_be_meant_gets_a_sentence(in_app, raw, says):
    with acting(SYSTEM), pytest.raises(Invalid) as refusal:
        filters.parse(raw if isinstance(raw, str) else json.dumps(raw), filterable(Customer))
    assert says in str(refusal.value)
    assert len(str(refusal.value)) > 10


@pytest.mark.one_database
def test_thirty_conditions_are_still_taken(in_app):
    group = filters.parse(json.dumps({"all": [CONDITION] * 30}), filterable(Customer))
    assert len(list(filters.conditions(group))) == 30
