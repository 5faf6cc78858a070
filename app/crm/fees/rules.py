"""What may happen to a fee, and who may do it. Pure. Source: DECISIONS, fees."""

from collections.abc import Mapping
from enum import StrEnum

from app.base.i18n import _
from app.base.workflow import Workflow


class FeeState(StrEnum):
    UNREVIEWED = "unreviewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"
    REVERSED = "reversed"


UNREVIEWED, APPROVED, REJECTED, VOID, REVERSED = FeeState

REFUSALS: Mapping[FeeState, object] = {
    UNREVIEWED: _("This fee has not been reviewed yet."),
    APPROVED: _("This fee is approved, and so locked. A reversing entry corrects it."),
    REJECTED: _("This fee was rejected. Whoever entered it corrects it, or voids it."),
    VOID: _("This fee is void."),
    REVERSED: _("This fee was reversed."),
}
LIFECYCLE = Workflow(
    ("edit", {UNREVIEWED, REJECTED}, UNREVIEWED),
    ("approve", {UNREVIEWED}, APPROVED),
    ("reject", {UNREVIEWED}, REJECTED),
    ("void", {UNREVIEWED, REJECTED}, VOID),
    ("reverse", {APPROVED}, REVERSED),  # once its reversing entry is approved
    refusals=REFUSALS,
)
#: What stands in the ledger and may still count or counts: an entry of these states cannot be entered twice.
LIVING = frozenset({UNREVIEWED, APPROVED})
#: What counts: an entry that was reversed counts as well as the one that reverses it, so that both come to nothing.
COUNTED = frozenset({APPROVED, REVERSED})
