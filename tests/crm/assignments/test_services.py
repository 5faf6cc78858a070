"""Assigning and recalling as runs: exact shares, limits, history, messages, taking back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.derived import set_derived
from app.base.errors import Invalid, InvalidFields, NotAllowed
from app.base.history import versions_of
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer, Holding
from app.extensions import db
from app.system.runs import queries as runs
from app.system.runs import services
from app.system.security import queries as people
from app.system.security import services as security
from tests.cast import DAI, EVE, GUO, LIN, MEI, QIAN, SAM
from tests.crm.assignments.steps import (
    assign,
    given_of,
    holders,
    limit,
    many,
    messages,
    plan_of,
    planned,
    recall,
    run_of,
    spells,
    taken_back,
)
from tests.factories import a_customer
from tests.system.cut_off import CutOffError, CutsOff
from tests.system.runs.steps import carried_out

pytestmark = pytest.mark.usefixtures("in_app")


def customer(key):
    with acting(SYSTEM):
        return db.session.get(Customer, key, populate_existing=True)


# ── assign ──


def test_ticked_customers_go_to_one_person_with_department_moment_and_history(app):
    keys = many(2, owner=None)
    run = assign(app, [MEI], ids=keys, words="新客户")
    assert (run.state, run.changed_count, run.refused_count) == ("done", 2, 0)
    given = customer(keys[0])
    assert (given.owner_id, given.department_id) == (MEI.id, MEI.department_id)
    assert clock.now() - given.assigned_at < timedelta(minutes=1)
    assert spells(keys[0]) == [(MEI.id, "manual", None)]
    kept = versions_of(Customer)
    with acting(SYSTEM):
        history = select(kept.owner_id).where(kept.id == keys[0]).order_by(kept.transaction_id)
        assert db.session.scalars(history).all() == [None, MEI.id]


def test_every_matching_customer_is_spread_evenly_over_several_transactions(app):
    many(11, owner=None)
    run = assign(app, [LIN, MEI, EVE])
    assert holders() == {LIN.id: 4, MEI.id: 4, EVE.id: 3}
    assert dict(run.given["got"]) == {LIN.id: 4, MEI.id: 4, EVE.id: 3}


def test_by_weight_and_by_load_keep_to_the_plan(app):
    many(7, owner=None)
    assign(app, [LIN, MEI], how="by_weight", weights="5:2")
    assert holders() == {LIN.id: 5, MEI.id: 2}
    more = [a_customer(name=f"新{n}", phone=f"+863716600{n:04}", owner=None).id for n in range(5)]
    assign(app, [LIN, MEI], how="by_load", ids=more)
    assert holders() == {LIN.id: 6, MEI.id: 6}


def test_spreading_again_moves_only_those_above_the_share(app):
    keys = many(6, owner=LIN.id)
    run = assign(app, [LIN, MEI])
    assert holders() == {LIN.id: 3, MEI.id: 3}
    assert (run.changed_count, run.refused_count) == (3, 0)
    assert sum(len(spells(key)) for key in keys) == 9


def test_the_plan_tells_who_holds_and_will_hold_how_many(app):
    many(5, owner=None)
    a_customer(name="旧的", phone="+8637166001234", owner=LIN.id)
    limit(LIN, 3)
    with acting(SYSTEM):
        keys = list(db.session.scalars(select(Customer.id).where(Customer.owner_id.is_(None))))
    plan, count = plan_of(app, given_of([LIN, MEI]), ids=keys)
    assert count == 5
    assert [[str(cell) for cell in line] for line in plan.lines] == [
        ["林晓", "1", "3", "4", "3"],
        ["梅芳", "0", "2", "2", "200"],
    ]
    assert [str(one) for one in plan.warnings] == ["林晓 may hold 3 customers: 1 will be left alone."]


def test_what_is_beyond_the_limit_is_left_alone_and_named(app):
    limit(LIN, 2)
    keys = many(5, owner=None)
    run = assign(app, [LIN], ids=keys)
    assert (run.changed_count, run.refused_count) == (2, 3)
    assert holders() == {LIN.id: 2, None: 3}
    assert reasons(run) == {"林晓 may hold 2 customers, and does."}


def test_a_limit_of_a_level_is_kept_and_named_and_foreseen(app):
    limit(LIN, 1, level="a")
    keys = [*many(2, owner=None, level="a"), a_customer(name="乙", phone="+8637166001234", owner=None, level="b").id]
    plan, _count = plan_of(app, given_of([LIN]), ids=keys)
    assert "some will be left alone" in str(plan.warnings[0])
    run = assign(app, [LIN], ids=keys)
    assert (run.changed_count, run.refused_count) == (2, 1)
    assert "of the level" in reasons(run).pop()


def test_a_supervisor_goes_beyond_the_limit_and_a_dispatcher_does_not(app):
    limit(LIN, 1)
    keys = many(3, owner=MEI.id)
    plan, _count = plan_of(app, given_of([LIN], beyond=True), ids=keys, who=SAM)
    assert [str(one) for one in plan.warnings] == ["林晓 may hold 1 customers and will hold 2 more than that."]
    with pytest.raises(NotAllowed, match="beyond the limit"):
        assign(app, [LIN], ids=keys, beyond=True)
    assert assign(app, [LIN], ids=keys, who=SAM, beyond=True).changed_count == 3


@pytest.mark.parametrize(
    ("receivers", "more", "words"),
    [
        ((), {}, "Choose who"),
        ((LIN, LIN), {}, "chosen twice"),
        ((QIAN,), {}, "no role that works on customers"),
        ((LIN, MEI), {"how": "by_weight", "weights": "1"}, "1 weights for 2 people"),
    ],
)
def test_receivers_that_cannot_be_meant_are_refused(app, receivers, more, words):
    keys = many(1, owner=None)
    with pytest.raises(Invalid, match=words):
        assign(app, receivers, ids=keys, **more)


def test_somebody_whose_account_is_disabled_receives_nothing(app):
    keys = many(1, owner=None)
    leave(LIN)
    with pytest.raises(Invalid, match="account of 林晓 is disabled"):
        assign(app, [LIN], ids=keys)


def leave(person):
    with acting(SYSTEM):
        security.disable(people.employee(person.id), actor=SYSTEM)


def reasons(run):
    """Return why rows were left alone."""
    with acting(SYSTEM):
        return {str(row.reason) for row in runs.left_alone(run.id, limit=99)}


def test_a_supervisor_gives_only_to_people_of_her_departments(app):
    keys = many(1, owner=LIN.id)
    with pytest.raises(NotAllowed, match="叶薇 does not belong to your department"):
        assign(app, [EVE], ids=keys, who=SAM)
    assert assign(app, [GUO], ids=keys, who=SAM).changed_count == 1


def test_who_is_disabled_in_the_middle_of_a_run_gets_no_more(app):
    keys = many(4, owner=None)
    run_id = planned(app, [LIN], ids=keys)
    leave(LIN)
    run = carried_out(run_id, DAI)
    assert (run.changed_count, run.refused_count) == (0, 4)
    assert reasons(run) == {"Nobody of those chosen can receive customers any more."}


@pytest.mark.parametrize("after", range(5))
def test_a_run_that_was_cut_off_goes_on_with_what_is_left_of_the_shares(app, after):
    many(8, owner=None)
    run_id = planned(app, [LIN, MEI], how="by_weight", weights="5:3")
    with acting(DAI.actor), pytest.raises(CutOffError):
        services.carry_out(run_id, CutsOff(DAI.actor, after=after))
    run = carried_out(run_id, DAI)
    assert holders() == {LIN.id: 5, MEI.id: 3}
    assert sorted(run.given["got"]) == [[LIN.id, 5], [MEI.id, 3]]
    assert messages(LIN) == [("customers_given", 5)]


# ── messages ──


def test_whoever_receives_is_told_once_per_run_and_whoever_gives_is_not(app):
    many(7, owner=None)
    run = assign(app, [LIN, MEI])
    assert (messages(LIN), messages(MEI), messages(DAI)) == ([("customers_given", 4)], [("customers_given", 3)], [])
    taken_back(run.id, DAI)
    assert messages(LIN) == [("customers_given", 4), ("assignment_undone", None)]


# ── recall ──


def test_recalled_customers_stand_in_the_pool_with_reason_and_words(app):
    keys = many(4)
    at = clock.now()
    plan_next(keys[:1], at)
    run = recall(app, ids=keys, words="三个月没联系")
    assert (run.changed_count, holders()) == (4, {None: 4})
    row = customer(keys[0])
    assert (row.department_id, row.assigned_at, row.next_contact_at) == (LIN.department_id, None, None)
    with acting(SYSTEM):
        spell = db.session.scalars(select(Holding).where(Holding.customer_id == keys[0])).one()
        assert (spell.ended_how, spell.reason, str(spell.words)) == ("recall", "poor_followup", "三个月没联系")
        assert spell.ended_by_id == DAI.id
    assert messages(LIN) == [("customers_recalled", 4)]


@transaction
def plan_next(keys, at):
    set_derived(Customer, keys, {"next_contact_at": at})


def test_what_nobody_holds_needs_no_recall(app):
    keys = many(2, owner=None)
    run = recall(app, ids=keys)
    assert (run.row_count, run.changed_count, run.refused_count) == (2, 0, 0)


def test_a_recall_says_why(app):
    with pytest.raises(InvalidFields, match="fill this in"):
        recall(app, ids=many(1), reason=None)


# ── taking back ──


def test_undo_gives_back_owner_department_and_moment_but_for_rows_edited_since(app):
    keys = many(4)
    before = customer(keys[0]).assigned_at
    run = assign(app, [EVE], ids=keys)
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, keys[3]), {"notes": "改过"}, actor=SYSTEM, revision=None)
    run = taken_back(run.id, DAI)
    assert (run.restored_count, run.kept_count) == (3, 1)
    row = customer(keys[0])
    assert (row.owner_id, row.department_id, row.assigned_at) == (LIN.id, LIN.department_id, before)
    assert spells(keys[0]) == [(LIN.id, "entered", "manual"), (EVE.id, "manual", "undo"), (LIN.id, "undo", None)]
    assert spells(keys[3])[-1] == (EVE.id, "manual", None)
    assert reasons(run) == {"Edited since."}


def test_a_supervisor_takes_her_recall_back_although_the_pool_is_not_hers_to_change(app):
    keys = many(3)
    run = recall(app, ids=keys, who=SAM)
    assert holders() == {None: 3}
    run = taken_back(run.id, SAM)
    assert (run.restored_count, run.kept_count, holders()) == (3, 0, {LIN.id: 3})


def test_a_run_is_the_business_of_whoever_may_change_the_rows(app):
    keys = [*many(2), a_customer(name="叶家", phone="+8637165009999", owner=EVE.id).id]
    run_id = planned(app, [MEI], ids=keys, who=SAM)
    run = carried_out(run_id, SAM)
    assert (run_of(run.id).row_count, holders()) == (2, {MEI.id: 2, EVE.id: 1})
