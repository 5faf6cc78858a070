"""Who may have opportunities, and who may give them to whom."""

from collections.abc import Mapping, Sequence

from app.base import choices
from app.base.actor import Actor, Level
from app.base.choices import Found
from app.base.errors import Invalid, NotAllowed
from app.base.i18n import _
from app.crm.assignments import services as assignments
from app.sales.opportunities import rules
from app.sales.opportunities.models import REACH
from app.system.security import queries as security
from app.system.security.queries import EmployeeNames

MOST_SEARCHED = 200  # of whom those who may not receive are left out


def check_owner(owner_id: int | None, *, actor: Actor) -> None:
    """Raise InvalidFields or Invalid unless the actor may give an opportunity to this person."""
    may_name_others = actor.is_system or actor.reach(REACH).write > Level.OWN
    rules.check_owner(owner_id, actor_id=actor.id, may_name_others=may_name_others)
    if owner_id is not None and owner_id != actor.id:
        check_receivers([owner_id], actor)


def check_receivers(people: Sequence[int], actor: Actor) -> None:
    """Raise Invalid for somebody twice, a disabled account, or somebody who may not work on opportunities.

    Raises NotAllowed for people outside the departments that the actor is responsible for.
    """
    assignments.check_people(people)
    names, houses = choices.labels("employee", people), security.departments_of(people)
    for key in people:
        known = security.actor(key)
        if known is None:
            raise Invalid(_("The account of %(name)s is disabled: choose somebody else."), name=names.get(key, key))
        if known.reach(REACH).write < Level.OWN:
            raise Invalid(_("%(name)s has no role that works on opportunities."), name=names[key])
        if not _is_within(key, houses.get(key), actor):
            raise NotAllowed(_("%(name)s does not belong to your department: ask a dispatcher."), name=names[key])


def _is_within(key: int, house: int | None, actor: Actor) -> bool:
    level = actor.reach(REACH).write
    within = {
        Level.ALL: True,
        Level.BELOW: house in actor.departments_below,
        Level.DEPARTMENT: house == actor.department_id,
    }
    return actor.is_system or key == actor.id or within.get(level, False)


class OwnerNames(EmployeeNames):
    """Who is offered where somebody is to get an opportunity: those who may. All keep their names."""

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        found = super().search(words, actor=actor, limit=MOST_SEARCHED)
        houses = security.departments_of(int(one.value) for one in found)
        return [one for one in found if _may_receive(int(one.value), houses, actor)][:limit]


def _may_receive(key: int, houses: Mapping[int, int | None], actor: Actor) -> bool:
    known = security.actor(key)
    return known is not None and known.reach(REACH).write >= Level.OWN and _is_within(key, houses.get(key), actor)
