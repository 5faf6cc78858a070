"""What recall tells people: what will be recalled soon, what was recalled."""

from collections.abc import Sequence

from app.base import inbox
from app.base.i18n import _


def _stages(counts: Sequence[Sequence[int]]) -> str:
    """Return how many are recalled within how many days."""
    lines = [str(_("within %(days)s days: %(count)s") % {"days": days, "count": count}) for days, count in counts]
    return "；".join(lines)


SOON = inbox.Kind(
    _("My customers recalled soon"),
    "alarm",
    _("Recalled soon: %(count)s of your customers"),
    _("%(stages)s. Follow them up to keep them."),
    read={"stages": _stages},
)
SOON_OURS = inbox.Kind(
    _("Customers of the department recalled soon"),
    "alarm",
    _("Recalled soon: %(count)s customers of your department"),
    "%(stages)s",
    read={"stages": _stages},
)
RECALLED = inbox.Kind(
    _("My customers recalled"),
    "arrow-back-up",
    _("Recalled from you: %(count)s customers"),
    _("Rule “%(rule)s”. They stand in the pool now."),
)
KINDS = {"recall_soon": SOON, "recall_soon_ours": SOON_OURS, "recalled": RECALLED}
