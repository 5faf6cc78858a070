"""What the pool hangs on the customer's own screens: a filter, and the button that puts one back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_

from app.base.fields import Choice, Reckoned
from app.base.i18n import _
from app.crm.customers.views import parts
from app.crm.pool import queries, rules
from app.crm.pool.views import actions


def _stands_in(table: FromClause, _code: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition of having no owner, and of standing in one of the pools."""
    return and_(table.c.owner_id.is_(None), queries.standing_in({int(one) for one in values}).rows(table))


POOL = Reckoned(_("Pool"), name="pool", inner=Choice(_("Pool"), name="pool", dictionary="pool"), how=_stands_in)


def _release_button(view: Any, customer: Any, *, is_mine: bool) -> Sequence[Mapping[str, Any]]:
    """Return the button that puts a customer back: its form is that of many."""
    actor = view.actor()
    is_open = is_mine and customer.owner_id is not None and rules.may_release(customer.owner_id, actor)
    if not is_open or not view.may("release"):
        return []
    asked = [("action", actions.RELEASE.name), ("ids", customer.id)]
    action = actions.RELEASE
    return [{"label": action.label, "icon": action.icon, "url": view.bulk_url(), "method": "POST", "form": asked}]


def hang() -> None:
    """Hang it up."""
    parts.hang(parts.Part("pool", place=90, actions=_release_button))
