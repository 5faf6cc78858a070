"""Rows for tests, made by the real services. A factory takes only what the test is about; the rest is sensible.

Call them inside an app context, or through the fixture ``saved``, which leaves no context open.
"""

from decimal import Decimal
from typing import Any

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.pool import services as pool
from app.extensions import db
from app.system.channels import services as channels
from tests.cast import LIN, QIAN, SAM


def a_customer(**given: Any) -> Any:
    """Save a company of Lin's. ``owner``: the id of a person of the cast, None for the pool."""
    values = {"name": "河南晨光商贸有限公司", "phone": "+8637165001234", "owner": LIN.id}
    with acting(SYSTEM):
        return customers.create(values | given, actor=SYSTEM)


def a_contact(**given: Any) -> Any:
    """Save a contact, of ``customer`` (a Customer) if one is given."""
    customer = given.pop("customer", None)
    with acting(SYSTEM):
        return customers.create_contact(
            {"name": "王小明", "phones": ("+8613800138000",)} | given, actor=SYSTEM, customer=customer
        )


def a_pool_customer(**given: Any) -> Any:
    """Save a company without an owner, of Lin's department."""
    with acting(SYSTEM):
        customer = a_customer(**({"name": "河南无主商贸有限公司", "owner": None} | given))
        customer.department_id = LIN.department_id
        db.session.commit()
        return customer


def a_pool(**given: Any) -> Any:
    """Save a pool. ``regions``, ``houses``, ``roles``, ``teams``, ``people``, ``hidden``: codes and ids, as texts."""
    values = {"name": "洛阳公海", "position": 1, "may_claim": True, "is_active": True}
    with acting(SYSTEM):
        return pool.create_pool(values | given, actor=SYSTEM)


def a_limit(**given: Any) -> Any:
    """Save a limit of what people hold; for everybody, unless somebody is named."""
    with acting(SYSTEM):
        return pool.create_limit({"most": 1} | given, actor=SYSTEM)


def a_followup(**given: Any) -> Any:
    """Record a follow-up of ``customer`` (an id), by ``by`` (a person of the cast, else Lin)."""
    from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
    from app.crm.followups import services as followups  # noqa: PLC0415

    by, key = given.pop("by", LIN), given.pop("customer")
    with acting(by.actor) as actor:
        customer = queries.by_id(key)
        assert customer is not None, "out of their scope"
        return followups.record(customer, {"progress": "interested"} | given, actor=actor)


def an_announcement(**given: Any) -> Any:
    """Write an announcement that nobody else sees yet, by ``by`` (a person of the cast, else Sam)."""
    from app.system.announcements import services as announcements  # noqa: PLC0415 - the models are loaded by then

    by = given.pop("by", SAM)
    with acting(by.actor) as actor:
        return announcements.create({"title": "国庆值班", "body": "按值班表上班。"} | given, actor=actor)


def a_letter(**given: Any) -> Any:
    """Send a letter by ``by`` (a person of the cast, else Sam), to Lin if nobody is named."""
    from app.system.letters import services as letters  # noqa: PLC0415 - the models are loaded by then

    by = given.pop("by", SAM)
    values = {"subject": "周五例会", "body": "改到下午三点。", "people": (LIN.id,)}
    with acting(by.actor) as actor:
        return letters.send(values | given, actor=actor)


def a_product(**given: Any) -> Any:
    """Save a product that is offered."""
    from app.crm.products import services as products  # noqa: PLC0415 - the models are loaded by then

    values = {"code": "CW-01", "name": "财务软件标准版", "category": "software", "price": Decimal("3980.00")}
    with acting(SYSTEM):
        return products.create(values | given, actor=SYSTEM)


def a_deal(**given: Any) -> Any:
    """Record a deal by hand of ``customer`` (an id), by ``by`` (a person of the cast, else Lin)."""
    from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
    from app.crm.deals import services as deals  # noqa: PLC0415

    by, key = given.pop("by", LIN), given.pop("customer")
    with acting(by.actor) as actor:
        customer = queries.by_id(key)
        assert customer is not None, "out of their scope"
        return deals.record(customer, {"dealt_on": clock.today(), "amount": Decimal(3980)} | given, actor=actor)


