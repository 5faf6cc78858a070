"""What may be done to a dictionary. Pure. Source: spec DECISIONS, Data."""

import re
from collections.abc import Mapping
from enum import StrEnum

from app.base.errors import InvalidFields, NotAllowed
from app.base.i18n import _


class Policy(StrEnum):
    """How free a dictionary is."""

    LOCKED = "locked"  # the code branches on its values: code fixed; label, colour, order editable
    CLOSED = "closed"  # no new values by import; codes fixed
    EDITABLE = "editable"
    OPEN = "open"  # an import may propose new values


LOCKED, CLOSED, EDITABLE, OPEN = Policy


def check_may_add(policy: str) -> None:
    """Raise NotAllowed for a dictionary whose values the program knows by name."""
    if policy == LOCKED:
        raise NotAllowed(_("The program relies on the values of this dictionary: labels may change, values may not."))


def check_may_retire(policy: str) -> None:
    """Raise NotAllowed for a value the program knows by name."""
    if policy == LOCKED:
        raise NotAllowed(_("The program relies on this value; it cannot be taken out of use."))


CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")


def check_code(code: str) -> None:
    """Raise InvalidFields unless a code may stand in records, addresses and programs."""
    if not CODE.fullmatch(code):
        raise InvalidFields({"code": _("Use small letters, digits and _ only; up to 40 of them.")})


def check_parent(code: str, parent: str, above: Mapping[str, str | None]) -> None:
    """Raise InvalidFields for a parent there is not, and for one that stands below the value. ``above``: of each."""
    if parent not in above:
        raise InvalidFields({"parent_code": _("This dictionary has no value with this code.")})
    place: str | None = parent
    for _step in above:
        if place == code:
            raise InvalidFields({"parent_code": _("A value cannot stand below itself.")})
        place = above.get(place or "")


def check_keeps_code(before: str, now: str) -> None:
    """Raise InvalidFields if a code would change: records, filters and imports hold it."""
    if now != before:
        raise InvalidFields(
            {"code": _("A code never changes, records hold it. Change the labels, or add a new value.")}
        )


def check_may_be_default(*, is_active: bool) -> None:
    """Raise InvalidFields for a retired value: nobody could choose what is preset."""
    if not is_active:
        raise InvalidFields({"is_default": _("A value that is out of use cannot be the default.")})
