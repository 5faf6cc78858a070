"""Old tickets as an import brings them in: with the state they have, their number, and a flow record that says so."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from app.base import clock, numbering
from app.base.actor import Actor
from app.base.among import among
from app.base.errors import Invalid
from app.base.fields import Field
from app.base.history import delete_versioned, insert_versioned
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.customers.services.imports import naming
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket, TicketMove
from app.desk.tickets.rules import imports as rules
from app.desk.tickets.rules import tickets
from app.desk.tickets.rules.phases import CLOSED, NEW, REVIEWED, SOLVED, WORKING, Phase
from app.desk.tickets.services.import_rows import FIELDS, TicketChecker, moment, problems_of, times_of, why_unable
from app.desk.tickets.services.opening import PREFIX, written
from app.extensions import db
from app.system.imports.services import MakesOnly, changed_since, used
from app.system.security import queries as security

ROWS, MOVES = Ticket.__table__, TicketMove.__table__
OURS = re.compile(r"GD-(\d{8})-(\d{4,6})")
KINDS = {"credit_code": "code", "number": "code", "caller_phone": "phone"}
REQUIRED = frozenset({"type", "title"})
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    **naming.SYNONYMS,
    "number": ("工单号", "工单编号", "编号", "单号", "no."),
    "type": ("工单类型", "类型", "类别"),
    "category": ("问题分类", "分类", "问题类别"),
    "priority": ("优先级", "紧急程度"),
    "channel": ("来源", "渠道", "受理渠道", "来源渠道"),
    "product": ("产品", "产品编码", "产品名称", "product code"),
    "title": ("标题", "主题", "问题", "工单标题", "问题标题", "subject"),
    "description": ("问题描述", "描述", "详情", "内容"),
    "caller": ("来电人", "联系人", "报修人", "提出人"),
    "caller_phone": ("来电号码", "联系电话", "电话", "手机"),
    "state": ("工单状态", "状态", "处理状态"),
    "assignee": ("处理人", "负责人", "受理人", "工程师", "经办人"),
    "due_at": ("截止时间", "要求完成时间", "期限"),
    "solution": ("解决办法", "解决方案", "处理结果", "处理情况"),
    "created_at": ("受理时间", "创建时间", "提交时间", "报修时间", "受理日期"),
    "solved_at": ("解决时间", "完成时间", "处理时间"),
    "closed_at": ("关闭时间", "结案时间", "结束时间"),
}


class TicketTarget(MakesOnly):
    """See system.imports.services.targets.Target. Nobody is told of a ticket that is imported."""

    kind = "tickets"
    templates: Mapping[str, object] = {"tickets": _("Tickets")}

    model, synonyms, kinds, required = Ticket, SYNONYMS, KINDS, REQUIRED

    def columns(self) -> Mapping[str, Field]:
        return FIELDS()

    def notes(self, template: str, *, actor: Actor) -> Sequence[object]:  # noqa: ARG002 - the protocol's
        return [
            _("A customer is found by its credit code, else by its exact name; a product by its code or name."),
            _("A state is found in the flow of the type; left empty, the ticket waits to be dispatched."),
            _("Numbers are kept. A row without one is a new ticket each time it is imported."),
            _("Nobody is told of imported tickets. What was solved long ago is closed by itself in the next night."),
        ]

    def checker(self, template: str, *, actor: Actor) -> TicketChecker:  # noqa: ARG002 - the protocol's
        return TicketChecker(actor)

    def taken(self, values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:
        there = queries.numbers_taken(row["number"] for row in values if row.get("number"))
        living, unable = customers.living(row["customer"] for row in values), why_unable(values)
        found: dict[int, tuple[str, object]] = {}
        for place, row in enumerate(values):
            if row.get("number") in there:
                found[place] = ("number", rules.NUMBER_TAKEN)
            elif row["customer"] not in living:
                found[place] = ("customer", _("This customer was deleted meanwhile."))
            elif sentence := unable.get(row.get("assignee", 0)):
                found[place] = ("assignee", sentence)
            elif _is_other_flow(row):
                found[place] = ("state", rules.CHANGED_FLOW)
        return found

    def create(self, values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:  # noqa: ARG002
        if not values:
            return []
        now = clock.now()
        rows = [_row(row, actor, now) for row in values]
        _house(rows, actor)
        numbering.fill(
            rows,
            ours=OURS,
            prefix=PREFIX,
            key_of=lambda row: f"{clock.local(row['created_at']):%Y%m%d}",
            written=written,
        )
        ids = insert_versioned(Ticket, rows)
        moves = [_move(key, row, now) for key, row in zip(ids, rows, strict=True)]
        db.session.execute(insert(TicketMove), moves)
        return ids

    def edited_since(self, ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:  # noqa: ARG002
        """Return the numbers of those that were changed, spoken of or named since, or have files.

        A flow record stands beside a version of its ticket, but for the one that brought it in.
        """
        touched = changed_since(Ticket, ids, change_set_id=change_set_id)
        touched |= used(Ticket, ids, files="ticket", but=(MOVES.name,))
        with unscoped("whoever imported them takes them back"):
            named = select(ROWS.c.id, ROWS.c.number).where(among(ROWS.c.id, sorted(touched)))
            return {row.id: row.number for row in db.session.execute(named)}

    def remove(self, ids: Sequence[int]) -> None:
        """Take imported tickets out, with the flow record that brought each."""
        db.session.execute(delete(MOVES).where(among(MOVES.c.ticket_id, ids)))
        delete_versioned(Ticket, ids)


def _is_other_flow(row: Mapping[str, Any]) -> bool:
    try:
        return bool(problems_of(row))
    except Invalid:
        return True


#: What no file says.
UNSAID = dict.fromkeys(
    "contact_id end last_remark followup_id answered_by_id follows_id form_token deleted_at exception_reason".split()
)
NOTHING = {"waited_seconds": 0, "reopened": 0, "is_excepted": False}


def _row(values: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the columns of an imported ticket: as if it had come into its state by one step."""
    edition = queries.edition_for(values["type"])
    state = edition.flow.state(values["state"])
    phase, assignee = Phase(state.phase), values.get("assignee")
    times = rules.settled(phase, times_of(values), now=now)
    since = rules.arrived_at(phase, times, now=now)
    texts = "number title type category channel description caller caller_phone solution".split()
    return {
        **UNSAID,
        **NOTHING,
        **{name: values.get(name) for name in texts},
        **times._asdict(),
        "customer_id": values["customer"],
        "product_id": values.get("product"),
        "priority": values.get("priority") or "normal",
        "edition_id": edition.id,
        "state": state.code,
        "phase": str(phase),
        "assignee_id": assignee,
        "progress": tickets.WHOLE if phase in rules.FINISHED else 0,
        "due_at": moment(values.get("due_at")),
        "moved_at": since,
        "dispatched_at": (times.solved_at or since) if assignee is not None and phase != NEW else None,
        "accepted_at": since if phase == WORKING else None,
        "end": _end(edition) if phase == CLOSED else None,
        "created_by_id": actor.id,
        "updated_at": now,
    }


