"""Winning, losing and reopening. A won opportunity is a deal in the same transaction. Source: SAL-1, CUS-15."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.errors import WrongState
from app.base.i18n import _
from app.base.transaction import check_revision, lock, transaction
from app.crm.customers import queries as customers
from app.crm.deals import services as deals
from app.crm.fees import services as fees
from app.extensions import db
from app.sales.opportunities import queries, rules
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.services import moves

ORIGIN = "opportunity"
#: Says what forbids that a won opportunity is reopened: something hangs on its deal.
Hangs = Callable[[int], object]
_hanging: dict[str, Hangs] = {}


def fees_hang_on(name: str, says: Hangs) -> None:
    """Let a domain forbid that a won opportunity is reopened: ``says`` (its id) returns the sentence, or None."""
    _hanging[name] = says


def fee_keeps(key: int) -> object:
    """Return why a won opportunity stays won: a living fee pays for its deal."""
    return fees.keeps_origin(ORIGIN, key)


@transaction
def win(opportunity: Opportunity, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Win an opportunity: ``amount``, ``closed_on`` and ``product`` as sold. Its deal is made, its customer has bought.

    Raises Conflict, WrongState unless it is open, InvalidFields without amount or day.
    """
    _held(opportunity, revision)
    rules.LIFECYCLE.after("win", rules.Phase(opportunity.state))
    rules.check_won(values, today=clock.today())
    with db.session.no_autoflush:
        opportunity.amount, opportunity.closed_on = values["amount"], values["closed_on"]
        opportunity.product_id = values.get("product")
        _clear_loss(opportunity)
        moves.put(opportunity, _stage(rules.WON), words=values.get("words") or "", actor=actor)
    deals.from_origin(
        ORIGIN,
        opportunity.id,
        customer_id=opportunity.customer_id,
        product_id=opportunity.product_id,
        amount=Decimal(values["amount"]),
        dealt_on=values["closed_on"],
        agent_id=opportunity.owner_id,
        actor=actor,
    )


@transaction
def lose(opportunity: Opportunity, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Lose an opportunity: ``loss_reason``, and perhaps ``loss_words`` and ``competitor``. Raises as ``win``."""
    _held(opportunity, revision)
    rules.LIFECYCLE.after("lose", rules.Phase(opportunity.state))
    rules.check_lost(values)
    with db.session.no_autoflush:
        opportunity.closed_on = clock.today()
        for name in ("loss_reason", "loss_words", "competitor"):
            setattr(opportunity, name, values.get(name))
        moves.put(opportunity, _stage(rules.LOST), words=values.get("loss_words") or "", actor=actor)


@transaction
def reopen(opportunity: Opportunity, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Open a won or lost opportunity again, in ``stage``, for the reason in ``words``; the deal of a won one goes.

    Raises Conflict, WrongState if it is open, Invalid where a fee hangs on its deal.
    """
    _held(opportunity, revision)
    rules.LIFECYCLE.after("reopen", rules.Phase(opportunity.state))
    stage = queries.stage(values["stage"]) if values.get("stage") else queries.first_open()
    rules.check_stage(stage, rules.OPEN, now="")
    was_won = opportunity.state == rules.WON
    if was_won:
        rules.check_unpaid(next(filter(None, (says(opportunity.id) for says in _hanging.values())), None))
    with db.session.no_autoflush:
        opportunity.closed_on = None
        _clear_loss(opportunity)
        moves.put(opportunity, stage, words=values.get("words") or "", actor=actor)
    if was_won:
        db.session.flush()
        deals.withdraw_origin(ORIGIN, [opportunity.id], actor=actor)


def _held(opportunity: Opportunity, revision: int | None) -> None:
    """Hold the customer, then the opportunity: in this order, as whoever changes its deals."""
    customer = customers.by_id(opportunity.customer_id)
    if customer is not None:
        lock(customer)
    lock(opportunity)
    check_revision(opportunity, revision=revision)
    if opportunity.deleted_at is not None:
        raise WrongState(_("This opportunity was deleted meanwhile."))


def _stage(phase: rules.Phase) -> queries.StageRow:
    return queries.stages(phase=phase, is_active=True)[0]


def _clear_loss(opportunity: Opportunity) -> None:
    opportunity.loss_reason = opportunity.loss_words = opportunity.competitor = None
