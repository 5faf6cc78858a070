"""Entering a fee, correcting it, and what is decided on it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Doubtful, Invalid, InvalidFields, NotAllowed, WrongState
from app.base.history import versions_of
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.fees import queries, services
from app.crm.fees.models import Fee
from app.crm.products.queries import Product
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import ANRAN, EVE, LIN, MEI, QIAN, SAM
from tests.factories import a_customer, a_fee, a_product

pytestmark = pytest.mark.usefixtures("in_app")
A_DAY = timedelta(days=1)


def again(fee):
    db.session.expire_all()
    with unscoped("a test looks"):
        return db.session.get_one(Fee, fee.id)


def problems(refused):
    return {name: str(sentence) for name, sentence in refused.value.problems.items()}


def told(person):
    rows = select(Message.kind, Message.params).where(Message.recipient_id == person.id).order_by(Message.id)
    with unscoped("a test looks"):
        return [(kind, params) for kind, params in db.session.execute(rows)]


def said(refused):
    return {key: str(sentence) for key, sentence in refused.items()}


def entered(actor, **given):
    values = {"product": a_product(code="X-1").id, "amount": Decimal(100), "received_on": clock.today()} | given
    return services.record(customers.by_id(a_customer().id), values, actor=actor)


# ── entering ──


def test_a_fee_gets_the_next_number_of_its_month_counts_to_its_author_and_waits():
    day = clock.today()

    first = a_fee()
    second = a_fee(customer=first.customer_id)

    assert [fee.number for fee in (first, second)] == [f"FW-{day:%Y%m}-000001", f"FW-{day:%Y%m}-000002"]
    assert (first.state, first.source, first.entered_by_id, first.agent_id) == ("unreviewed", "entered", LIN.id, LIN.id)
    assert first.department_id == LIN.department_id


def test_each_month_has_a_series_of_its_own():
    day = clock.today().replace(day=1) - A_DAY

    a_fee()

    assert a_fee(customer=a_customer(phone="+8637165009999").id, received_on=day).number == f"FW-{day:%Y%m}-000001"


def test_a_refused_entry_takes_no_number():
    with acting(LIN.actor) as lin, pytest.raises(InvalidFields):
        entered(lin, amount=Decimal(0))

    assert a_fee(customer=a_customer(phone="+8637165009999").id).number.endswith("-000001")


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({"amount": None}, "amount", "more than 0"),
        ({"amount": Decimal(-1)}, "amount", "more than 0"),
        ({"received_on": clock.today() + A_DAY * 2}, "received_on", "still to come"),
        ({"product": None}, "product", "fill this in"),
        ({"product": 999_999}, "product", "not offered any more"),
        ({"period_from": clock.today(), "period_to": clock.today() - A_DAY}, "period_to", "before it begins"),
        ({"period_to": clock.today()}, "period_from", "since when"),
        ({"period_from": clock.today()}, "period_to", "until when"),
        ({"agreed_amount": Decimal("99.99")}, "agreed_amount", "More was received"),
        ({"agent": MEI.id}, "agent", "counts to you"),
    ],
)
def test_what_cannot_be_meant_is_refused(given, name, words):
    with acting(LIN.actor) as lin, pytest.raises(InvalidFields) as refused:
        entered(lin, **given)

    assert words in problems(refused)[name]


def test_finance_enters_for_any_customer_and_says_to_whom_it_counts():
    with acting(QIAN.actor) as qian:
        fee = entered(qian, agent=MEI.id)

    assert (fee.entered_by_id, fee.agent_id, fee.department_id) == (QIAN.id, MEI.id, MEI.department_id)


@pytest.mark.parametrize(("person", "words"), [(EVE, "not yours"), (SAM, "not enter any")])
def test_whose_customer_it_is_not_enters_nothing(person, words):
    customer, product = a_customer(), a_product()
    with acting(SYSTEM), unscoped("a test"):
        found = customers.by_id(customer.id)
        values = {"product": product.id, "amount": Decimal(1), "received_on": clock.today()}
        with pytest.raises(NotAllowed, match=words):
            services.record(found, values, actor=person.actor)


def test_finance_is_told_once_of_what_waits():
    a_fee()

    assert [kind for kind, _params in told(QIAN)] == ["approval_asked"]


def test_a_form_that_is_sent_twice_makes_one_fee():
    customer, product = a_customer(), a_product()
    values = {"product": product.id, "amount": Decimal(5), "received_on": clock.today()}
    with acting(LIN.actor) as lin:
        made = [services.record(customers.by_id(customer.id), values, actor=lin, token="t-1") for _n in range(2)]

        assert made[0].id == made[1].id
        assert db.session.scalar(select(func.count(Fee.id))) == 1


def test_the_form_of_somebody_else_makes_nothing():
    customer, product = a_customer(), a_product()
    values = {"product": product.id, "amount": Decimal(5), "received_on": clock.today()}
    with acting(LIN.actor) as lin:
        services.record(customers.by_id(customer.id), values, actor=lin, token="t-1")
    with acting(QIAN.actor) as qian, pytest.raises(Invalid, match="open for too long"):
        services.record(customers.by_id(customer.id), values, actor=qian, token="t-1")


def test_the_same_amount_again_wants_a_second_yes():
    before = a_fee(received_on=clock.today() - A_DAY * 7)
    values = {"product": before.product_id, "amount": before.amount, "received_on": clock.today()}
    with acting(LIN.actor) as lin:
        customer = customers.by_id(before.customer_id)
        with pytest.raises(Doubtful) as doubt:
            services.record(customer, values, actor=lin, despite=())
        assert doubt.value.keys == [before.id]
        assert services.record(customer, values, actor=lin, despite=doubt.value.keys).id


@pytest.mark.parametrize("given", [{"amount": Decimal("12800.01")}, {"received_on": clock.today() - A_DAY * 8}])
def test_another_amount_or_another_week_is_not_doubted(given):
    before = a_fee(**given)
    values = {"product": before.product_id, "amount": Decimal(12800), "received_on": clock.today()}
    with acting(LIN.actor) as lin:
        assert services.record(customers.by_id(before.customer_id), values, actor=lin, despite=())


# ── correcting ──


def test_a_correction_of_what_was_rejected_waits_again_and_finance_is_told():
    fee = a_fee(state="rejected")
    with acting(LIN.actor) as lin:
        fee = again(fee)
        services.change(fee, {"amount": Decimal(9000)}, actor=lin, revision=fee.revision)

    assert (again(fee).state, again(fee).amount, again(fee).reason) == ("unreviewed", Decimal(9000), None)
    assert [kind for kind, _params in told(QIAN)] == ["approval_asked", "approval_asked"]


@pytest.mark.parametrize("person", [QIAN, ANRAN, MEI])
def test_only_its_author_corrects_a_fee(person):
    fee = a_fee()
    with acting(SYSTEM), pytest.raises(NotAllowed, match="Only whoever entered"):
        services.change(again(fee), {"amount": Decimal(1)}, actor=person.actor, revision=None)


def test_an_approved_fee_is_locked():
    fee = a_fee(state="approved")
    with acting(LIN.actor) as lin, pytest.raises(WrongState, match="A reversing entry corrects it"):
        services.change(again(fee), {"amount": Decimal(1)}, actor=lin, revision=None)


def test_a_stale_form_is_refused():
    fee = a_fee()
    with acting(LIN.actor) as lin, pytest.raises(Conflict):
        services.change(again(fee), {"amount": Decimal(1)}, actor=lin, revision=fee.revision - 1)


def test_a_product_that_is_offered_no_more_may_stay():
    fee = a_fee()
    with acting(SYSTEM):
        db.session.get_one(Product, fee.product_id).is_active = False
        db.session.commit()
    with acting(LIN.actor) as lin:
        services.change(again(fee), {"amount": Decimal(7), "product": fee.product_id}, actor=lin, revision=None)

    assert again(fee).amount == Decimal(7)


# ── approving and rejecting ──


def test_an_approved_fee_is_decided_by_whom_and_when_and_its_agent_is_told():
    fee = a_fee()
    with acting(QIAN.actor) as qian:
        done = services.approve([fee.id], "Received.", qian)

    assert (done.changed, done.refused) == ([fee.id], {})
    assert (again(fee).state, again(fee).decided_by_id) == ("approved", QIAN.id)
    assert [kind for kind, _params in told(LIN)] == ["approval_approved"]


def test_to_whom_a_fee_counts_without_having_entered_it_hears_of_the_decision_too():
    with acting(QIAN.actor) as qian:
        fee = entered(qian, agent=MEI.id)
        services.void(fee, "For the test.", actor=qian)
    fee = a_fee(customer=fee.customer_id, amount=Decimal(5))
    with acting(SYSTEM):
        again(fee).agent_id = MEI.id
        db.session.commit()
    with acting(QIAN.actor) as qian:
        services.approve([fee.id], "Received.", qian)

    assert told(MEI) == [("fee_approved", {"note": "Received.", "number": fee.number, "amount": "¥5.00"})]


def test_nobody_approves_what_they_entered_or_what_counts_to_them():
    with acting(QIAN.actor) as qian:
        own = entered(qian)
        done = services.approve([own.id], "", qian)
        assert "entered themselves" in said(done.refused)[own.id]
    with acting(ANRAN.actor) as anran:
        theirs = a_fee(by=QIAN, agent=ANRAN.id, customer=own.customer_id)
        done = services.approve([theirs.id], "", anran)
        assert "counts to you" in said(done.refused)[theirs.id]


def test_what_was_changed_since_it_was_looked_at_is_left_alone():
    fee = a_fee()
    with acting(QIAN.actor) as qian:
        done = services.approve([fee.id], "", qian, seen={fee.id: fee.revision - 1})

    assert "look at it again" in said(done.refused)[fee.id]


def test_each_row_is_refused_by_itself():
    waiting, approved = a_fee(), None
    approved = a_fee(customer=waiting.customer_id, state="approved", amount=Decimal(3))
    with acting(QIAN.actor) as qian:
        done = services.approve([waiting.id, approved.id, 987_654], "", qian)

    assert done.changed == [waiting.id]
    assert {key: words[:20] for key, words in said(done.refused).items()} == {
        approved.id: "This fee is approved",
        987_654: "Not there any more, ",
    }


def test_a_rejection_says_why_and_tells_the_author():
    fee = a_fee()
    with acting(QIAN.actor) as qian:
        services.reject([fee.id], "payer_differs", "The bank names another.", qian)

    assert (again(fee).state, again(fee).reason) == ("rejected", "payer_differs")
    assert told(LIN)[-1][0] == "approval_rejected"


@pytest.mark.parametrize(
    ("reason", "text", "name"), [("", "", "reason"), ("nonsense", "", "reason"), ("other", " ", "text")]
)
def test_a_rejection_without_a_reason_is_none(reason, text, name):
    fee = a_fee()
    with acting(QIAN.actor) as qian, pytest.raises(InvalidFields) as refused:
        services.reject([fee.id], reason, text, qian)

    assert name in problems(refused)


def test_a_void_fee_keeps_its_number_and_says_why():
    fee = a_fee(state="rejected")
    with acting(LIN.actor) as lin:
        services.void(again(fee), "Entered twice.", actor=lin)

    assert (again(fee).state, again(fee).reason_text) == ("void", "Entered twice.")
    assert a_fee(customer=fee.customer_id).number.endswith("-000002")


def test_an_approved_fee_is_not_voided():
    fee = a_fee(state="approved")
    with acting(LIN.actor) as lin, pytest.raises(WrongState):
        services.void(again(fee), "Entered twice.", actor=lin)


def test_every_step_is_in_the_history():
    fee = a_fee(state="approved")
    table = versions_of(Fee).__table__
    with unscoped("a test looks"):
        rows = db.session.execute(select(table.c.state).where(table.c.id == fee.id).order_by(table.c.transaction_id))

    assert [state for (state,) in rows] == ["unreviewed", "approved"]
    assert queries.counted() is not None
