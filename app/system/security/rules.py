"""The built-in roles and how far each reaches. Pure. Source: spec DECISIONS, data scope per role and domain."""

from collections.abc import Collection, Mapping

from app.base.actor import Actor, Level, Reach
from app.base.errors import Invalid, InvalidFields, NotAllowed
from app.base.i18n import _

NONE, OWN, DEPARTMENT, BELOW, ALL = Level

ADMIN, SUPERVISOR, PUBLIC_ROLE = "admin", "supervisor", "public"
ROLES = (
    ADMIN,
    SUPERVISOR,
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

#: Roles of upstream that nobody is given.
HIDDEN_ROLES = (PUBLIC_ROLE, "Admin", "Public")

#: What each level is called on the screen of roles.
LEVEL_NAMES: Mapping[Level, object] = {
    NONE: _("Nothing"),
    OWN: _("Own and shared"),
    DEPARTMENT: _("Own department"),
    BELOW: _("Department and below"),
    ALL: _("Everything"),
}

#: Domains whose rows have a scope, in the order of the screen. Later parts add theirs here.
SCOPE_DOMAINS: Mapping[str, object] = {
    "customers": _("Customers"),
    "pool": _("Pool (customers without an owner)"),
    "followups": _("Follow-ups"),
    "opportunities": _("Opportunities"),
    "deals": _("Deals"),
    "fees": _("Service fees"),
    "tickets": _("Tickets"),
    "solved_tickets": _("Tickets once they are solved"),
    "announcements": _("Announcements (all of them)"),
    "approvals": _("Approvals"),
    "logs": _("Logs"),
}


#: Where not every level has a meaning: rows without an owner are nobody's own; logs, and solved tickets to learn from,
#: are shown whole or not at all; whoever takes part in an approval, or is addressed by an announcement, sees it anyway.
LEVELS: Mapping[str, tuple[Level, ...]] = {
    "pool": (NONE, DEPARTMENT, BELOW, ALL),
    "logs": (NONE, ALL),
    "solved_tickets": (NONE, ALL),
    "announcements": (NONE, ALL),
    "approvals": (NONE, ALL),
}


def levels_of(domain: str) -> tuple[Level, ...]:
    """Return the levels that mean something in a domain, from nothing to everything."""
    return LEVELS.get(domain, tuple(Level))


def _full(level: Level) -> Reach:
    return Reach(level, level)


def _read(level: Level) -> Reach:
    return Reach(level, NONE)


#: The seeds: (role, domain) → reach. What is not listed reaches nowhere.
REACHES: Mapping[tuple[str, str], Reach] = {
    (ADMIN, "customers"): _full(ALL),
    (ADMIN, "pool"): _full(ALL),
    (ADMIN, "followups"): _full(ALL),
    (ADMIN, "approvals"): _full(ALL),
    (ADMIN, "logs"): _full(ALL),
    (ADMIN, "announcements"): _full(ALL),
    ("auditor", "announcements"): _read(ALL),
    ("supervisor", "customers"): _full(BELOW),
    ("supervisor", "pool"): _read(BELOW),
    ("supervisor", "followups"): _full(BELOW),
    ("dispatcher", "customers"): _full(ALL),
    ("dispatcher", "pool"): _full(ALL),
    ("dispatcher", "followups"): _read(ALL),
    ("agent", "customers"): _full(OWN),
    ("agent", "followups"): _full(OWN),
    ("service_manager", "customers"): _read(BELOW),
    ("service_manager", "followups"): _read(BELOW),
    ("sales", "customers"): _full(OWN),
    ("sales", "followups"): _full(OWN),
    ("finance", "customers"): _read(ALL),
    ("marketing", "customers"): _read(ALL),
    ("auditor", "customers"): _read(ALL),
    ("auditor", "pool"): _read(ALL),
    ("auditor", "followups"): _read(ALL),
    ("auditor", "approvals"): _read(ALL),
    ("auditor", "logs"): _read(ALL),
    ("executive", "customers"): _read(ALL),
    ("executive", "pool"): _read(ALL),
    ("executive", "followups"): _read(ALL),
    (ADMIN, "opportunities"): _full(ALL),
    ("supervisor", "opportunities"): _full(BELOW),
    ("agent", "opportunities"): _full(OWN),
    ("sales", "opportunities"): _full(OWN),
    ("auditor", "opportunities"): _read(ALL),
    ("executive", "opportunities"): _read(ALL),
    # deals: those who follow fees
    (ADMIN, "deals"): _full(ALL),
    ("supervisor", "deals"): _full(BELOW),
    ("agent", "deals"): _full(OWN),
    ("sales", "deals"): _full(OWN),
    ("service_manager", "deals"): _read(BELOW),
    ("finance", "deals"): _read(ALL),
    ("auditor", "deals"): _read(ALL),
    ("executive", "deals"): _read(ALL),
    (ADMIN, "fees"): _full(ALL),
    ("supervisor", "fees"): _read(BELOW),
    ("agent", "fees"): _full(OWN),
    ("service_manager", "fees"): _read(BELOW),
    ("finance", "fees"): _full(ALL),
    ("sales", "fees"): _read(OWN),
    ("auditor", "fees"): _read(ALL),
    ("executive", "fees"): _read(ALL),
    # tickets; technicians see the customers of their own
    ("kb_editor", "solved_tickets"): _read(ALL),
    (ADMIN, "tickets"): _full(ALL),
    ("supervisor", "tickets"): _full(BELOW),
    ("service_manager", "tickets"): _full(BELOW),
    ("agent", "tickets"): _full(OWN),
    ("technician", "tickets"): _full(OWN),
    ("technician", "customers"): _read(OWN),
    ("sales", "tickets"): _read(OWN),
    ("auditor", "tickets"): _read(ALL),
    ("executive", "tickets"): _read(ALL),
}


def wider(one: Reach, other: Reach) -> Reach:
    """Return what somebody with two roles may read and write: the wider of each."""
    return Reach(max(one.read, other.read), max(one.write, other.write))


def check_reach(domain: str, reach: Reach) -> None:
    """Raise Invalid if a role could write more than it sees, or for a level without a meaning in the domain."""
    if not {reach.read, reach.write} <= set(levels_of(domain)):
        raise Invalid(_("“%(level)s” means nothing here."), level=LEVEL_NAMES[max(reach.read, reach.write)])
    if reach.write > reach.read:
        raise Invalid(_("A role cannot change more than it sees. Widen what it sees first."))


def check_may_touch(roles: Collection[str], actor: Actor) -> None:
    """Raise NotAllowed if somebody else than an administrator would change, make or unmake an administrator."""
    if ADMIN in roles and ADMIN not in actor.roles and not actor.is_system:
        raise NotAllowed(_("Only an administrator may change the account of an administrator."))


LONGEST_ROLE_NAME = 40


def role_name(typed: str) -> str:
    """Return a role's name as it is kept. Raises InvalidFields for none, or for one that is too long."""
    name = " ".join(typed.replace("\x00", "").split())
    if not name:
        raise InvalidFields({"name": _("Give the role a name.")})
    if len(name) > LONGEST_ROLE_NAME:
        raise InvalidFields(
            {"name": _("The name may have at most %(count)s characters.") % {"count": LONGEST_ROLE_NAME}}
        )
    return name


def is_built_in(role: str) -> bool:
    """Tell whether the program brought the role along."""
    return role in ROLES


def check_own_role(role: str) -> None:
    """Raise Invalid for a built-in role: the program's grants go by its code."""
    if is_built_in(role):
        raise Invalid(
            _("This role is built in: its rights may change, but it stays. Its label stands in the dictionary “Role”.")
        )


def check_still_governed(*, admins_left: int) -> None:
    """Raise Invalid if nobody would be left who can administer the installation."""
    if not admins_left:
        raise Invalid(_("At least one active account must keep the role of administrator."))
