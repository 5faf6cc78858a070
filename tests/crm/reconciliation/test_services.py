"""Proposals, confirming, splitting, taking back, setting aside, and what becomes of matches when fees change."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.history import versions_of
from app.base.scope import unscoped
from app.crm.fees import services as fees
from app.crm.fees.models import Fee
from app.crm.reconciliation import queries, services
from app.crm.reconciliation.models import Line, Match, Payer
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import LIN, QIAN
from tests.crm.reconciliation.steps import (
    TODAY,
    a_line,
    a_paid_fee,
    booked,
    confirm,
    import_lines,
    matches,
    now,
    proposals,
)
from tests.factories import a_contact, a_customer

pytestmark = pytest.mark.usefixtures("in_app")
JIAHE = "新乡市佳禾食品商贸有限公司"


def state(fee):
    return services.matched_state([fee.id]).get(fee.id)


# ── proposals ──


@pytest.mark.parametrize(
    "payer",
    [
        JIAHE,
        "河南省新乡市佳禾食品商贸有限责任公司",
        "新鄉市佳禾食品商貿有限公司",
        "新乡佳禾商贸",
        "新乡市佳禾食品商贸有",
    ],
)
def test_a_payment_is_proposed_for_the_fee_of_its_payer(payer):
    fee = a_paid_fee()
    a_paid_fee("开封汴京文旅发展有限公司")
    line = a_line("12800", payer)
    assert (proposals(line), now(line).state, now(line).customer_id) == ([fee.id], "proposed", fee.customer_id)
    assert (state(fee), now(line).points >= 82) == ("suggested", True)


def test_a_fee_that_is_entered_after_its_payment_is_proposed_then():
    line = a_line("12800", JIAHE)
    assert now(line).state == "unmatched"
    fee = a_paid_fee()
    assert (proposals(line), now(line).state) == ([fee.id], "proposed")


def test_a_person_known_at_the_customer_pays_for_it():
    fee = a_paid_fee(about={"legal_person": "佳小禾"})
    assert proposals(a_line("12800", "佳小禾")) == [fee.id]
    other = a_paid_fee("洛阳恒泰精密机械有限公司", "6400")
    with acting(SYSTEM):
        customer = other.customer
    a_contact(customer=customer, name="泰经理", phones=("+8613800138009",))
    assert proposals(a_line("6400", "泰经理")) == [other.id]


def test_amount_and_day_alone_prove_nothing():
    fee = a_paid_fee()
    line = a_line("12800", "王陌生")
    assert (proposals(line), proposals(line, chosen=False), now(line).state) == ([], [fee.id], "unmatched")


def test_the_summary_may_name_the_fee_or_the_customer():
    fee = a_paid_fee()
    assert proposals(a_line("12800", "王陌生", summary=f"付{fee.number}")) == [fee.id]
    other = a_paid_fee("洛阳恒泰精密机械有限公司", "6400")
    assert proposals(a_line("6400", "王陌生", summary="代洛阳恒泰精密机械有限公司付")) == [other.id]


def test_between_equals_nobody_guesses():
    customer = a_customer(name=JIAHE).id
    first, second = a_paid_fee(customer=customer), a_paid_fee(customer=customer)
    line = a_line("12800", JIAHE)
    assert (proposals(line), proposals(line, chosen=False)) == ([], [first.id, second.id])
    assert (now(line).state, now(line).has_several) == ("unmatched", True)
    confirm(line, second)
    assert (now(line).state, now(line).has_several) == ("matched", False)


def test_no_fee_is_proposed_twice():
    fee = a_paid_fee()
    one, two = import_lines(booked("12800", JIAHE, serial="A0000001"), booked("12800", JIAHE, serial="A0000002"))
    assert proposals(one) == proposals(two) == []
    assert state(fee) == "expected"
    confirm(one, fee)
    assert now(two).state == "unmatched"


def test_one_payment_of_several_fees_and_several_payments_of_one():
    customer = a_customer(name=JIAHE).id
    both = [a_paid_fee(customer=customer, amount=amount) for amount in ("3600", "980.50")]
    line = a_line("4580.50", JIAHE)
    assert proposals(line) == sorted(fee.id for fee in both)
    whole = a_paid_fee("洛阳恒泰精密机械有限公司", "7000")
    parts = import_lines(booked("3000", "洛阳恒泰精密机械有限公司"), booked("4000", "洛阳恒泰精密机械有限公司"))
    assert [proposals(part) for part in parts] == [[whole.id], [whole.id]]


def test_money_out_is_for_refunds():
    fee = a_paid_fee(state="approved")
    with acting(LIN.actor) as actor:
        back = fees.refund(db.session.get_one(Fee, fee.id), Decimal(800), "多付", actor)
    assert proposals(a_line("-800", JIAHE)) == [back.id]


# ── confirming ──


def test_confirming_matches_and_approves_nothing():
    fee = a_paid_fee()
    line = a_line("12800", JIAHE)
    confirm(line, fee)
    assert (now(line).state, matches(line), state(fee)) == ("matched", {fee.id: Decimal(12800)}, "paid")
    assert (now(line).decided_by_id, proposals(line)) == (QIAN.id, [])
    with acting(SYSTEM):
        assert db.session.get_one(Fee, fee.id).state == "unreviewed"
    with pytest.raises(WrongState, match="matched already"):
        confirm(now(line), fee)


def test_the_parts_make_up_the_line():
    customer = a_customer(name=JIAHE).id
    first, second = (a_paid_fee(customer=customer, amount=amount) for amount in ("3600", "980"))
    line = a_line("4000", JIAHE)
    for amounts, sentence in (
        ({}, "come to"),
        ({f"f{first.id}": "3000", f"f{second.id}": "1000"}, "only .*980.00 are still open"),
        ({f"f{first.id}": "-3600", f"f{second.id}": "980"}, "same sign"),
        ({f"f{first.id}": "3020", f"f{second.id}": "0"}, "same sign"),
    ):
        with pytest.raises(Invalid, match=sentence):
            confirm(now(line), first, second, **amounts)
    with pytest.raises(Invalid, match="at least one fee"):
        confirm(now(line))
    confirm(now(line), first, second, **{f"f{first.id}": "3020"})
    assert (state(first), state(second)) == ("in_part", "paid")


def test_a_fee_gets_its_money_once():
    fee = a_paid_fee()
    confirm(a_line("12800", JIAHE), fee)
    other = a_line("12800", "洛阳恒泰精密机械有限公司")
    with pytest.raises(WrongState, match="another bank line"):
        confirm(other, fee)


@pytest.mark.parametrize("how", ["void", "reject", "reverse"])
def test_no_money_belongs_to_what_is_void_rejected_or_reverses(how):
    fee = a_paid_fee(state="approved" if how == "reverse" else "unreviewed")
    with acting(LIN.actor) as actor:
        record = db.session.get_one(Fee, fee.id)
        if how == "void":
            fees.void(record, "输错", actor=actor)
        if how == "reverse":
            fee = fees.reverse(record, "输错", actor)
    if how == "reject":
        with acting(QIAN.actor) as actor:
            fees.reject([fee.id], "amount_differs", "", actor)
    line = a_line("-12800" if how == "reverse" else "12800", JIAHE)
    assert proposals(line) == proposals(line, chosen=False) == []
    with pytest.raises(WrongState, match="rejected, void or reversed"):
        confirm(line, fee)
    assert state(fee) is None


def test_taking_back_frees_the_fee_and_proposes_it_again():
    fee = a_paid_fee()
    line = a_line("12800", JIAHE)
    confirm(line, fee)
    with acting(QIAN.actor) as actor:
        services.take_back(now(line), actor=actor)
        assert (now(line).state, matches(line), state(fee)) == ("proposed", {}, "suggested")
        with pytest.raises(WrongState, match="only a proposal"):
            services.take_back(now(line), actor=actor)
    with unscoped("a test looks"):
        kept = versions_of(Match).__table__
        told = [row.operation_type for row in db.session.execute(select(kept).where(kept.c.line_id == line.id))]
        states = versions_of(Line).__table__
        found = select(states.c.state).where(states.c.id == line.id).order_by(states.c.transaction_id)
        assert list(db.session.scalars(found)) == ["unmatched", "proposed", "matched", "proposed"]
    assert sorted(told) == [0, 2]


@pytest.mark.parametrize("how", ["proposed", "confirmed", "taken back", "set aside"])
def test_what_stands_on_a_fee_is_what_its_lines_say(how):
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    if how in ("confirmed", "taken back"):
        confirm(line, fee)
    with acting(QIAN.actor) as actor:
        if how == "taken back":
            services.take_back(now(line), actor=actor)
        if how == "set aside":
            services.ignore(now(line), {"reason": "not_fee"}, actor=actor)
    with acting(SYSTEM):
        db.session.expire_all()
        assert db.session.get_one(Fee, fee.id).bank_state == state(fee)


# ── learning ──


def test_a_payer_is_learned_and_forgotten():
    customer = a_customer(name=JIAHE).id
    first, second = (
        a_paid_fee(customer=customer, amount=amount, received_on=TODAY - timedelta(days=days))
        for amount, days in (("3600", 30), ("6400", 0))
    )
    stranger = a_line("3600", "禾记大药房", on=TODAY - timedelta(days=30))
    waiting = a_line("6400", "禾记大药房")
    assert proposals(waiting) == []
    confirm(stranger, first)
    with acting(QIAN.actor) as actor:
        assert list(queries.learned_for("禾记大药房")) == [customer]
        services.propose([waiting.id], actor=actor)
        assert proposals(waiting) == [second.id]
        services.take_back(now(stranger), actor=actor)
        assert list(queries.learned_for("禾记大药房")) == []
        services.propose([waiting.id], actor=actor)
    assert proposals(waiting) == []


def test_nothing_is_learned_from_who_hands_on_money_or_from_the_customer_itself():
    fee, other = a_paid_fee(), a_paid_fee("洛阳恒泰精密机械有限公司", "6400")
    confirm(a_line("12800", "财付通支付科技有限公司"), fee)
    confirm(a_line("6400", "洛阳恒泰精密机械有限公司"), other)
    with acting(SYSTEM):
        assert list(db.session.scalars(select(Payer))) == []


def test_what_was_learned_can_be_forgotten():
    confirm(a_line("12800", "禾记大药房"), a_paid_fee())
    with acting(QIAN.actor) as actor:
        services.forget(db.session.scalars(select(Payer)).one(), actor=actor)
        assert list(queries.learned_for("禾记大药房")) == []


# ── setting aside ──


def test_a_line_is_set_aside_with_a_reason_and_taken_up_again():
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    with acting(QIAN.actor) as actor:
        with pytest.raises(InvalidFields, match="choose a reason"):
            services.ignore(line, {}, actor=actor)
        with pytest.raises(InvalidFields, match="in words"):
            services.ignore(line, {"reason": "other"}, actor=actor)
        services.ignore(line, {"reason": "not_fee"}, actor=actor)
        assert (now(line).state, proposals(line), state(fee)) == ("ignored", [], "expected")
        with pytest.raises(WrongState, match="set aside"):
            services.ignore(now(line), {"reason": "not_fee"}, actor=actor)
        with pytest.raises(WrongState, match="set aside"):
            services.confirm(now(line), {fee.id: Decimal(12800)}, actor=actor)
        services.take_up(now(line), actor=actor)
    assert (now(line).state, now(line).reason, proposals(line)) == ("proposed", None, [fee.id])


# ── when fees change ──


def told(person=QIAN):
    with unscoped("a test looks"):
        wanted = select(Message.params).where(Message.recipient_id == person.id, Message.kind == "bank_match_fell")
        return list(db.session.scalars(wanted))


def test_a_match_whose_fee_is_changed_falls_back_and_finance_is_told():
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    confirm(line, fee)
    with acting(LIN.actor) as actor:
        record = db.session.get_one(Fee, fee.id)
        fees.change(record, {"amount": Decimal(15800)}, actor=actor, revision=record.revision)
    assert (now(line).state, state(fee)) == ("again", "look_again")
    assert [one["count"] for one in told()] == [1]
    with pytest.raises(Invalid, match="are left over"):
        confirm(now(line), fee, **{f"f{fee.id}": "12000"})
    confirm(now(line), fee, **{f"f{fee.id}": "12800"})
    assert (now(line).state, state(fee)) == ("matched", "in_part")


def test_notes_and_approval_leave_a_match_alone():
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    confirm(line, fee)
    with acting(LIN.actor) as actor:
        record = db.session.get_one(Fee, fee.id)
        fees.change(record, {"notes": "补充说明"}, actor=actor, revision=record.revision)
    with acting(QIAN.actor) as actor:
        assert fees.approve([fee.id], "", actor).changed == [fee.id]
    assert (now(line).state, told()) == ("matched", [])


@pytest.mark.parametrize("how", ["void", "reject", "reverse"])
def test_a_match_falls_back_with_what_happens_to_its_fee(how):
    fee = a_paid_fee(state="approved" if how == "reverse" else "unreviewed")
    line = a_line("12800", JIAHE)
    confirm(line, fee)
    if how == "reject":
        with acting(QIAN.actor) as actor:
            fees.reject([fee.id], "amount_differs", "", actor)
    else:
        with acting(LIN.actor) as actor:
            record = db.session.get_one(Fee, fee.id)
            made = fees.void(record, "输错", actor=actor) if how == "void" else fees.reverse(record, "输错", actor)
        if how == "reverse":
            assert now(line).state == "matched"
            with acting(QIAN.actor) as actor:
                fees.approve([made.id], "", actor)
    assert now(line).state == "again"
    with pytest.raises(WrongState, match="rejected, void or reversed"):
        confirm(now(line), fee)
    with acting(QIAN.actor) as actor:
        services.take_back(now(line), actor=actor)
    assert (now(line).state, matches(line)) == ("unmatched", {})


def test_a_proposal_follows_its_fee():
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    with acting(LIN.actor) as actor:
        record = db.session.get_one(Fee, fee.id)
        fees.change(record, {"amount": Decimal(9000)}, actor=actor, revision=record.revision)
        assert (now(line).state, proposals(line)) == ("unmatched", [])
        record = db.session.get_one(Fee, fee.id)
        fees.change(record, {"amount": Decimal(12800)}, actor=actor, revision=record.revision)
    assert (now(line).state, proposals(line)) == ("proposed", [fee.id])
