"""What opportunities tell people."""

from app.base import inbox
from app.base.i18n import _

KINDS = {
    "opportunity_given": inbox.Kind(
        _("Opportunity given to me"),
        "target-arrow",
        _("%(who)s gave you the opportunity “%(what)s”"),
        names="opportunity",
    ),
    "opportunities_given": inbox.Kind(
        _("Opportunities given to me"),
        "target-arrow",
        _("%(who)s gave you opportunities: %(count)s"),
        "%(words)s",
    ),
}
ICONS = ("target-arrow",)  # for the sprite
