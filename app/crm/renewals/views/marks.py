"""What is said of a customer wherever it appears: overdue, expiring, renewal waits, limited. Red, and in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.base import clock, settings, wording
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.crm.renewals import queries, rules
from app.crm.renewals.queries.lines import LIMITS
from app.crm.renewals.rules import Mark

#: The columns of a customer from which its marks follow, with the day.
NEEDED = ("fee_due_on", "fee_waits", "covered_until")


def marks_of(customer: Any) -> Sequence[Mark]:
    """Return what is said of a customer today."""
    return rules.marks(
        due_on=customer.fee_due_on,
        waits=customer.fee_waits,
        covered_until=customer.covered_until,
        today=clock.today(),
        within_days=queries.within_days(),
        limits=settings.value(LIMITS),
    )


def words(mark: Mark) -> str:
    """Return a mark as people read it."""
    days = {"n": wording.number(mark.days)}
    if mark.kind == rules.OVERDUE:
        return str(ngettext("Fee overdue for %(n)s day", "Fee overdue for %(n)s days", mark.days, **days))
    if mark.kind == rules.EXPIRING and mark.days == 0:
        return str(_("Fee ends today"))
    if mark.kind == rules.EXPIRING:
        return str(ngettext("Fee ends in %(n)s day", "Fee ends in %(n)s days", mark.days, **days))
    return str(_("Renewal to be reviewed") if mark.kind == rules.WAITING else _("Service limited"))


COLORS = {rules.OVERDUE: "red", rules.EXPIRING: "amber", rules.WAITING: "blue", rules.LIMITED: "red"}


def pairs(customer: Any) -> list[tuple[str, str]]:
    """Return the marks of a customer: (words, colour)."""
    return [(words(mark), COLORS[mark.kind]) for mark in marks_of(customer)]


def row_chips(_view: Any, customer: Any) -> Sequence[tuple[str, str]]:
    """Return the marks of a row of the list."""
    return pairs(customer)


def chips(_view: Any, customer: Any) -> Sequence[Mapping[str, Any]]:
    """Return the marks of the page's head."""
    return [{"text": text, "color": color} for text, color in pairs(customer)]


def figures(_view: Any, customer: Any) -> Sequence[Mapping[str, Any]]:
    """Return when the next fee ends, and until when service is paid."""
    if customer.covered_until is None:
        return []
    shown = markup.day(customer.fee_end_on, near=False)
    is_red = customer.fee_due_on is not None and customer.fee_due_on < clock.today()
    if is_red:
        shown = Markup('<span class="zk-flag is-danger">{}</span>').format(shown)
    ends = [{"k": _("Fee ends on"), "v": shown}] if customer.fee_end_on is not None else []
    until = {"k": _("Service until"), "v": markup.day(customer.covered_until, near=False)}
    return [*ends, *([until] if customer.covered_until != customer.fee_end_on else [])]
