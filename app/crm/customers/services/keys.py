"""Key data 关键数据 of a customer: who may change what is filled in already. Source: CUS-20.

Forms, programs, imports, bulk changes and taking back all ask here. Where the house wants it, a form proposes what is
refused, and an approval changes it later (OWN-2): a domain above says how, by ``propose_with``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.fields import fields_of, value_of
from app.base.i18n import _
from app.base.sealed import Unreadable
from app.crm.customers import rules
from app.crm.customers.models import Customer
from app.system.security import queries as security

RIGHT = ("can_edit_key", "CustomerView")
LOCKED = _("Key data: only a supervisor, dispatcher or administrator may change what is filled in here.")
Read = Callable[[], Collection[str]]
_readers: list[Read] = []


class Proposer(Protocol):
    """How a change of key data is proposed instead of refused."""

    def is_on(self) -> bool:
        """Tell whether the house wants that."""

    def propose(self, customer: Customer, values: Mapping[str, Any], *, reason: str, actor: Actor) -> None:
        """Let the values, by field name, wait for approval. Part of the caller's transaction."""


_proposers: list[Proposer] = []


def propose_with(proposer: Proposer) -> None:
    """Name what lets a change of key data wait for approval."""
    _proposers[:] = [proposer]


def proposer() -> Proposer | None:
    """Return what lets a refused change wait for approval; None where the house does not want that."""
    return next((one for one in _proposers if one.is_on()), None)


def keys_from(read: Read) -> None:
    """Name what says which fields are key data."""
    _readers[:] = [read]


def _keys() -> Collection[str]:
    return next((read() for read in _readers), ())


def may_edit_keys(actor: Actor) -> bool:
    """Tell whether somebody may change key data that is filled in."""
    return actor.is_system or RIGHT in security.rights(actor.role_ids)


def locked_keys(customer: Customer, *, actor: Actor) -> Sequence[str]:
    """Return the key fields of a customer that the actor may not change: those that hold something."""
    if may_edit_keys(actor):
        return []
    specs = fields_of(Customer)
    return [name for name in _keys() if name in specs and value_of(customer, specs[name]) not in rules.NOTHING]


def refused_keys(customer: Customer, values: Mapping[str, Any], *, actor: Actor) -> Mapping[str, object]:
    """Return the fields that the actor would change against the rule, each with the sentence that says so."""
    specs = fields_of(Customer)
    return {
        name: LOCKED
        for name in locked_keys(customer, actor=actor)
        if name in values and not isinstance(now := value_of(customer, specs[name]), Unreadable) and values[name] != now
    }


def check_keys(customer: Customer, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Raise InvalidFields if the actor would change key data that they may not. ``values``: by field name."""
    if refused := refused_keys(customer, values, actor=actor):
        raise InvalidFields(dict(refused))


def keys_among(names: Collection[str], *, actor: Actor) -> Sequence[str]:
    """Return which of these fields are key data that the actor may not change for many at once."""
    return [] if may_edit_keys(actor) else sorted(set(names) & set(_keys()))
