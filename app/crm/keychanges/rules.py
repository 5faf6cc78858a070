"""What may be proposed, and when what was proposed can still be done. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from app.base.errors import Invalid
from app.base.i18n import _

CODE = "key_data"  # of the kind of record that waits for approval
LONGEST_REASON = 500


class State(StrEnum):
    """Where a change stands. The same words as its approval's."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    GONE = "gone"


GONE = _("The customer was deleted meanwhile. Restore it first, or reject this.")
ALREADY = _("A change of key data waits for approval already. It has to be decided on, or withdrawn, first.")


def check_reason(reason: str) -> str:
    """Return a reason as it is kept. Raises Invalid for a long one."""
    said = reason.replace("\x00", "").strip()
    if len(said) > LONGEST_REASON:
        raise Invalid(_("The reason may have at most %(count)s characters."), count=LONGEST_REASON)
    return said


def moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> Sequence[str]:
    """Return the names of the fields that are not any more what they were when the change was proposed."""
    return [name for name, value in before.items() if now.get(name) != value]


def conflict(labels: Collection[object]) -> object:
    """Return the sentence that somebody else has changed the customer meanwhile."""
    words = "、".join(map(str, labels))
    return _(
        "The customer was changed after this was proposed (%(fields)s). Reject it, and let it be proposed anew."
    ) % {"fields": words}
