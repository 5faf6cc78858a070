"""What expiry tells people: how much ends soon, or has ended, and whose it is."""

from collections.abc import Callable, Sequence

from app.base import inbox
from app.base.i18n import _, ngettext

Counts = Sequence[Sequence[int]]


def words(stage: int) -> object:
    """Return a stage as people read it."""
    if stage > 0:
        return ngettext("within %(n)s day", "within %(n)s days", stage, n=stage)
    if stage < 0:
        return ngettext("overdue for %(n)s day", "overdue for %(n)s days", -stage, n=-stage)
    return _("ends today")


def _lines(counts: Counts) -> str:
    return "；".join(f"{words(stage)} {count}" for stage, count in counts)


def _part(label: object) -> Callable[[Counts], object]:
    """Return what reads the counts of one part; a part without any is left out."""
    return lambda counts: str(_("%(whose)s: %(counts)s. ", whose=label, counts=_lines(counts))) if counts else ""


DUE = inbox.Kind(
    _("Services that end"),
    "calendar-due",
    _("Services that end, or have ended: %(count)s"),
    "%(mine)s%(served)s%(ours)s",
    read={
        "mine": _part(_("Your customers")),
        "served": _part(_("Key customers you serve")),
        "ours": _part(_("Customers of the department")),
    },
)
KINDS = {"fees_due": DUE}
