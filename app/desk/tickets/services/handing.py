"""Dispatch 派单, take 领取, transfer 转派 and return 退回: whose hands a ticket is in. Source: TKT-2, OWN-13."""

from collections.abc import Mapping
from typing import Any

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.transaction import transaction
from app.crm.renewals.queries import service_limited
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.people import name_of, workers
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.phases import ACCEPT, DISPATCH, DISPATCHED, GIVE_BACK, NEW, TAKE, WORKING
from app.desk.tickets.services import steps, telling
from app.desk.tickets.services.steps import TRANSFERRED, Hands

NOTHING: Mapping[str, Any] = {}
WHY_NOT: Mapping[str, Any] = {
    "disabled": _("The account of %(name)s is disabled: choose somebody else."),
    "no_role": _("%(name)s has no role that works on tickets."),
}


def check_worker(employee_id: int | None) -> None:
    """Raise InvalidFields for somebody who cannot be given a ticket."""
    if employee_id is not None and (why := workers([employee_id]).get(employee_id)):
        raise InvalidFields({"assignee": WHY_NOT[why] % {"name": name_of(employee_id)}})


def _check_serviceable(ticket: Ticket) -> None:
    """Raise WrongState where the customer's service has run out and nobody allowed an exception."""
    if not ticket.is_excepted:
        is_limited = service_limited(ticket.customer_id)
        rules.check_serviceable(is_limited=is_limited, is_excepted=False)


def _check_undispatched(ticket: Ticket) -> None:
    rules.check_unsolved(ticket.phase)
    rules.check_free(assignee_id=ticket.assignee_id, name=name_of(ticket.assignee_id))


def _check_queue(key: int | None) -> None:
    queue = queries.queue(key)
    rules.check_queue(is_asked=key is not None, is_active=queue is not None and queue.is_active)


@transaction
def dispatch(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Give a ticket that nobody has to ``assignee``, in ``to`` if said, or into ``queue``; ``words``: what to know.

    Raises Conflict, NotAllowed, InvalidFields; WrongState if somebody has it, or the customer's service has run out.
    """
    steps.hold(ticket, actor=actor, revision=revision)
    _check_undispatched(ticket)
    assignee, queue = values.get("assignee"), values.get("queue")
    rules.check_given(assignee_id=assignee, queue_id=queue)
    _check_queue(queue)
    check_worker(assignee)
    _check_serviceable(ticket)
    words = values.get("words") or ""
    flow = queries.edition(ticket.edition_id).flow
    arrow = flow.handing(ticket.state, to=values.get("to")) if assignee is not None else None
    steps.enter(ticket, arrow, values, actor=actor)
    target = arrow.target if arrow is not None else ticket.state
    hands = Hands(assignee, queue)
    steps.put(ticket, target, verb=DISPATCH, words=words, hands=hands, actor=actor)
    telling.given(ticket, words=words, actor=actor)


@transaction
def take(ticket: Ticket, values: Mapping[str, Any] = NOTHING, *, actor: Actor, revision: int | None = None) -> None:
    """Take a ticket that nobody has: it is in work from now on, in ``to`` if said. WrongState: somebody was faster.

    ``values``: what the flow asks for before. Raises InvalidFields without it.
    """
    steps.hold(ticket, actor=actor, revision=revision)
    _check_undispatched(ticket)
    check_worker(actor.id)
    _check_serviceable(ticket)
    flow = queries.edition(ticket.edition_id).flow
    arrow = flow.handing(ticket.state, verb=TAKE, to=values.get("to"))
    steps.enter(ticket, arrow, values, actor=actor)
    target = arrow.target if arrow is not None else ticket.state
    steps.put(ticket, target, verb=TAKE, words=values.get("words"), hands=Hands(actor.id), actor=actor)


@transaction
def accept(ticket: Ticket, values: Mapping[str, Any] = NOTHING, *, actor: Actor, revision: int | None = None) -> None:
    """Begin to work on a ticket that was dispatched to the actor, in ``to`` if said. Raises WrongState.

    ``values``: what the flow asks for before. Raises InvalidFields without it.
    """
    steps.hold(ticket, actor=actor, revision=revision)
    arrow = steps.arrow_of(ticket, ACCEPT, to=values.get("to"), actor=actor)
    steps.check_filled(ticket, arrow, values)
    steps.fill(ticket, values)
    steps.put(ticket, arrow.target, verb=ACCEPT, words=values.get("words"), actor=actor)


@transaction
def give_back(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Return a ticket to where it is dispatched, for the reason in ``words``. Raises WrongState, InvalidFields."""
    steps.hold(ticket, actor=actor, revision=revision)
    arrow = steps.arrow_of(ticket, GIVE_BACK, to=values.get("to"), actor=actor)
    rules.check_reason(values.get("words"))
    steps.check_filled(ticket, arrow, values)
    steps.fill(ticket, values)
    steps.put(ticket, arrow.target, verb=GIVE_BACK, words=values["words"], hands=Hands(), actor=actor)
    telling.returned(ticket, words=values["words"], actor=actor)


@transaction
def transfer(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Give a ticket that is being worked on to another ``assignee``, or into a ``queue``, for the reason in ``words``.

    To a person it stays where it is, accepted only by them; into a queue it begins anew. What nobody has goes to a
    person by ``dispatch`` alone: that has its own permission, and asks for the service. Raises as ``dispatch``.
    """
    steps.hold(ticket, actor=actor, revision=revision)
    rules.check_unsolved(ticket.phase)
    assignee, queue = values.get("assignee"), values.get("queue")
    rules.check_given(assignee_id=assignee, queue_id=queue)
    rules.check_transferable(assignee_id=ticket.assignee_id, wanted=assignee)
    rules.check_new_hands(now=ticket.assignee_id, wanted=assignee)
    rules.check_reason(values.get("words"))
    _check_queue(queue)
    check_worker(assignee)
    target = kept(ticket) if assignee is not None else queries.edition(ticket.edition_id).flow.first.code
    hands = Hands(assignee, queue)
    steps.put(ticket, target, verb=TRANSFERRED, words=values["words"], hands=hands, actor=actor)
    telling.given(ticket, words=values["words"], actor=actor)


def kept(ticket: Ticket) -> str:
    """Return where a ticket stands in other hands: dispatched where its flow has that, else as it was."""
    flow = queries.edition(ticket.edition_id).flow
    if ticket.phase == NEW:
        arrow = flow.handing(ticket.state)
        return arrow.target if arrow is not None else ticket.state
    if ticket.phase == WORKING:
        return next((one.code for one in flow.states if one.phase == DISPATCHED), ticket.state)
    return ticket.state
