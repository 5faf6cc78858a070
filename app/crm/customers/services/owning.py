"""Customers that come to somebody, or go back to nobody: the columns that change together, in sets.

Each is part of the caller's transaction, which says why (``because``) and has locked hands, then customers.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import FromClause

from app.base import clock
from app.base.actor import Actor
from app.base.among import listed
from app.base.bulk import set_columns
from app.base.derived import set_derived
from app.crm.customers.models import Customer
from app.crm.customers.services.holding import because

#: What changes with the owner: taking back gives all of it back.
OWNING = ("owner_id", "department_id", "assigned_at")


def deal_out(to: Mapping[int, Sequence[int]], *, houses: Mapping[int, int | None], actor: Actor) -> list[int]:
    """Give customers, whose rows the transaction holds, to several people in one go; return those that changed.

    ``to``: person → their customers, each of which is named once; ``houses``: person → department.
    """
    owners = {key: person for person, keys in to.items() for key in keys}

    def dealt(ids: list[int]) -> FromClause:
        people = [owners[key] for key in ids]
        return listed(id=ids, owner_id=people, department_id=[houses.get(person) for person in people])

    return set_columns(Customer, list(owners), {"assigned_at": clock.now()}, actor, beside=dealt, are_held=True)


def bring_to(ids: Sequence[int], owner_id: int, *, department_id: int | None, actor: Actor) -> list[int]:
    """Give customers to somebody, in their department from now on; return those that changed."""
    values = {"owner_id": owner_id, "department_id": department_id, "assigned_at": clock.now()}
    return set_columns(Customer, ids, values, actor)


def let_go(ids: Sequence[int], *, how: str, reason: str | None, words: object, actor: Actor) -> list[int]:
    """Let nobody hold customers any more; return those that somebody held. They stay in the department.

    ``how``: a code of assignment_kind; ``reason``: of recall_reason or release_reason. What was planned with them is
    nobody's plan any more.
    """
    with because(how, reason=reason, words=words):
        changed = set_columns(Customer, ids, {"owner_id": None, "assigned_at": None}, actor)
    set_derived(Customer, changed, {"next_contact_at": None})
    return changed
