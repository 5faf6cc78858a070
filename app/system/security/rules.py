"""The built-in roles and how far each reaches. Pure. Source: spec DECISIONS, data scope per role and domain."""

from collections.abc import Mapping

from app.base.actor import Level, Reach
from app.base.errors import Invalid
from app.base.i18n import _

NONE, OWN, DEPARTMENT, BELOW, ALL = Level

ADMIN, PUBLIC_ROLE = "admin", "public"
ROLES = (
    ADMIN,
    "supervisor",
    "dispatcher",
    "agent",
    "service_manager",
    "technician",
    "finance",
    "sales",
    "marketing",
    "kb_editor",
    "hr",
    "auditor",
    "executive",
    "customer",
)

#: Domains whose rows have a scope, in the order of the screen. Later parts add theirs here.
SCOPE_DOMAINS: Mapping[str, object] = {
    "customers": _("Customers"),
    "pool": _("Pool (customers without an owner)"),
    "logs": _("Logs"),
}


def _full(level: Level) -> Reach:
    return Reach(level, level)


def _read(level: Level) -> Reach:
    return Reach(level, NONE)


#: The seeds: (role, domain) → reach. What is not listed reaches nowhere.
REACHES: Mapping[tuple[str, str], Reach] = {
    (ADMIN, "customers"): _full(ALL),
    (ADMIN, "pool"): _full(ALL),
    (ADMIN, "logs"): _full(ALL),
    ("supervisor", "customers"): _full(BELOW),
    ("supervisor", "pool"): _read(BELOW),
    ("dispatcher", "customers"): _full(ALL),
    ("dispatcher", "pool"): _full(ALL),
    ("agent", "customers"): _full(OWN),
    ("service_manager", "customers"): _read(BELOW),
    ("sales", "customers"): _full(OWN),
    ("finance", "customers"): _read(ALL),
    ("marketing", "customers"): _read(ALL),
    ("auditor", "customers"): _read(ALL),
    ("auditor", "pool"): _read(ALL),
    ("auditor", "logs"): _read(ALL),
    ("executive", "customers"): _read(ALL),
    ("executive", "pool"): _read(ALL),
}


def wider(one: Reach, other: Reach) -> Reach:
    """Return what somebody with two roles may read and write: the wider of each."""
    return Reach(max(one.read, other.read), max(one.write, other.write))


def check_reach(reach: Reach) -> None:
    """Raise Invalid if a role could write more than it sees."""
    if reach.write > reach.read:
        raise Invalid(_("A role cannot change more than it sees. Widen what it sees first."))


def check_still_governed(*, admins_left: int) -> None:
    """Raise Invalid if nobody would be left who can administer the installation."""
    if not admins_left:
        raise Invalid(_("At least one active account must keep the role of administrator."))
