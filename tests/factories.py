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
from tests.cast import LIN


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
