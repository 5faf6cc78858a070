"""What can be done with many bank lines at once."""

from collections.abc import Sequence

from app.base.actor import Actor, current_actor
from app.base.bulk import Action
from app.base.fields import Choice, Number, Text
from app.base.i18n import _
from app.crm.reconciliation import services
from app.crm.reconciliation.rules import scoring

LEAST = Number(
    _("At least so many points"),
    name="least",
    column="least",
    low=scoring.PROPOSED,
    high=100,
    help=_("Empty: every proposal. What has fewer points is left alone, and named."),
)
REASON = Choice(_("Reason"), name="reason", column="reason", dictionary="reconcile_ignore_reason", required=True)
WORDS = Text(_("Reason in words"), name="reason_text", column="reason_text", max_length=500)


def _settle(ids: Sequence[int]) -> None:
    actor: Actor | None = current_actor()
    assert actor is not None, "somebody runs it"  # noqa: S101 - a programming error
    services.settle(ids, actor=actor)


CONFIRM = Action(
    "confirm",
    _("Confirm proposals"),
    services.confirm_many,
    lambda _given: services.BULK_COLUMNS,
    icon="link",
    fields=(LEAST,),
    check=services.check_least,
    after=_settle,
    plan=services.plan_confirm,
    asks=_("Which proposals"),
    hint=_("Nothing is approved by it."),
)
IGNORE = Action(
    "ignore",
    _("Set aside"),
    services.ignore_many,
    lambda _given: services.BULK_COLUMNS,
    icon="eye-off",
    fields=(REASON, WORDS),
    check=services.check_reason,
    after=_settle,
    asks=_("Why"),
    hint=_("They stay in the list, and can be taken up again."),
)
