"""The life of an opportunity, cell by cell, and what it must be."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.sales.opportunities import rules
from app.sales.opportunities.rules import LOST, OPEN, WON, Phase

TODAY = date(2026, 11, 26)
#: verb → state → where it leads; None: refused.
CELLS = {
    "move": {OPEN: OPEN, WON: None, LOST: None},
    "win": {OPEN: WON, WON: None, LOST: None},
    "lose": {OPEN: LOST, WON: None, LOST: None},
    "reopen": {OPEN: None, WON: OPEN, LOST: OPEN},
}


@pytest.mark.parametrize(("verb", "state"), [(verb, state) for verb in CELLS for state in Phase])
def test_every_verb_in_every_state(verb, state):
    wanted = CELLS[verb][state]
    if wanted is not None:
        assert rules.LIFECYCLE.after(verb, state) == wanted
        return
    with pytest.raises(WrongState, match="This opportunity is"):
        rules.LIFECYCLE.after(verb, state)


@pytest.mark.parametrize(
    ("amount", "percent", "worth"),
    [
        (Decimal("100.00"), 10, "10.00"),
        (Decimal("0.05"), 10, "0.01"),
        (Decimal("0.04"), 10, "0.00"),
        (None, 50, "0.00"),
        (Decimal("9999999999.99"), 100, "9999999999.99"),
    ],
)
def test_the_weighted_amount_is_rounded_half_up(amount, percent, worth):
    assert rules.weighted(amount, percent) == Decimal(worth)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"title": "甲", "probability": 0}, set()),
        ({"title": "甲", "probability": 100}, set()),
        ({"title": "甲", "probability": 101}, {"probability"}),
        ({"title": "甲", "probability": -1}, {"probability"}),
        ({"title": ""}, {"title"}),
    ],
)
def test_it_has_a_title_and_a_probability_between_0_and_100(values, fields):
    if not fields:
        rules.check(values)
        return
    with pytest.raises(InvalidFields) as refused:
        rules.check(values)
    assert set(refused.value.problems) == fields


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"amount": Decimal(0), "closed_on": TODAY}, set()),
        ({"closed_on": TODAY}, {"amount"}),
        ({"amount": Decimal(1)}, {"closed_on"}),
        ({"amount": Decimal(1), "closed_on": TODAY + timedelta(days=1)}, {"closed_on"}),
    ],
)
def test_it_is_won_for_an_amount_on_a_day_that_is_not_ahead(values, fields):
    if not fields:
        rules.check_won(values, today=TODAY)
        return
    with pytest.raises(InvalidFields) as refused:
        rules.check_won(values, today=TODAY)
    assert set(refused.value.problems) == fields


def test_it_is_lost_for_a_reason():
    rules.check_lost({"loss_reason": "price"})
    with pytest.raises(InvalidFields, match="Say why"):
        rules.check_lost({"loss_words": "太贵"})


@pytest.mark.parametrize("state", list(Phase))
@pytest.mark.parametrize(
    "name", ["amount", "probability", "expected_on", "product", "owner", "title", "notes", "contact"]
)
def test_what_a_decided_one_says_of_its_deal_is_settled(state, name):
    if state == OPEN or name in rules.AFTERWARDS:
        rules.check_changed([name], state=state)
        return
    with pytest.raises(WrongState, match="Reopen it first"):
        rules.check_changed([name], state=state)


def stage(**given):
    return SimpleNamespace(**({"code": "b", "phase": "open", "is_active": True} | given))


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"phase": "won"}, Invalid, "buttons of their own"),
        ({"is_active": False}, Invalid, "out of use"),
        ({"code": "a"}, WrongState, "stands in this stage"),
    ],
)
def test_it_moves_to_another_open_stage_in_use(given, kind, said):
    rules.check_stage(stage(), OPEN, now="a")
    with pytest.raises(kind, match=said):
        rules.check_stage(stage(**given), OPEN, now="a")


@pytest.mark.parametrize(
    ("phase", "probability", "passes"),
    [
        ("open", 55, True),
        ("won", 100, True),
        ("won", 90, False),
        ("lost", 0, True),
        ("lost", 1, False),
        ("open", None, False),
    ],
)
def test_a_stage_has_the_probability_of_its_phase(phase, probability, passes):
    values = {"name_zh_hans": "甲", "phase": phase, "probability": probability}
    if passes:
        rules.check_new_stage(values)
        return
    with pytest.raises(InvalidFields):
        rules.check_new_stage(values)


def test_every_phase_keeps_a_stage_and_a_stage_its_phase():
    rules.check_phases_left(["open", "won", "lost"])
    for gone in Phase:
        with pytest.raises(Invalid, match="stays in use"):
            rules.check_phases_left([one for one in Phase if one != gone])
    rules.check_phase_kept("open", "open")
    with pytest.raises(InvalidFields, match="keeps its phase"):
        rules.check_phase_kept("open", "won")


def test_the_seeds_pass_their_own_rules():
    for one in rules.SEEDS:
        rules.check_new_stage(one._asdict())
    rules.check_phases_left([one.phase for one in rules.SEEDS])


@pytest.mark.parametrize(("is_deleted", "may_write", "kind"), [(True, True, WrongState), (False, False, NotAllowed)])
def test_only_a_living_customer_of_ones_own_is_sold_to(is_deleted, may_write, kind):
    rules.check_writable(is_deleted=False, may_write=True)
    with pytest.raises(kind):
        rules.check_writable(is_deleted=is_deleted, may_write=may_write)
