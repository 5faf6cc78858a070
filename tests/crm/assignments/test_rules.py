"""How many everybody gets, and who gets which: sums that always come out, and limits that hold."""

import pytest

from app.base.errors import Invalid
from app.crm.assignments import rules
from app.crm.assignments.rules import Dealing, Full, Receiver, Way
from app.crm.pool.rules import Room


def shares(how, count, *receivers):
    return dict(rules.shares(how, count, receivers))


@pytest.mark.parametrize(
    ("count", "expected"),
    [(6, [2, 2, 2]), (7, [3, 2, 2]), (8, [3, 3, 2]), (2, [1, 1, 0]), (0, [0, 0, 0])],
)
def test_evenly_differs_by_one_at_most_and_the_first_get_the_rest(count, expected):
    assert list(shares(Way.EVEN, count, Receiver(1), Receiver(2), Receiver(3)).values()) == expected


def test_what_does_not_divide_by_weights_goes_to_the_largest_remainder():
    assert shares(Way.BY_WEIGHT, 10, Receiver(1, weight=3), Receiver(2, weight=2), Receiver(3, weight=1)) == {
        1: 5,
        2: 3,
        3: 2,
    }


@pytest.mark.parametrize(
    ("loads", "count", "expected"),
    [
        ((10, 4, 0), 4, (0, 0, 4)),
        ((10, 4, 0), 6, (0, 1, 5)),
        ((10, 4, 0), 16, (0, 6, 10)),
        ((10, 4, 0), 19, (1, 7, 11)),
        ((5, 5, 5), 4, (2, 1, 1)),
        ((0, 0), 0, (0, 0)),
        ((7,), 3, (3,)),
    ],
)
def test_by_load_raises_the_lowest_first(loads, count, expected):
    receivers = [Receiver(key, load) for key, load in enumerate(loads)]
    assert tuple(shares(Way.BY_LOAD, count, *receivers).values()) == expected


@pytest.mark.parametrize("how", [Way.EVEN, Way.BY_LOAD, Way.BY_WEIGHT])
@pytest.mark.parametrize("count", [0, 1, 7, 100, 50_000])
def test_shares_add_up_whatever_the_way(how, count):
    receivers = [Receiver(key, load=key * 37 % 11, weight=key + 1) for key in range(7)]
    found = shares(how, count, *receivers)
    assert sum(found.values()) == count
    assert min(found.values()) >= 0


@pytest.mark.parametrize("text", ["3:2:1", "3：2：1", "3,2,1", " 3 2  1 ", "3、2、1"])
def test_weights_are_read_however_they_are_separated(text):
    assert rules.weights(text, receivers=3) == [3, 2, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3:2", "2 weights for 3 people"),
        ("", "0 weights for 3"),
        ("3:2:0", "whole numbers"),
        ("3:2:x", "whole numbers"),
    ],
)
def test_weights_that_fit_nobody_are_refused(text, words):
    with pytest.raises(Invalid, match=words):
        rules.weights(text, receivers=3)


@pytest.mark.parametrize(
    ("people", "words"), [([], "Choose who"), ([1, 2, 1], "chosen twice"), (list(range(101)), "at most 100")]
)
def test_receivers_that_cannot_be_meant_are_refused(people, words):
    with pytest.raises(Invalid, match=words):
        rules.check_receivers(people)


def test_one_person_gets_all_and_several_get_equally_many_unless_told():
    assert rules.way("by_load", 1) == Way.MANUAL
    assert rules.way(None, 2) == Way.EVEN
    assert rules.way("by_weight", 2) == Way.BY_WEIGHT


# ── dealing ──


def room(limits=None, **held):
    return Room(limits or {}, dict(held))


def test_everybody_gets_exactly_their_share_and_each_of_every_stretch():
    dealing = Dealing({1: 6, 2: 3}, {1: room(), 2: room()}, beyond=False)
    given = [dealing.give(None, None) for _row in range(9)]
    assert (given.count(1), given.count(2)) == (6, 3)
    assert 2 in given[:3]
    assert dealing.left == {1: 0, 2: 0}
    assert dealing.give(None, None) is None


def test_an_owner_keeps_what_they_have_while_their_share_lasts():
    dealing = Dealing({1: 1, 2: 2}, {1: room(a=2), 2: room()}, beyond=False)
    assert [dealing.give(1, "a"), dealing.give(1, "a")] == [1, 2]
    assert dealing.rooms[1].held == {"a": 1}


def test_the_last_that_fits_is_given_and_the_next_is_not():
    dealing = Dealing({1: 3}, {1: room({None: 2})}, beyond=False)
    assert [dealing.give(None, "a") for _row in range(3)] == [1, 1, Full(1, None, 2)]


def test_a_limit_of_a_level_stops_that_level_alone():
    dealing = Dealing({1: 3}, {1: room({"a": 1})}, beyond=False)
    assert [dealing.give(None, level) for level in ("a", "a", "b")] == [1, Full(1, "a", 1), 1]


def test_beyond_the_limit_everybody_gets_their_share():
    dealing = Dealing({1: 3}, {1: room({None: 2})}, beyond=True)
    assert [dealing.give(None, None) for _row in range(3)] == [1, 1, 1]


def test_what_one_has_no_room_for_another_gets_within_their_share():
    dealing = Dealing({1: 2, 2: 2}, {1: room({None: 0}), 2: room()}, beyond=False)
    assert [dealing.give(None, None) for _row in range(4)] == [2, 2, Full(1, None, 0), Full(1, None, 0)]


def test_who_cannot_receive_any_more_gets_nothing():
    assert Dealing({1: 2}, {}, beyond=False).give(None, None) is None


def test_counts_are_added_as_json_keeps_them():
    assert rules.added([[1, 2], [3, 1]], {1: 1, 4: 5}) == [[1, 3], [3, 1], [4, 5]]
