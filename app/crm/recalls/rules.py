"""When a customer is recalled. Pure. The job, the warning, the badge, the filter and the dry run all ask here.

Days are calendar dates in the business's zone. A customer is recalled in the first night of whose day D holds
D − max(last follow-up, assigned) ≥ N; one never followed up counts from its assignment. Source: DECISIONS, Recall.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _

NO_FOLLOWUP, NO_DEAL = "no_followup", "no_deal"  # codes of recall_reason
KINDS: Mapping[str, object] = {NO_FOLLOWUP: _("No follow-up"), NO_DEAL: _("No deal")}
NEVER = 0  # days
URGENT_DAYS = 3  # from so many days on, what is left is shown in red
LONGEST_DAYS = 3650


@dataclass(frozen=True)
class Rule:
    """A rule as it is reckoned with."""

    id: int
    name: str
    kind: str
    days: int
    level_days: Mapping[str, int] = field(default_factory=dict, hash=False)  # level → days; 0: never
    departments: frozenset[int] | None = None  # with all below them; None: every customer
    spares_deals: bool = True
    spares_planned: bool = False
    warning_days: tuple[int, ...] | None = None  # None: as the house has it


@dataclass(frozen=True)
class Standing:
    """What a rule looks at of a customer that somebody holds. Days of the business's zone."""

    assigned_on: date
    last_followup_on: date | None = None
    level: str | None = None
    is_deal: bool = False
    next_contact_on: date | None = None
    department_id: int | None = None


class Cut(NamedTuple):
    """The last days on which a row may have been touched to be due on a day; None: that does not matter."""

    assigned_on: date
    followup_on: date | None
    next_contact_on: date | None


def limit_of(rule: Rule, level: str | None) -> int:
    """Return after how many days customers of a level are recalled; NEVER for none."""
    return rule.level_days.get(level, rule.days) if level is not None else rule.days


def limits(rule: Rule) -> Mapping[int, Sequence[str]]:
    """Return days → the levels that have these as their own; all other levels have ``rule.days``."""
    found: dict[int, list[str]] = {}
    for level, days in sorted(rule.level_days.items()):
        found.setdefault(days, []).append(level)
    return found


def spares_deals(rule: Rule) -> bool:
    """Tell whether customers who have bought are left alone: "no deal" cannot mean them."""
    return rule.spares_deals or rule.kind == NO_DEAL


def holds_for(rule: Rule, standing: Standing) -> bool:
    """Tell whether a rule can ever recall such a customer."""
    if limit_of(rule, standing.level) == NEVER or (standing.is_deal and spares_deals(rule)):
        return False
    return rule.departments is None or standing.department_id in rule.departments


def cut(rule: Rule, limit: int, *, day: date, protection_days: int) -> Cut:
    """Return how long ago everything must be for a customer with this limit to be due on ``day``, or before."""
    return Cut(
        assigned_on=day - timedelta(days=max(limit, protection_days)),
        followup_on=day - timedelta(days=limit) if rule.kind == NO_FOLLOWUP else None,
        next_contact_on=day - timedelta(days=1) if rule.spares_planned else None,
    )


def due_on(rule: Rule, standing: Standing, *, protection_days: int) -> date | None:
    """Return the day in whose night a rule recalls a customer if nothing happens; None: never."""
    if not holds_for(rule, standing):
        return None
    limit = limit_of(rule, standing.level)
    reach = cut(rule, limit, day=date.max, protection_days=protection_days)
    touched = (standing.assigned_on, standing.last_followup_on, standing.next_contact_on)
    lasts = [one + (date.max - last) for one, last in zip(touched, reach, strict=True) if one and last]
    return max(lasts)


class Due(NamedTuple):
    """The day on which a customer is recalled, and the rule that decides."""

    on: date
    rule: Rule
    limit: int


def earliest(rules: Iterable[Rule], standing: Standing, *, protection_days: int) -> Due | None:
    """Return which of several rules recalls a customer first; None if none ever does."""
    found = [
        Due(on, rule, limit_of(rule, standing.level))
        for rule in rules
        if (on := due_on(rule, standing, protection_days=protection_days)) is not None
    ]
    return min(found, key=lambda due: (due.on, due.rule.id), default=None)


def counted_from(due: Due, standing: Standing) -> date:
    """Return the day from which the days of the rule that decides are counted."""
    if due.rule.kind == NO_FOLLOWUP and standing.last_followup_on:
        return max(standing.assigned_on, standing.last_followup_on)
    return standing.assigned_on


def stage(days_left: int, stages: Iterable[int]) -> int | None:
    """Return the last warning that is due with so many days left; None if none is, or the day itself has come.

    After nights without a worker this is the most urgent one: those before it are not told any more.
    """
    return min((one for one in stages if one >= days_left), default=None) if days_left > 0 else None


def reason(due: Due) -> object:
    """Return why a customer is recalled, in words."""
    words = {
        NO_FOLLOWUP: _("“%(rule)s”: %(days)s days without follow-up", rule=due.rule.name, days=due.limit),
        NO_DEAL: _("“%(rule)s”: %(days)s days without a deal", rule=due.rule.name, days=due.limit),
    }
    return words[due.rule.kind]


# ── changing rules ──


def check_complete(values: Mapping[str, object]) -> None:
    """Raise InvalidFields for a rule that would recall nobody."""
    if not values.get("days") and not any((values.get("level_days") or {}).values()):  # type: ignore[attr-defined]
        raise InvalidFields({"days": _("Give the days after which customers are recalled, at least for one level.")})


def check_is_off(*, is_on: bool) -> None:
    """Raise WrongState for a rule that is at work."""
    if is_on:
        raise WrongState(_("This rule is switched on. Switch it off before you change it."))


def check_may_begin(*, is_on: bool, looked_revision: int | None, revision: int) -> None:
    """Raise WrongState unless a rule is off and somebody has seen whom it would recall just as it is now."""
    if is_on:
        raise WrongState(_("This rule is switched on already."))
    if looked_revision != revision:
        raise WrongState(_("Do a dry run first: look whom the rule, as it is now, would recall."))


def check_may_end(*, is_on: bool) -> None:
    """Raise WrongState for a rule that is off already."""
    if not is_on:
        raise WrongState(_("This rule is switched off already."))
