"""Who may receive customers, and from whom."""

from collections.abc import Mapping, Sequence

from app.base import choices
from app.base.actor import Actor, Level
from app.base.choices import Found
from app.base.errors import Invalid, NotAllowed
from app.base.i18n import _
from app.crm.assignments import rules
from app.system.security import queries as security
from app.system.security.queries import EmployeeNames

EXCEED = ("can_exceed", "CustomerView")


def check_receivers(people: Sequence[int], actor: Actor) -> None:
    """Raise Invalid for nobody, somebody twice, a disabled account, or somebody who may not work on customers.

    Raises NotAllowed for people outside the departments that the actor is responsible for.
    """
    rules.check_receivers(people)
    names = choices.labels("employee", people)
    houses = security.departments_of(people)
    for key in people:
        known = security.actor(key)
        if known is None:
            raise Invalid(_("The account of %(name)s is disabled: choose somebody else."), name=names.get(key, key))
        if known.reach("customers").write < Level.OWN:
            raise Invalid(_("%(name)s has no role that works on customers."), name=names[key])
        if not _is_within(key, houses.get(key), actor):
            raise NotAllowed(_("%(name)s does not belong to your department: ask a dispatcher."), name=names[key])


class ReceiverNames(EmployeeNames):
    """Who is offered where somebody is to receive customers: those who may."""

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        found = super().search(words, actor=actor, limit=MOST_SEARCHED)
        houses = security.departments_of(int(one.value) for one in found)
        return [one for one in found if _may_receive(int(one.value), houses, actor)][:limit]


MOST_SEARCHED = 200  # of whom those who may not receive are left out


def _may_receive(key: int, houses: Mapping[int, int | None], actor: Actor) -> bool:
    known = security.actor(key)
    works = known is not None and known.reach("customers").write >= Level.OWN
    return works and _is_within(key, houses.get(key), actor)


def _is_within(key: int, house: int | None, actor: Actor) -> bool:
    level = actor.reach("customers").write
    within = {
        Level.ALL: True,
        Level.BELOW: house in actor.departments_below,
        Level.DEPARTMENT: house == actor.department_id,
    }
    return key == actor.id or within.get(level, False)


def check_may_exceed(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may give people more customers than their limit."""
    if not actor.is_system and EXCEED not in security.rights(actor.role_ids):
        raise NotAllowed(_("You may not go beyond the limit of what people hold: ask a supervisor."))


def departments(people: Sequence[int]) -> Mapping[int, int | None]:
    """Return the department of each person."""
    return security.departments_of(people)
