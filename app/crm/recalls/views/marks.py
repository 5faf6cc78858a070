"""What a customer's page and row show of its recall: how many days are left, and by which rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.base import clock
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.crm.customers import queries as customers
from app.crm.recalls import queries, rules
from app.crm.recalls.rules import Due
from app.crm.recalls.views.settings import protection_days, stages

NEEDED = customers.STANDING  # of a row, loaded with the list


def due_of(customer: Any) -> Due | None:
    """Return when and by which rule a customer is recalled; None if nobody holds it, or no rule is on that would."""
    known = queries.rules_on()
    if not known or customer.owner_id is None:
        return None
    return rules.earliest(known, queries.standing_of(customer), protection_days=protection_days())


def words(days: int) -> str:
    """Return what is left until a recall."""
    if days <= 0:
        return str(_("Recalled tonight"))
    return str(ngettext("Recall in %(n)s day", "Recall in %(n)s days", days, n=days))


def color(days: int) -> str:
    """Return the colour of what is left: red near the end, amber from the first warning on."""
    if days <= rules.URGENT_DAYS:
        return "red"
    return "amber" if days <= max(stages(), default=0) else "gray"


def chips(_view: Any, customer: Any) -> Sequence[Mapping[str, Any]]:
    """Return the badge of the page's head."""
    due = due_of(customer)
    if due is None:
        return []
    days = (due.on - clock.today()).days
    return [{"text": words(days), "color": color(days)}]


def row_chips(_view: Any, customer: Any) -> Sequence[tuple[str, str]]:
    """Return the badge of a row of the list, from the first warning on: (words, colour)."""
    due = due_of(customer)
    days = (due.on - clock.today()).days if due else rules.LONGEST_DAYS
    is_near = due is not None and days <= max(rules.URGENT_DAYS, *stages())
    return [(words(days), color(days))] if is_near else []


def figures(_view: Any, customer: Any) -> Sequence[Mapping[str, Any]]:
    """Return the day of the recall, and the rule that decides."""
    due = due_of(customer)
    if due is None:
        return []
    return [{"k": _("Recalled on"), "v": Markup("{}").format(markup.day(due.on, near=False)), "s": due.rule.name}]
