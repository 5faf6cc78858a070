"""Serving a customer whose service has run out: allowed at once, or asked for and approved. Source: OWN-13, APR-1."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor
from app.base.bulk import Applied
from app.base.scope import unscoped, with_deleted
from app.base.transaction import transaction
from app.crm.renewals.queries import service_limited
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.tickets import EXCEPTION
from app.desk.tickets.services import steps
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.approvals.services import Decided


@transaction
def allow_exception(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Let a ticket be dispatched although the customer's service has run out, for the reason in ``words``.

    Who allowed it, when and why stands in the history; a request for it that waits is over.
    Raises Conflict, WrongState, InvalidFields.
    """
    _hold(ticket, values, actor=actor, revision=revision)
    ticket.is_excepted = True
    db.session.flush()
    approvals.drop(EXCEPTION, [ticket.id], actor=actor)


@transaction
def ask_exception(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Ask those who approve that a ticket may be served all the same, for the reason in ``words``.

    Raises Conflict, InvalidFields, WrongState where nothing has run out, or where it waits for approval already.
    """
    _hold(ticket, values, actor=actor, revision=revision)
    rules.check_limited(is_limited=service_limited(ticket.customer_id))
    approvals.begin(EXCEPTION, [ticket.id], applicant_id=actor.id or 0, actor=actor)


def _hold(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    steps.hold(ticket, actor=actor, revision=revision)
    rules.check_unsolved(ticket.phase)
    rules.check_not_excepted(is_excepted=ticket.is_excepted)
    rules.check_reason(values.get("words"))
    ticket.exception_reason, ticket.updated_at = values["words"].strip()[: steps.LONGEST_WORDS], clock.now()


@transaction
def approve(ids: Sequence[int], note: str, actor: Actor) -> Applied:
    """Say yes: tickets whose approval is through may be dispatched. What is over or deleted is named instead."""
    tickets, refused = _locked(ids)
    for key, one in tickets.items():
        if (sentence := queries.no_exception(one)) is not None:
            refused[key] = sentence
    decided = approvals.approve(EXCEPTION, [key for key in tickets if key not in refused], note=note, actor=actor)
    for key in decided.ended:
        tickets[key].is_excepted, tickets[key].updated_at = True, clock.now()
    return Applied([*decided.ended, *decided.moved_on], {**refused, **decided.refused})


@transaction
def refuse(ids: Sequence[int], reason: str, actor: Actor) -> Applied:
    """Say no: the tickets stay as they are."""
    return _decided(ids, lambda keys: approvals.reject(EXCEPTION, keys, reason=reason, actor=actor))


@transaction
def send_back(ids: Sequence[int], note: str, actor: Actor) -> Applied:
    """Give requests back to whoever asked, to be asked anew."""
    return _decided(ids, lambda keys: approvals.give_back(EXCEPTION, keys, note=note, actor=actor))


def _decided(ids: Sequence[int], decide: Callable[[Sequence[int]], Decided]) -> Applied:
    tickets, refused = _locked(ids)
    decided = decide(list(tickets))
    return Applied(decided.ended, {**refused, **decided.refused})


def _locked(ids: Sequence[int]) -> tuple[dict[int, Ticket], dict[int, object]]:
    wanted = select(Ticket).where(Ticket.id.in_(sorted(set(ids)))).order_by(Ticket.id).with_for_update(of=Ticket)
    with unscoped("who is asked decides, whether or not the ticket is theirs"), with_deleted():
        rows = db.session.scalars(wanted.execution_options(populate_existing=True))
        found = {row.id: row for row in rows}
    return found, {key: approvals.NOT_WAITING for key in ids if key not in found}
