"""What people are told of bank lines."""

from collections.abc import Sequence

from app.base import inbox
from app.base.i18n import _


def _numbers(numbers: Sequence[str]) -> str:
    return "、".join(numbers)


KINDS = {
    "bank_match_fell": inbox.Kind(
        _("A matched fee has changed"),
        "link-off",
        _("%(who)s changed fees that are matched to bank lines: %(count)s to be looked at again"),
        _("Fees: %(numbers)s"),
        read={"numbers": _numbers},
    ),
}
ICONS = ("link-off",)  # for the sprite
