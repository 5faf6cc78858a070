"""What an imported ticket must be, and when it came where. Pure. Source: docs/decisions, tickets in lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from app.base.chinese import fold
from app.base.errors import Invalid, InvalidFields
from app.base.i18n import _
from app.desk.tickets.rules.flows import Flow, State
from app.desk.tickets.rules.phases import (
    CANCELLED,
    CLOSED,
    DISPATCHED,
    IN_HANDS,
    NEW,
    PHASES,
    REVIEWED,
    SOLVED,
    WAITING,
    WORKING,
    Phase,
)

IMPORTED = "imported"  # the verb of the flow record

#: What phases are called in the tables of other houses, besides the program's own words.
ALSO_CALLED: Mapping[Phase, tuple[str, ...]] = {
    NEW: ("未派单", "待派单", "新建", "未处理", "待处理"),
    DISPATCHED: ("已派单", "待接单", "已分派"),
    WORKING: ("处理中", "进行中", "已接单"),
    WAITING: ("等待客户", "等待客户回复", "待客户", "挂起"),
    SOLVED: ("已解决", "已处理", "待回访"),
    REVIEWED: ("已回访", "待关闭"),
    CLOSED: ("已关闭", "关闭", "已结案", "结案", "已完结", "完结", "已完成", "完成"),
    CANCELLED: ("已取消", "取消", "已撤销", "作废", "已作废"),
}
FINISHED = frozenset({SOLVED, REVIEWED, CLOSED})
NUMBER_TAKEN = _("A ticket has this number already.")
CHANGED_FLOW = _("The flow of this type was changed after the file was checked: check it again.")


class Times(NamedTuple):
    """When a ticket was taken in, solved and closed, as far as the file says."""

    created_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None


def state_meant(flow: Flow, text: str) -> State:
    """Return the state of a flow that a word means: its code or name, else its phase's; of an empty one the first.

    Raises Invalid if there is none, or several.
    """
    if not text:
        return flow.first
    meant = fold(text)
    found = [one for one in flow.states if meant in _folded(one.code, *filter(None, one.names))]
    found = found or [one for one in flow.states if meant in _called(one.phase)]
    if not found:
        raise Invalid(_("“%(word)s” is neither a state of this type's flow nor a phase in it."), word=text)
    if len(found) > 1:
        names = "、".join(one.label for one in found)
        raise Invalid(_("In the flow of this type “%(word)s” may be %(names)s: write which."), word=text, names=names)
    return found[0]


def _called(phase: Phase) -> set[str]:
    return _folded(phase, str(PHASES[phase][0]), *ALSO_CALLED[phase])


def _folded(*words: str) -> set[str]:
    return {fold(one) for one in words}


def check(phase: Phase, times: Times, *, has_assignee: bool, is_handed: bool, now: datetime) -> None:
    """Raise InvalidFields for hands that a phase does not have, or moments that are not in order.

    ``is_handed``: whoever is given a ticket in this state takes it to another.
    """
    problems = _hands(phase, has_assignee=has_assignee, is_handed=is_handed)
    if times.solved_at is not None and phase not in FINISHED:
        problems["solved_at"] = _("In this state it is not solved: leave this out, or write another state.")
    if times.closed_at is not None and phase != CLOSED:
        problems["closed_at"] = _("In this state it is not closed: leave this out, or write another state.")
    for name, value in times._asdict().items():
        if value is not None and value > now:
            problems[name] = _("This is in the future.")
    for earlier, later in (("created_at", "solved_at"), ("created_at", "closed_at"), ("solved_at", "closed_at")):
        if later not in problems and _is_before(getattr(times, later), getattr(times, earlier)):
            problems[later] = BEFORE[earlier]
    if problems:
        raise InvalidFields(problems)


BEFORE: Mapping[str, object] = {
    "created_at": _("This is before it was taken in."),
    "solved_at": _("This is before it was solved."),
}


def _hands(phase: Phase, *, has_assignee: bool, is_handed: bool) -> dict[str, object]:
    if phase in IN_HANDS and not has_assignee:
        return {"assignee": _("In this state somebody has it: write who.")}
    if phase == NEW and has_assignee and is_handed:
        return {"assignee": _("In this state nobody has it yet: leave this out, or write another state.")}
    return {}


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def settled(phase: Phase, times: Times, *, now: datetime) -> Times:
    """Return the moments of a ticket, those filled in that the file leaves out: what is not said was at once."""
    created = times.created_at or times.solved_at or times.closed_at or now
    solved = (times.solved_at or times.closed_at or created) if phase in FINISHED else None
    closed = (times.closed_at or solved) if phase == CLOSED else None
    return Times(created, solved, closed)


def arrived_at(phase: Phase, times: Times, *, now: datetime) -> datetime:
    """Return since when a ticket is in its state. Since when somebody has it no file says: since it is here."""
    if phase in IN_HANDS:
        return now
    return times.closed_at or times.solved_at or times.created_at or now