def _end(edition: queries.Walked) -> str:
    return tickets.end_of(SOLVED, has_revisit=any(one.phase == REVIEWED for one in edition.flow.states))


def _house(rows: Sequence[dict[str, Any]], actor: Actor) -> None:
    """Fill in queue, group and department as intake and dispatch would."""
    people = {row["assignee_id"] for row in rows} | {actor.id}
    houses = security.departments_of(key for key in people if key is not None)
    routes = {pair: queries.route_for(*pair) for pair in {(row["type"], row["category"]) for row in rows}}
    for row in rows:
        route = routes[row["type"], row["category"]]
        queue = queries.queue(route.queue_id) if route is not None else None
        row["queue_id"], row["group_id"] = (queue.id, queue.department_id) if queue is not None else (None, None)
        if row["assignee_id"] is not None:
            row["department_id"] = houses.get(row["assignee_id"])
        else:
            row["department_id"] = row["group_id"] or houses.get(actor.id or 0)


def _move(key: int, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    goes = {"to_state": row["state"], "to_phase": row["phase"], "to_id": row["assignee_id"]}
    return {
        "ticket_id": key,
        "verb": rules.IMPORTED,
        "queue_id": row["queue_id"],
        "at": now,
        "by_id": row["created_by_id"],
        **goes,
    }
