"""Whose a ticket is. Source: DECISIONS on the scope "own" of a ticket."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, FromClause, and_, false, or_, select, true

from app.base.actor import Actor, Level
from app.desk.tickets.rules.phases import DONE, OPEN

REACH, SOLVED_REACH = "tickets", "solved_tickets"


class TicketScope:
    """Own: created by, with, or shared with somebody; what lies unassigned in one's queues. Department: of whoever
    has it, and of its group; what no route leads anywhere and nobody has belongs to all who reach further than their
    own. Followers read; whoever takes part writes. Besides, somebody may read all that are solved and not open again.
    """

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        reach = actor.reach(REACH)
        level = reach.write if write else reach.read
        if level == Level.ALL:
            return true()
        is_learned_from = not write and actor.reach(SOLVED_REACH).read == Level.ALL
        learned = table.c.phase.in_(sorted(DONE)) if is_learned_from else false()
        return or_(learned, self._mine(table, actor, level, write=write)) if level > Level.NONE else learned

    @staticmethod
    def _mine(table: FromClause, actor: Actor, level: Level, *, write: bool) -> ColumnElement[bool]:
        mine = [table.c.assignee_id == actor.id, table.c.created_by_id == actor.id, _takes_part(table, actor, write)]
        mine.append(_lies_in_queues(table, actor))
        if level > Level.OWN:
            houses = {actor.department_id} if level == Level.DEPARTMENT else actor.departments_below
            known = sorted(filter(None, houses))
            mine += [table.c.department_id.in_(known), table.c.group_id.in_(known)]
            mine.append(and_(table.c.assignee_id.is_(None), table.c.group_id.is_(None)))
        return or_(*mine)


def _takes_part(table: FromClause, actor: Actor, write: bool) -> ColumnElement[bool]:  # noqa: FBT001 - as in Policy
    people = Model.metadata.tables["tickets_person"]
    wanted = select(people.c.ticket_id).where(people.c.employee_id == actor.id)
    return table.c.id.in_(wanted.where(people.c.is_follower.is_(False)) if write else wanted)


def _lies_in_queues(table: FromClause, actor: Actor) -> ColumnElement[bool]:
    members = Model.metadata.tables["tickets_queue_member"]
    queues = select(members.c.queue_id).where(members.c.employee_id == actor.id)
    return and_(table.c.assignee_id.is_(None), table.c.queue_id.in_(queues))


class TicketHeld:
    """Whoever has a ticket or took it in calls back, and so do those who lead its department or its group.

    Who only takes part, follows, or works in its queue sees personal data as everybody of their role does.
    """

    columns: Sequence[str] = ("assignee_id", "created_by_id", "department_id", "group_id")

    def loads(self) -> Sequence[Any]:
        return ()

    def has(self, record: Any, actor: Actor) -> bool:
        is_own = actor.id is not None and actor.id in (record.assignee_id, record.created_by_id)
        return is_own or record.department_id in actor.leads or record.group_id in actor.leads

    def rows(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        if actor.id is None:
            return false()
        led = sorted(actor.leads)
        own = (table.c.assignee_id == actor.id, table.c.created_by_id == actor.id)
        return or_(*own, table.c.department_id.in_(led), table.c.group_id.in_(led))


TICKET_SCOPE, TICKET_HELD = TicketScope(), TicketHeld()


def opened_by_tickets(table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
    """Return the condition that a customer is open to the actor by a ticket of theirs that is not at its end.

    To be read, never to be changed. Source: DECISIONS on the intake lookup; "technician, r: customers of own tickets".
    """
    reach = actor.reach(REACH)
    if write or actor.id is None or reach.read == Level.NONE:
        return false()
    tickets = Model.metadata.tables["tickets_ticket"]
    mine = or_(tickets.c.assignee_id == actor.id, tickets.c.created_by_id == actor.id)
    if reach.write > Level.NONE:  # whoever may take it decides by whom it is for
        mine = or_(mine, _lies_in_queues(tickets, actor))
    if reach.write > Level.OWN:  # whoever dispatches knows whom it is for
        mine = TICKET_SCOPE.rows(tickets, actor, write=True)
    living = (tickets.c.phase.in_(sorted(OPEN)), tickets.c.deleted_at.is_(None))
    return table.c.id.in_(select(tickets.c.customer_id).where(mine, *living))
