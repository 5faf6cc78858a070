"""The flows that an installation begins with. Source: TKT-2, TKT-11; DEFAULTS, ticket_state."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from app.desk.tickets.rules.flows import ASSIGNEE, Arrow, Flow, State
from app.desk.tickets.rules.phases import (
    CANCELLED,
    CLOSED,
    DISPATCHED,
    IN_HANDS,
    NEW,
    REVIEWED,
    SOLVED,
    UNSOLVED,
    WAITING,
    WORKING,
    Phase,
)

#: The type whose flow all types follow that have none of their own.
USUAL = "after_sales"


class SeedFlow(NamedTuple):
    """``due_hours``: until when it is to be done; ``tells_supervisor``: of each new one."""

    flow: Flow
    due_hours: int | None = None
    tells_supervisor: bool = False


def _state(code: str, hans: str, hant: str, en: str, phase: Phase, color: str) -> State:
    return State(code, (hans, hant, en), phase, color)


WAITS = _state("waiting_customer", "等待客户", "等待客戶", "Waiting for the customer", WAITING, "purple")
REVISITED = _state("revisited", "回访", "回訪", "Revisited", REVIEWED, "lime")
ENDS = _state("closed", "关闭", "關閉", "Closed", CLOSED, "gray")
CANCELS = _state("cancelled", "已取消", "已取消", "Cancelled", CANCELLED, "gray")


def _flow(states: Iterable[State], forward: str, *more: str) -> Flow:
    """Return a flow: ``forward`` and ``more`` are its own arrows, "a > b > c"; the rest is as everywhere.

    Whoever has it may wait, return and cancel; solving asks for the solution; what is solved may be closed and
    reopened.
    """
    found = tuple(states)
    by_code = {one.code: one for one in found}
    pairs: list[tuple[str, str]] = []
    for line in (forward, *more):
        steps = line.split(" > ")
        pairs += pairwise(steps)
    pairs += _usual(found, works=_first(found, WORKING) or found[0])
    arrows = {pair: _arrow(by_code[pair[0]], by_code[pair[1]]) for pair in dict.fromkeys(pairs)}
    return Flow(found, tuple(arrows.values()))


def _first(states: Iterable[State], phase: Phase) -> State | None:
    return next((one for one in states if one.phase == phase), None)


def _usual(states: tuple[State, ...], *, works: State) -> list[tuple[str, str]]:
    waits, ends, cancels = WAITS.code, ENDS.code, CANCELS.code
    pairs: list[tuple[str, str]] = []
    for one in states:
        if one.phase in UNSOLVED:
            pairs.append((one.code, cancels))
        if one.phase in IN_HANDS:
            pairs.append((one.code, states[0].code))
        if one.phase == WORKING:
            pairs += [(one.code, waits), (waits, one.code)]
        if one.phase in (SOLVED, REVIEWED, CLOSED):
            pairs.append((one.code, works.code))
        if one.phase == SOLVED:
            pairs += [(one.code, ends), (states[0].code, one.code)]
    if works is states[0]:  # nobody works on it: it waits and goes on where it began
        pairs = [pair for pair in pairs if waits not in pair]
    return pairs


def _arrow(source: State, target: State) -> Arrow:
    needs = ("solution",) if target.phase == SOLVED else ()
    who = frozenset({ASSIGNEE}) if source.phase == DISPATCHED and target.phase == WORKING else frozenset()
    return Arrow(source.code, target.code, who=who, needs=needs)


SERVICE = _flow(
    (
        _state("undispatched", "未派单", "未派單", "Not dispatched", NEW, "red"),
        _state("dispatched", "已派单", "已派單", "Dispatched", DISPATCHED, "amber"),
        _state("in_progress", "处理中", "處理中", "In work", WORKING, "blue"),
        WAITS,
        _state("resolved", "已解决", "已解決", "Solved", SOLVED, "teal"),
        _state("revisited", "已回访", "已回訪", "Revisited", REVIEWED, "lime"),
        _state("closed", "已关闭", "已關閉", "Closed", CLOSED, "gray"),
        CANCELS,
    ),
    "undispatched > dispatched > in_progress > resolved > revisited > closed",
    "undispatched > in_progress",
)
CONSULT = _flow(
    (
        _state("received", "受理", "受理", "Received", NEW, "red"),
        _state("answered", "答复", "答覆", "Answered", SOLVED, "teal"),
        ENDS,
        CANCELS,
    ),
    "received > answered > closed",
)
COMPLAINT = _flow(
    (
        _state("received", "受理", "受理", "Received", NEW, "red"),
        _state("investigating", "调查", "調查", "Investigation", WORKING, "amber"),
        _state("handling", "处理", "處理", "Handling", WORKING, "blue"),
        WAITS,
        _state("fed_back", "反馈客户", "回饋客戶", "Customer informed", SOLVED, "teal"),
        REVISITED,
        ENDS,
        CANCELS,
    ),
    "received > investigating > handling > fed_back > revisited > closed",
    "handling > investigating",
)
SUGGESTION = _flow(
    (
        _state("collected", "收集", "收集", "Collected", NEW, "red"),
        _state("evaluating", "评审", "評審", "Evaluation", WORKING, "amber"),
        _state("adopted", "采纳", "採納", "Adopted", WORKING, "green"),
        _state("declined", "不采纳", "不採納", "Not adopted", WORKING, "orange"),
        WAITS,
        _state("replied", "反馈", "回饋", "Replied", SOLVED, "teal"),
        ENDS,
        CANCELS,
    ),
    "collected > evaluating > adopted > replied > closed",
    "evaluating > declined > replied",
    "adopted > evaluating",
    "declined > evaluating",
)
FAULT = _flow(
    (
        _state("fault_reported", "报障", "報障", "Fault reported", NEW, "red"),
        _state("diagnosing", "排查", "排查", "Diagnosis", WORKING, "amber"),
        _state("repairing", "修复", "修復", "Repair", WORKING, "blue"),
        WAITS,
        _state("verified", "验证", "驗證", "Verified", SOLVED, "teal"),
        REVISITED,
        ENDS,
        CANCELS,
    ),
    "fault_reported > diagnosing > repairing > verified > revisited > closed",
    "repairing > diagnosing",
)
#: By ticket type.
SEEDS: Mapping[str, SeedFlow] = {
    USUAL: SeedFlow(SERVICE),
    "consult": SeedFlow(CONSULT),
    "complaint": SeedFlow(COMPLAINT, due_hours=72, tells_supervisor=True),
    "suggestion": SeedFlow(SUGGESTION),
    "fault": SeedFlow(FAULT),
}
