"""Rows for tests, made by the real services. A factory takes only what the test is about; the rest is sensible.

Call them inside an app context, or through the fixture ``saved``, which leaves no context open.
"""

from typing import Any

from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
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


def a_followup(**given: Any) -> Any:
    """Record a follow-up of ``customer`` (an id), by ``by`` (a person of the cast, else Lin)."""
    from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
    from app.crm.followups import services as followups  # noqa: PLC0415

    by, key = given.pop("by", LIN), given.pop("customer")
    with acting(by.actor) as actor:
        customer = queries.by_id(key)
        assert customer is not None, "out of their scope"
        return followups.record(customer, {"progress": "interested"} | given, actor=actor)