def a_fee(**given: Any) -> Any:
    """Enter a fee of ``customer`` (an id, else a new one of Lin's) for ``product`` (else a new one).

    ``by``: whoever enters it, of the cast, else Lin; ``state``: approved by Qian, or rejected by her, if it says so.
    """
    from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
    from app.crm.fees import services as fees  # noqa: PLC0415

    by, state = given.pop("by", LIN), given.pop("state", "unreviewed")
    customer = given.pop("customer", None) or a_customer().id
    product = given.pop("product", None) or _the_product()
    values = {"product": product, "amount": Decimal("12800.00"), "received_on": clock.today()} | given
    with acting(by.actor) as actor:
        found = queries.by_id(customer)
        assert found is not None, "out of their scope"
        fee = fees.record(found, values, actor=actor)
    if state != "unreviewed":
        with acting(QIAN.actor) as qian:
            done = (
                fees.approve([fee.id], "", qian)
                if state == "approved"
                else fees.reject([fee.id], "amount_differs", "", qian)
            )
            assert done.changed == [fee.id], done.refused
    return fee


def a_bank_line(**given: Any) -> Any:
    """Bring in a statement with one line. ``amount``, ``payer``, ``summary``: of the line; else a payment of a fee."""
    from tests.crm.reconciliation.steps import a_line  # noqa: PLC0415 - the models are loaded by then

    amount, payer = given.pop("amount", "12800"), given.pop("payer", "河南晨光商贸有限公司")
    return a_line(amount, payer, **given)


def _the_product() -> int:
    from app.crm.products import queries  # noqa: PLC0415 - the models are loaded by then

    with acting(SYSTEM):
        known = queries.by_codes(["FW-01"]).get("fw-01")
    year = {"name": "进销存年度服务", "category": None, "price": Decimal("12800.00"), "term_months": 12}
    return known or a_product(code="FW-01", **year).id


def a_mail_channel(**given: Any) -> Any:
    """Set up a mail channel that is switched off, past the check of its host."""
    values = {"name": "公司邮箱", "usual": "all", "host": "smtp.example.cn", "port": 465, "security": "tls"}
    with acting(SYSTEM):
        return channels.create("email", values | {"from_address": "crm@example.cn"} | given, actor=SYSTEM)


def a_template(**given: Any) -> Any:
    """Write other words for a kind of message."""
    values = {
        "kind": "own_rights",
        "family": "email",
        "language": "zh_Hans",
        "subject": "{name}：{title}",
        "body": "{link}",
    }
    with acting(SYSTEM):
        return channels.create_template(values | given, actor=SYSTEM)


def a_key_change(**given: Any) -> Any:
    """Let a change of key data of ``customer`` (an id, else a new one) wait, proposed by ``by`` (else Lin)."""
    from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
    from app.crm.keychanges import services as keychanges  # noqa: PLC0415

    by, key = given.pop("by", LIN), given.pop("customer", None)
    key = key or a_customer(legal_person="老王").id
    with acting(by.actor) as actor:
        customer = queries.by_id(key)
        assert customer is not None, "out of their scope"
        return keychanges.propose(customer, {"legal_person": "小王"} | given, actor=actor)


def an_opportunity(**given: Any) -> Any:
    """Make an opportunity of ``customer`` (an id), by ``by`` (a person of the cast, else Lin)."""
    from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
    from app.sales.opportunities import services as opportunities  # noqa: PLC0415

    by, key = given.pop("by", LIN), given.pop("customer")
    with acting(by.actor) as actor:
        customer = queries.by_id(key)
        assert customer is not None, "out of their scope"
        values = {"title": "财务软件三站点", "type": "software_sale", "amount": Decimal(6980)}
        return opportunities.create(customer, values | given, actor=actor)


def a_queue(**given: Any) -> Any:
    """Save a queue of 技术部. ``people``: the ids of those who work in it."""
    from app.desk.tickets.models import Queue, QueueMember  # noqa: PLC0415 - the models are loaded by then

    people = given.pop("people", ())
    with acting(SYSTEM):
        made = Queue(**({"name": "技术支持", "department_id": 7} | given))
        made.members = [QueueMember(employee_id=key) for key in people]
        db.session.add(made)
        db.session.commit()
        return made


def a_ticket(**given: Any) -> Any:
    """Open a ticket of ``customer`` (an id; a new company without one), by ``by`` (a person of the cast, else Lin)."""
    from app.crm.customers.models import Customer  # noqa: PLC0415 - the models are loaded by then
    from app.desk.tickets import services as tickets  # noqa: PLC0415

    by, key = given.pop("by", LIN), given.pop("customer", None)
    key = a_customer().id if key is None else key
    values = {
        "type": "after_sales",
        "title": "打印机不打印",
        "description": "打印机不打印，换过墨盒",
        "channel": "phone",
    }
    with acting(SYSTEM):
        customer = db.session.get_one(Customer, key)
    with acting(by.actor) as actor:
        return tickets.open_ticket(customer, values | given, actor=actor)
