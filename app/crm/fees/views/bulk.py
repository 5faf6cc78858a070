"""Approving and rejecting many fees at once: ticked ones, or all that a filter finds. They are not taken back."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from app.base import wording
from app.base.actor import Actor
from app.base.bulk import Action, Applied, Given
from app.base.fields import LongText
from app.base.i18n import _
from app.crm.fees import queries, services
from app.crm.fees.views.verbs import REASON, TEXT

NOTE = LongText(_("Note"), name="note", column="note", max_length=300)


def _approve(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    return services.approve(ids, given.get("note", ""), actor)


def _reject(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    return services.reject(ids, given["reason"], given.get("text", ""), actor)


def _check(given: Given, _actor: Actor) -> None:
    services.check_reason(given.get("reason"), given.get("text", ""))


def _says(where: ColumnElement[bool], _actor: Actor) -> object:
    waiting = queries.by_state([where]).get("unreviewed", queries.Tally(0, queries.NOTHING))
    words = {"count": wording.number(waiting.entries), "total": wording.yuan(waiting.total)}
    return _("Waiting among them: %(count)s, in all %(total)s.") % words


APPROVE = Action(
    "approve",
    _("Approve"),
    _approve,
    lambda _given: (),
    icon="checks",
    fields=(NOTE,),
    is_final=True,
    is_typed=False,
    says=_says,
    asks=_("A note, if you like"),
    hint=_("What you entered yourself, what counts to you and what is not waiting is left alone, and named."),
)
REJECT = Action(
    "reject",
    _("Reject"),
    _reject,
    lambda _given: (),
    icon="x",
    permission="approve",
    danger=True,
    fields=(REASON, TEXT),
    check=_check,
    is_final=True,
    is_typed=False,
    says=_says,
    asks=_("Why"),
    hint=_("Whoever entered them reads it."),
)
