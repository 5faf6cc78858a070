"""What people are told of fees."""

from app.base import inbox
from app.base.fields import Choice
from app.base.i18n import _

REASONS = Choice(dictionary="fee_reject_reason")

KINDS = {
    "fee_approved": inbox.Kind(
        _("A fee of mine approved"),
        "check",
        _("%(who)s approved your fee %(number)s, %(amount)s"),
        "%(note)s",
        names="fee",
    ),
    "fees_approved": inbox.Kind(
        _("Fees of mine approved"),
        "checks",
        _("%(who)s approved fees of yours: %(count)s, %(amount)s in all"),
        "%(note)s",
    ),
    "fee_rejected": inbox.Kind(
        _("A fee of mine rejected"),
        "x",
        _("%(who)s rejected your fee %(number)s, %(amount)s"),
        _("Reason: %(reason)s. %(text)s"),
        names="fee",
        read={"reason": REASONS.text},
    ),
    "fees_rejected": inbox.Kind(
        _("Fees of mine rejected"),
        "x",
        _("%(who)s rejected fees of yours: %(count)s, %(amount)s in all"),
        _("Reason: %(reason)s. %(text)s"),
        read={"reason": REASONS.text},
    ),
}
ICONS = ("check", "checks", "x")  # for the sprite
