"""Whose limit counts, and what room it leaves."""

from dataclasses import dataclass

import pytest

from app.crm.pool.rules import Holder, Room, limits_for

LIN = Holder(3, frozenset({"agent"}), (30, 20, 10))  # her team, its department, the house
HOUSE = 200


@dataclass
class Limit:
    most: int
    employee_id: int | None = None
    department_id: int | None = None
    role: str | None = None
    level: str | None = None


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ([], {None: 200}),
        ([Limit(50)], {None: 50}),
        ([Limit(50), Limit(60, role="agent")], {None: 60}),
        ([Limit(60, role="agent"), Limit(70, department_id=10)], {None: 70}),
        ([Limit(70, department_id=10), Limit(80, department_id=20)], {None: 80}),
        ([Limit(80, department_id=20), Limit(90, employee_id=3)], {None: 90}),
        ([Limit(90, employee_id=4), Limit(10, department_id=40), Limit(5, role="sales")], {None: 200}),
        ([Limit(5, level="key")], {None: 200, "key": 5}),
        ([Limit(5, level="key"), Limit(7, level="key", role="agent")], {None: 200, "key": 7}),
        ([Limit(0, employee_id=3)], {}),
        ([Limit(0, level="key", employee_id=3), Limit(5, level="key")], {None: 200}),
        ([Limit(40, role="agent"), Limit(60, role="agent")], {None: 60}),
        ([Limit(40, role="agent"), Limit(0, role="agent")], {}),
    ],
)
def test_the_nearest_limit_counts(limits, found):
    assert limits_for(LIN, limits, house=HOUSE) == found
    assert limits_for(LIN, limits[::-1], house=HOUSE) == found


def test_without_a_limit_of_the_house_there_is_none():
    assert limits_for(LIN, [], house=0) == {}


def test_room_is_left_until_a_limit_is_reached_from_either_side():
    room = Room({None: 3, "key": 1}, {"key": 0, None: 1})

    assert room.left() == 2
    assert [room.take("key"), room.take("key"), room.take("a"), room.take(None)] == [True, False, True, False]
    assert room.full("key") == (None, 3)
    assert room.total == 3


def test_the_limit_of_a_level_is_named():
    assert Room({None: 9, "key": 1}, {"key": 1}).full("key") == ("key", 1)


def test_who_may_goes_beyond_the_limit():
    room = Room({None: 1}, {"a": 1})

    assert not room.take("a")
    assert room.take("a", beyond=True)
    assert (room.total, room.left()) == (2, 0)


def test_where_there_is_no_limit_there_is_always_room():
    room = Room({})

    assert room.take("key")
    assert room.left() is None
