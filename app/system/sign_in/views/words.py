"""What states, ways and buttons of access are called."""

from collections.abc import Callable, Mapping

from app.base import logbook
from app.base.choices import Item
from app.base.i18n import _

Words = Mapping[str, tuple[object, str]]

STATES: Words = {"active": (_("Active"), "green"), "locked": (_("Locked"), "red"), "disabled": (_("Disabled"), "gray")}
OUTCOMES: Words = {
    "succeeded": (_("Signed in"), "green"),
    "wrong": (_("Wrong name or password"), "amber"),
    "locked": (_("Refused while locked"), "red"),
    "disabled": (_("Account is disabled"), "gray"),
}
CHANNELS: Words = {"web": (_("Web page"), "blue"), "api": (_("Interface"), "teal")}

RIGHTS: dict[str, object] = {
    "can_assign": _("Give roles"),
    "can_disable": _("Disable"),
    "can_enable": _("Enable"),
    "can_end_sessions": _("End sessions"),
    "can_reset": _("Reset password"),
    "can_unlock": _("Unlock"),
}


def _items(words: Words) -> Callable[[], tuple[Item, ...]]:
    return lambda: tuple(Item(code, str(label), color) for code, (label, color) in words.items())


#: As dictionaries whose values nobody edits: the program decides them itself.
DICTIONARIES = {
    "account_state": _items(STATES),
    "sign_in_outcome": _items(OUTCOMES),
    "sign_in_channel": _items(CHANNELS),
}


WHICH: Mapping[str, object] = {"all": _("All sessions and tokens"), "others": _("All but this one")}

#: What the lines of the log are called that tell of access.
ITEMS = {
    "access": logbook.Item(_("State"), lambda code: STATES[code][0] if code in STATES else code),
    "address": logbook.Item(_("IP address")),
    "browser": logbook.Item(_("Browser")),
    "days": logbook.Item(_("Valid for days")),
    "which": logbook.Item(_("Which sessions"), lambda code: WHICH.get(code, code)),
}
