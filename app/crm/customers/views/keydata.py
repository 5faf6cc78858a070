"""Key data on screens: which fields it is, and the inputs that this person may only read."""

from typing import Any

from app.base import settings
from app.base.actor import Actor
from app.base.choices import Item
from app.base.fields import Choice, Choices, Link, fields_of
from app.base.i18n import _
from app.base.settings import Setting
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.crm.customers.services.edit import KEPT
from app.crm.customers.services.keys import LOCKED

#: What the house writes itself, and what is no data but its place.
NOT_KEYS = KEPT - {"owner"} | {"kind", "tags", "followup_status"}
USUAL = ("name", "credit_code", "legal_person", "owner")


def fields() -> tuple[Item, ...]:
    """Return what may be key data, as items of a dictionary."""
    specs = fields_of(Customer)
    return tuple(Item(name, str(specs[name].label)) for name in specs if name not in NOT_KEYS)


def declare() -> None:
    """Make the setting known, and let the services read it."""
    settings.groups.setdefault("customers", _("Customers"))
    kind = Choices(
        _("Key data"),
        dictionary="customer_key_fields",
        help=_("What is filled in there is changed by supervisors, dispatchers and administrators only."),
    )
    settings.register(Setting("key_fields", kind, "customers", USUAL))
    services.keys_from(lambda: settings.value("key_fields"))


def is_proposed(record: Customer, *, actor: Actor) -> bool:
    """Tell whether key data of a customer that the actor may not change can be proposed by the form."""
    return services.proposer() is not None and bool(services.locked_keys(record, actor=actor))


def locked(form: Any, record: Customer | None, *, actor: Actor) -> Any:
    """Return a form in which key data that the actor may not change is read-only, or left out where it is chosen.

    Where the house lets it be proposed, it stays open and says so.
    """
    names = services.locked_keys(record, actor=actor) if record is not None else []
    proposes = services.proposer() is not None
    for name in names:
        if name not in form:
            continue
        if proposes:
            form[name].description = str(_("Key data: a change waits for approval."))
        elif isinstance(form[name].spec, Choice | Link):
            del form[name]
        else:
            form[name].render_kw = {**(form[name].render_kw or {}), "readonly": True}
            form[name].description = str(LOCKED)
    return form
