"""What assignments tell people."""

from app.base import inbox
from app.base.fields import Choice
from app.base.i18n import _

REASONS = Choice(dictionary="recall_reason")

KINDS = {
    "customers_given": inbox.Kind(
        _("Customers given to me"),
        "user-share",
        _("%(who)s gave you customers: %(count)s"),
        "%(words)s",
    ),
    "customers_recalled": inbox.Kind(
        _("My customers recalled"),
        "user-minus",
        _("%(who)s recalled customers of yours: %(count)s"),
        _("Reason: %(reason)s. %(words)s"),
        read={"reason": REASONS.text},
    ),
    "assignment_undone": inbox.Kind(
        _("Assignment taken back"),
        "arrow-back-up",
        _("%(who)s took back how customers were given to you, or recalled from you"),
        _("They are again with whoever held them before, except those edited since."),
    ),
}
ICONS = ("user-share", "user-minus", "arrow-back-up")  # for the sprite
