"""What fees can be asked for of their customers and of approvals, and customers of their fees."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, FromClause, and_, false, select

from app.base.actor import current_actor
from app.base.choices import Item
from app.base.fields import Choice, Date, Link, Money, Name, Reckoned, Related, add_filters
from app.base.i18n import _
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.system.approvals import queries as approvals

ROWS, PARENTS = Fee.__table__, Customer.__table__
FOR_ME = "me"


def parents(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the customers of fees that whoever asks may see, and what joins them."""
    rows, actor = PARENTS.alias(), current_actor()
    seen = customers.SCOPE.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.id == table.c.customer_id, seen)


def children(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the fees of customers that whoever asks may see, and what joins them."""
    rows, actor = ROWS.alias(), current_actor()
    seen = Fee.__scope__.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.customer_id == table.c.id, seen)


def waits(table: FromClause, code: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a fee waits for whoever asks."""
    actor = current_actor()
    if actor is None or code == "empty" or FOR_ME not in values:
        return false()
    return table.c.id.in_(select(approvals.waiting_for(services.CODE, actor).subquery().c[0]))


def who_waits() -> tuple[Item, ...]:
    """Return for whom a fee may wait, as a filter asks it."""
    return (Item(FOR_ME, str(_("Me"))),)


OF_FEES = (
    *(
        Related(inner.label, name=name, column=column, inner=inner, path=parents)
        for name, column, inner in (
            ("customer_name", "name", Name(_("Customer name"))),
            ("customer_level", "level", Choice(_("Level of the customer"), dictionary="customer_level")),
            ("customer_owner", "owner_id", Link(_("Owner of the customer"), to="employee")),
        )
    ),
    Reckoned(
        _("Waits for"),
        name="waits_for",
        inner=Choice(_("Waits for"), name="waits_for", dictionary="fee_waits_for"),
        how=waits,
    ),
)
OF_CUSTOMERS = tuple(
    Related(inner.label, name=name, column=column, inner=inner, path=children)
    for name, column, inner in (
        ("fee_state", "state", Choice(_("State of a fee"), dictionary="fee_state")),
        ("fee_amount", "amount", Money(_("Amount of a fee"), low=-9_999_999_999, high=9_999_999_999)),
        ("fee_received_on", "received_on", Date(_("Fee received on"))),
        ("fee_product", "product_id", Link(_("Product of a fee"), to="product")),
    )
)


def declare() -> None:
    """Make the filters known."""
    add_filters(Fee, *OF_FEES)
    add_filters(Customer, *OF_CUSTOMERS)
