"""What belongs to another entry: reversals, refunds, further payments. And what a closed month keeps out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.base.scope import unscoped
from app.crm.fees import queries, services
from app.crm.fees.models import Closing, Fee
from app.extensions import db
from tests.cast import LIN, QIAN
from tests.crm.fees.test_services import again, problems, said
from tests.factories import a_fee

pytestmark = pytest.mark.usefixtures("in_app")


def by(person):
    return acting(person.actor)


def approved(fee):
    with by(QIAN) as qian:
        return services.approve([fee.id], "", qian)


def counted():
    with unscoped("a test sums"):
        return db.session.scalar(select(func.sum(Fee.amount)).where(queries.counted(Fee.__table__)))


def closed(month):
    with acting(SYSTEM):
        db.session.add(Closing(month=month.replace(day=1), counted=0, total=Decimal(0)))
        db.session.commit()


# ── reversing ──


def test_a_reversing_entry_waits_and_once_approved_both_come_to_nothing():
    fee = a_fee(state="approved")
    with by(LIN) as lin:
        made = services.reverse(again(fee), "Wrong customer.", lin)
    assert (made.amount, made.state, made.source, again(fee).state) == (
        Decimal("-12800.00"),
        "unreviewed",
        "reversal",
        "approved",
    )
    assert counted() == Decimal("12800.00")

    assert approved(made).changed == [made.id]

    assert again(fee).state == "reversed"
    assert counted() == 0


def test_only_what_is_approved_is_reversed_and_only_once_at_a_time():
    waiting = a_fee()
    fee = a_fee(customer=waiting.customer_id, state="approved", amount=Decimal(3))
    with by(LIN) as lin:
        with pytest.raises(WrongState, match="not been reviewed"):
            services.reverse(again(waiting), "Why not.", lin)
        made = services.reverse(again(fee), "Wrong.", lin)
        with pytest.raises(WrongState, match="being reversed already"):
            services.reverse(again(fee), "Wrong.", lin)
        services.void(again(made), "No, it was right.", actor=lin)
        assert services.reverse(again(fee), "It was wrong.", lin).id


def test_a_reversal_says_why():
    fee = a_fee(state="approved")
    with by(LIN) as lin, pytest.raises(InvalidFields):
        services.reverse(again(fee), "  ", lin)


def test_a_reversing_entry_keeps_its_amount_when_it_is_corrected():
    fee = a_fee(state="approved")
    with by(LIN) as lin:
        made = services.reverse(again(fee), "Wrong customer.", lin)
        services.change(again(made), {"amount": Decimal(1), "notes": "See the letter."}, actor=lin, revision=None)

    assert (again(made).amount, again(made).notes) == (Decimal("-12800.00"), "See the letter.")
    assert again(made).reason_text == "Wrong customer."


# ── giving back ──


def test_no_more_is_given_back_than_was_received():
    fee = a_fee(state="approved", amount=Decimal(100))
    with by(LIN) as lin:
        services.refund(again(fee), Decimal(60), "Two months less.", lin)
        with pytest.raises(InvalidFields) as refused:
            services.refund(again(fee), Decimal("40.01"), "More.", lin)
        assert services.refund(again(fee), Decimal(40), "The rest.", lin).amount == Decimal(-40)

    assert "At most 40.00" in problems(refused)["amount"]


def test_what_was_given_back_of_is_not_reversed_and_the_other_way_round():
    fee = a_fee(state="approved", amount=Decimal(100))
    with by(LIN) as lin:
        back = services.refund(again(fee), Decimal(60), "Two months less.", lin)
        with pytest.raises(WrongState, match="given back"):
            services.reverse(again(fee), "Wrong.", lin)
        services.void(again(back), "No.", actor=lin)
        services.reverse(again(fee), "Wrong.", lin)
        with pytest.raises(WrongState, match="being reversed"):
            services.refund(again(fee), Decimal(1), "One.", lin)


def test_a_refund_of_what_is_reversed_meanwhile_is_not_approved():
    fee = a_fee(state="approved", amount=Decimal(100))
    with by(LIN) as lin:
        back = services.refund(again(fee), Decimal(60), "Two months less.", lin)
    with acting(SYSTEM):
        again(fee).state = "reversed"
        db.session.commit()

    assert "belongs to is not approved" in said(approved(back).refused)[back.id]


# ── paying in parts ──


def test_later_payments_never_exceed_what_was_agreed():
    fee = a_fee(amount=Decimal(300), agreed_amount=Decimal(1000))
    with by(LIN) as lin:
        part = services.further_payment(again(fee), {"amount": Decimal(600)}, lin)
        assert queries.open_amount(again(fee)) == Decimal(100)
        with pytest.raises(InvalidFields) as refused:
            services.further_payment(again(part), {"amount": Decimal("100.01")}, lin)
        assert services.further_payment(again(part), {"amount": Decimal(100)}, lin).part_of_id == fee.id

    assert "Only 100.00" in problems(refused)["amount"]


def test_what_was_paid_on_is_neither_voided_nor_agreed_below():
    fee = a_fee(amount=Decimal(300), agreed_amount=Decimal(1000))
    with by(LIN) as lin:
        services.further_payment(again(fee), {"amount": Decimal(600)}, lin)
        with pytest.raises(WrongState, match="Further payments belong"):
            services.void(again(fee), "No.", actor=lin)
        with pytest.raises(InvalidFields) as refused:
            services.change(again(fee), {"agreed_amount": Decimal("899.99")}, actor=lin, revision=None)
        services.change(again(fee), {"agreed_amount": Decimal(900)}, actor=lin, revision=None)

    assert "900.00 was received" in problems(refused)["agreed_amount"]


def test_without_a_larger_agreed_amount_nothing_is_open():
    fee = a_fee()
    with by(LIN) as lin, pytest.raises(WrongState, match="Nothing is open"):
        services.further_payment(again(fee), {"amount": Decimal(1)}, lin)


def test_a_part_is_approved_only_with_or_after_the_first_payment():
    fee = a_fee(amount=Decimal(300), agreed_amount=Decimal(1000))
    with by(LIN) as lin:
        part = services.further_payment(again(fee), {"amount": Decimal(600)}, lin)

    assert "belongs to is not approved" in said(approved(part).refused)[part.id]
    with by(QIAN) as qian:
        assert services.approve([part.id, fee.id], "", qian).changed == [fee.id, part.id]


# ── closed months ──


@pytest.mark.parametrize("verb", ["record", "change", "move", "approve", "reject", "void"])
def test_a_closed_month_keeps_everything_out(verb):
    day = clock.today().replace(day=1) - timedelta(days=1)
    fee = a_fee(received_on=day)
    other = a_fee(customer=fee.customer_id, amount=Decimal(9))
    closed(day)
    verbs = {
        "record": lambda _actor: a_fee(customer=fee.customer_id, received_on=day),
        "change": lambda actor: services.change(again(fee), {"notes": "x"}, actor=actor, revision=None),
        "move": lambda actor: services.change(again(other), {"received_on": day}, actor=actor, revision=None),
        "void": lambda actor: services.void(again(fee), "x", actor=actor),
    }
    if verb in verbs:
        with by(LIN) as lin, pytest.raises(NotAllowed, match="is closed"):
            verbs[verb](lin)
        return
    with by(QIAN) as qian:
        decide = {"approve": ("",), "reject": ("amount_differs", "")}[verb]
        done = getattr(services, verb)([fee.id], *decide, qian)
    assert "is closed" in said(done.refused)[fee.id]


def test_what_was_received_in_a_closed_month_is_reversed_in_an_open_one():
    day = clock.today().replace(day=1) - timedelta(days=1)
    fee = a_fee(received_on=day, state="approved")
    closed(day)
    with by(LIN) as lin:
        with pytest.raises(NotAllowed, match="is closed"):
            services.reverse(again(fee), "Wrong.", lin, on=day)
        made = services.reverse(again(fee), "Wrong.", lin)

    assert approved(made).changed == [made.id]
    assert (again(made).received_on, again(fee).state) == (clock.today(), "reversed")
