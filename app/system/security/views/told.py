"""What the log and the inbox say of changed rights."""

from collections.abc import Mapping

from flask import current_app

from app.base import choices, inbox, logbook
from app.base.actor import Actor, Level
from app.base.i18n import _
from app.base.screens import rights
from app.system.security import queries, rules


def _role(code: str) -> str:
    item = choices.values("role").by_code.get(code)
    return item.label if item else code


def _right(code: str) -> str:
    """Return a button as people call it: "Customer records: Edit"."""
    view, _dot, permission = code.partition(".")
    known = {screen.name: screen.title for screen in rights.screens(current_app.extensions["house"].baseviews)}
    column = next((word for _key, word, held in rights.COLUMNS if permission in held), None)
    return f"{known.get(view, view)}: {column or rights.word(permission)}"


def _reach(code: str) -> object:
    """Return a reach as the screen of roles calls it: what is seen, what may be changed."""
    read, _dot, write = code.partition(".")
    levels = {level.name: rules.LEVEL_NAMES[level] for level in Level}
    return _("sees: %(read)s; changes: %(write)s") % {"read": levels.get(read, read), "write": levels.get(write, write)}


ITEMS: Mapping[str, logbook.Item] = {
    "department": logbook.Item(_("Department")),
    "granted": logbook.Item(_("Granted"), _right),
    "like": logbook.Item(_("Copied from"), _role),
    "name": logbook.Item(_("Name")),
    "parent": logbook.Item(_("Belongs to")),
    "roles": logbook.Item(_("Roles"), _role),
    "withdrawn": logbook.Item(_("Rights withdrawn"), _right),
} | {
    f"reach_{domain}": logbook.Item(_("Data scope: %(domain)s", domain=label), _reach)
    for domain, label in rules.SCOPE_DOMAINS.items()
}

KINDS: Mapping[str, inbox.Kind] = {
    "own_rights": inbox.Kind(
        _("My roles changed"),
        "user-shield",
        _("%(who)s changed your roles or department"),
        _("What you may open and see follows from them; it counts at once."),
        may_be_muted=False,
    ),
    "role_rights": inbox.Kind(
        _("Rights of my role changed"),
        "user-shield",
        _("%(who)s changed the rights of your role “%(role)s”"),
        _("It counts at once."),
        read={"role": _role},
    ),
}


def who_grants(_actor: Actor) -> object:
    """Return who may be asked for a right, by name."""
    names = queries.administrators()
    return _("Administrators here: %(names)s.") % {"names": "、".join(names)} if names else ""
