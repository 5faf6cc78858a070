"""Flows: the first ones, and every further edition of them. Editions never change: running tickets keep theirs."""

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Actor
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, lock, transaction
from app.desk.tickets import queries
from app.desk.tickets.models import TicketArrow, TicketEdition, TicketFlow, TicketState
from app.desk.tickets.rules.flows import Flow, check_flow
from app.desk.tickets.rules.seeds import SEEDS
from app.extensions import db

MOST_HOURS = 8760


@transaction
def seed() -> None:
    """Make the usual flows of the types that have none."""
    there = set(db.session.scalars(select(TicketFlow.type)))
    for kind, one in SEEDS.items():
        if kind not in there:
            flow = TicketFlow(type=kind, number=0)
            db.session.add(flow)
            db.session.flush()
            _make(flow, one.flow, due_hours=one.due_hours, tells_supervisor=one.tells_supervisor, actor=SYSTEM)


@transaction
def add_flow(kind: str, *, actor: Actor) -> TicketFlow:
    """Give a type of ticket a flow of its own: that of service, to be changed from there. Raises Invalid."""
    if queries.flow_of(kind) is not None:
        raise Invalid(_("This type has its flow already."))
    usual = queries.edition_for(kind)
    flow = TicketFlow(type=kind, number=0)
    db.session.add(flow)
    db.session.flush()
    _make(flow, usual.flow, due_hours=usual.due_hours, tells_supervisor=usual.tells_supervisor, actor=actor)
    return flow


@transaction
def save_flow(
    flow: TicketFlow,
    meant: Flow,
    *,
    due_hours: int | None,
    tells_supervisor: bool,
    actor: Actor,
    revision: int | None,
) -> TicketEdition:
    """Make a new edition of a flow: tickets from now on follow it. Raises Conflict if it was saved since, Invalid."""
    lock(flow)
    check_revision(flow, revision=revision)
    check_flow(meant)
    if due_hours is not None and not 0 < due_hours <= MOST_HOURS:
        raise Invalid(_("Between 1 and %(most)s hours."), most=MOST_HOURS)
    return _make(flow, meant, due_hours=due_hours, tells_supervisor=tells_supervisor, actor=actor)


def _make(
    flow: TicketFlow, meant: Flow, *, due_hours: int | None, tells_supervisor: bool, actor: Actor
) -> TicketEdition:
    flow.number, flow.changed_at, flow.changed_by_id = flow.number + 1, clock.now(), actor.id
    made = TicketEdition(flow_id=flow.id, number=flow.number, due_hours=due_hours, made_by_id=actor.id)
    made.tells_supervisor = tells_supervisor
    made.states = [
        TicketState(
            place=place,
            code=one.code,
            name_zh_hans=one.names[0],
            name_zh_hant=one.names[1],
            name_en=one.names[2],
            phase=one.phase,
            color=one.color,
        )
        for place, one in enumerate(meant.states, start=1)
    ]
    made.arrows = [
        TicketArrow(
            place=place,
            source=one.source,
            target=one.target,
            name=one.name or None,
            who=sorted(one.who),
            needs=list(one.needs),
        )
        for place, one in enumerate(meant.arrows, start=1)
    ]
    db.session.add(made)
    db.session.flush()
    raise_stamp(queries.STAMP)
    return made
