"""What the house sets about fees: up to which amount each role approves alone."""

from decimal import Decimal

from app.base import settings
from app.base.actor import Actor
from app.base.fields import Number
from app.base.i18n import _
from app.base.settings import Setting

#: Roles whose limit the house sets by itself; all others have the last one.
LABELS = {
    "finance": _("Approval limit: finance"),
    "admin": _("Approval limit: administrators"),
    "supervisor": _("Approval limit: supervisors"),
    "executive": _("Approval limit: executives"),
    "": _("Approval limit: other roles"),
}
HELP = _("Up to this amount one of them approves a fee alone; above it a second person must. Empty: no limit.")


def _name(role: str) -> str:
    return f"fee_approval_limit_{role or 'others'}"


def declare() -> None:
    """Make the settings known. Source: DEFAULTS, fee_approval_limit: finance none, others 0."""
    settings.groups |= {"fees": _("Service fees")}
    for role, label in LABELS.items():
        usual = None if role == "finance" else 0
        kind = Number(label, help=HELP, low=0, high=999_999_999)
        settings.register(Setting(_name(role), kind, "fees", usual, _("yuan")))


def limit(actor: Actor) -> Decimal | None:
    """Return up to which amount somebody approves alone: the highest limit of their roles; None: no limit."""
    known = {role if role in LABELS else "" for role in actor.roles} or {""}
    found = [settings.value(_name(role)) for role in known]
    if any(value in (None, "") for value in found):
        return None
    return Decimal(max(found))
