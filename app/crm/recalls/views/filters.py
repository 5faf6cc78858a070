"""What lists of customers can be asked for about recall: due by a rule, and how many days are left."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, true

from app.base import clock
from app.base.fields import Link, Number, Reckoned
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.recalls import queries
from app.crm.recalls.rules import LONGEST_DAYS
from app.crm.recalls.views.settings import protection_days, stages


def _due(table: FromClause, code: str, keys: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a customer is due today by one of the rules, switched on or not."""
    rules = queries.rules_on() if code == "empty" else queries.rules_among(keys)
    parts = [queries.due_by(rule, table, clock.today(), protection_days=protection_days()) for rule in rules]
    met = or_(false(), *parts)
    return met.is_not(true()) if code == "empty" else met


def _days_left(table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition on the days until the first of the rules that are on recalls a customer."""
    rules = queries.rules_on()

    def within(days: int) -> ColumnElement[bool]:
        day = clock.today() + timedelta(days=days)
        return or_(false(), *[queries.due_by(rule, table, day, protection_days=protection_days()) for rule in rules])

    def between(first: int, last: int) -> ColumnElement[bool]:
        return and_(within(last), within(first - 1).is_not(true()))

    ever = or_(false(), *[queries.holds_for(rule, table) for rule in rules])
    if code == "empty":
        return ever.is_not(true())
    if code == "below":
        return within(values[0] - 1)
    if code == "above":
        return and_(ever, within(values[0]).is_not(true()))
    if code == "between":
        return between(min(values), max(values))
    return or_(false(), *[between(value, value) for value in values])


def near() -> Mapping[str, Any]:
    """Return the condition that a customer is recalled within the days of the first warning."""
    return {"field": "recall_days_left", "op": "below", "value": str(max(stages(), default=0) + 1)}


def fixed(view: DomainView) -> Sequence[tuple[str, object, Mapping[str, Any]]]:
    """Return the tab of what is recalled soon, to whom that concerns, as long as a rule is on."""
    if not queries.rules_on() or not view.appbuilder.sm.has_access("can_soon", "RecallRuleView"):
        return []
    return [("recalled_soon", _("Recalled soon"), {"all": [near()]})]


FILTERS = (
    Reckoned(
        _("Due by recall rule"),
        name="recall_due",
        inner=Link(_("Due by recall rule"), to="recall_rule"),
        how=_due,
    ),
    Reckoned(
        _("Days until recall"),
        name="recall_days_left",
        inner=Number(_("Days until recall"), low=-LONGEST_DAYS, high=LONGEST_DAYS),
        how=_days_left,
    ),
)
