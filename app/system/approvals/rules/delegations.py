"""For which days somebody may be represented. Pure."""

from datetime import date

from app.base.errors import InvalidFields
from app.base.i18n import _

MOST_DAYS = 366


def check_days(from_on: date | None, to_on: date | None, *, today: date) -> None:
    """Raise InvalidFields for days that are missing, in the wrong order, over already, or too many."""
    if from_on is None or to_on is None:
        raise InvalidFields({"from_on" if from_on is None else "to_on": _("Please fill this in.")})
    if to_on < from_on:
        raise InvalidFields({"to_on": _("The last day lies before the first.")})
    if to_on < today:
        raise InvalidFields({"to_on": _("This day is over.")})
    if (to_on - from_on).days >= MOST_DAYS:
        raise InvalidFields({"to_on": _("A delegation may last one year at most.")})
