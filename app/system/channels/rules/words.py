"""Templates: texts with placeholders like {what}, checked when they are saved, filled when a message leaves."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from app.base.errors import Invalid
from app.base.i18n import _
from app.system.channels.rules.lifecycle import ROBOT

_PLACE = re.compile(r"\{([^{}\s]{0,40})\}")
_BRACE = re.compile(r"[{}]")
_IN_KIND = re.compile(r"%\((\w+)\)")
#: Whatever the message is about. Text messages and mails: what the recipient may read of it too.
COMMON = ("kind", "name", "site", "link")
OF_A_READER = ("title", "text", "who", "what")
MOST_NAMES = 20


def places_of(texts: Collection[str], *, family: str) -> tuple[str, ...]:
    """Return the placeholders a template may use. ``texts``: title and text of the kind, whose own values count too.

    A group reads what a robot says, and nobody's scope is a group's: there nothing is told but that there is something.
    """
    if family == ROBOT:
        return COMMON
    own = [name for text in texts for name in _IN_KIND.findall(text)]
    has_what = "what" in own
    fixed = [one for one in OF_A_READER if one != "what" or has_what]
    return tuple(dict.fromkeys([*fixed, *COMMON, *own]))


def check(text: str, places: Collection[str]) -> None:
    """Raise Invalid for a placeholder there is not, or a brace that belongs to none."""
    wanted = "、".join(f"{{{one}}}" for one in places)
    for name in _PLACE.findall(text):
        if name not in places:
            raise Invalid(_("There is no {%(name)s} here. There are: %(wanted)s."), name=name, wanted=wanted)
    if _BRACE.search(_PLACE.sub("", text)):
        raise Invalid(_("A brace belongs to no placeholder. There are: %(wanted)s."), wanted=wanted)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a text with its placeholders filled; what has no value is left out."""
    return _PLACE.sub(lambda found: str(values.get(found[1], "")), text).strip()


def one_line(text: str) -> str:
    """Return a text fit for the head of a mail: no line ends, no control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def mail_id(*, message: int, person: int, channel: int, second: str, domain: str) -> str:
    """Return the Message-ID of a message to a recipient by a channel: fixed when it is told, and the same each time.

    ``second``: when it was told. Where a backup was restored, numbers come again; a second does not.
    """
    return f"<zk.{message}.{person}.{channel}.{second}@{domain}>"


def mobile(phone: str) -> str:
    """Return a number as robots and text messages call it: mainland numbers without +86."""
    digits = phone.removeprefix("+86") if phone.startswith("+86") else phone.removeprefix("+")
    return "".join(sign for sign in digits if sign.isdigit())


def is_mobile(phone: str | None) -> bool:
    """Tell whether a number is a mobile of the mainland."""
    return bool(phone) and bool(re.fullmatch(r"\+861[3-9]\d{9}", phone or ""))
