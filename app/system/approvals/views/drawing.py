"""Steps of a flow in words: who is asked, how many must agree, when it is taken, how long it may take."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.errors import Invalid
from app.base.fields import Choice, Field
from app.base.i18n import _, ngettext
from app.system.approvals import queries
from app.system.approvals.rules.flows import KINDS, MODES, OPERATORS, PERSON, ROLE, SUPERIOR

ROLES = Choice(dictionary="role")


def title(step: Any) -> str:
    """Return what a step is called."""
    return step.name or who(step)


def who(step: Any) -> str:
    """Return who is asked at a step."""
    if step.kind == PERSON:
        return step.person.name if step.person is not None else ""
    if step.kind == ROLE:
        return ROLES.text(step.role.name if step.role is not None else "")
    if step.kind == SUPERIOR and step.level > 1:
        return str(_("Superior of the applicant, level %(level)s") % {"level": step.level})
    return str(KINDS[step.kind])


def terms(step: Any, specs: Mapping[str, Field]) -> list[str]:
    """Return when a step is taken."""
    found = [
        f"{specs[one.field].label} {OPERATORS[one.op][0]} {_value(specs[one.field], one.value)}"
        for one in step.conditions
        if one.field in specs
    ]
    return [*found, *([str(_("amount above the limit of whoever approved before"))] if step.above_limit else [])]


def _value(spec: Field, text: str) -> str:
    try:
        return spec.text(spec.parse(text))
    except Invalid:
        return text


def drawn(steps: Sequence[Any], code: str) -> list[dict[str, Any]]:
    """Return steps as ``zhike/approvals/flow.html`` draws them."""
    specs = queries.asked_specs(code)
    return [
        {
            "place": one.place,
            "title": title(one),
            "who": who(one),
            "mode": MODES[one.mode],
            "terms": terms(one, specs),
            "is_other": one.is_other,
            "hours": ngettext("reminder after %(num)s hour", "reminder after %(num)s hours", one.hours)
            if one.hours
            else "",
        }
        for one in steps
    ]
