"""A year of tickets in the demo: queues, routes, and what became of what customers asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select

from app.base import clock, numbering
from app.base.actor import Actor, acting
from app.base.history import change_set, insert_versioned
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import ContactLink, Customer
from app.demo.companies import Maker
from app.desk.tickets import queries
from app.desk.tickets.models import Queue, QueueMember, Route, Ticket, TicketMove, TicketNote, TicketPart, TicketWork
from app.desk.tickets.queries.phases import (
    CANCELLED,
    CLOSED,
    IN_HANDS,
    NEW,
    REVIEWED,
    SOLVED,
    VERB_BETWEEN,
    WAITING,
    WORKING,
    Phase,
)
from app.extensions import db

MANY, DAYS = 130, 350
RECENT, LATELY = (0, 0, 0, 1, 0, 1, 3), 3  # days ago: of a third of them most are open
OPENING, WORKING_MINUTES, FRIDAY = time(9), 540, 4
TECHNICIANS = ("liqiang", "zhanglei", "tianye")
FIELD, REMOTE, CARE = "现场服务", "远程支持", "客户关怀"
#: queue → (department's head, who works in it)
QUEUES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    FIELD: ("gaoxiang", ("liqiang", "zhanglei")),
    REMOTE: ("gaoxiang", TECHNICIANS),
    CARE: ("lijing", ("wangli", "zhaomin", "sunhao")),
}
#: type → (queue, hours until it is to be done, the way through its flow)
COURSES: Mapping[str, tuple[str, int | None, tuple[str, ...]]] = {
    "after_sales": (FIELD, 24, ("undispatched", "dispatched", "in_progress", "resolved", "revisited", "closed")),
    "fault": (REMOTE, 8, ("fault_reported", "diagnosing", "repairing", "verified", "revisited", "closed")),
    "consult": (REMOTE, None, ("received", "answered", "closed")),
    "complaint": (CARE, 72, ("received", "investigating", "handling", "fed_back", "revisited", "closed")),
    "suggestion": (CARE, None, ("collected", "evaluating", "adopted", "replied", "closed")),
}
SHARES = (52, 24, 14, 6, 4)
#: type → (problem, what was done, solution)
ASKED: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "after_sales": (
        (
            "凭证打印格式错位，右边两列打不出来",
            "核对打印机纸张设置，重装打印模板",
            "改用 241×140 的纸张，套打模板下移两毫米",
        ),
        ("换了新电脑，软件要重新安装", "远程卸载旧机授权，在新电脑安装并恢复账套", "新电脑安装完成，账套数据核对无误"),
        ("加密狗识别不到", "更换 USB 口，更新驱动", "驱动更新后识别正常"),
        ("月末结账提示有未记账凭证", "逐张检查凭证，找到两张未审核的", "补审核后完成结账"),
        ("新来的会计不会做期末结转", "现场演示结转步骤，留下操作手册", "会计独立做了一遍，手册已留存"),
        ("开票软件和财务软件对接不上", "检查接口端口，重新授权", "端口被防火墙拦截，放行后对接成功"),
    ),
    "fault": (
        ("服务器启动后数据库服务起不来", "检查磁盘，清理日志", "日志占满磁盘，清理后服务正常"),
        ("全公司都登录不上软件", "远程检查服务器网络", "交换机断电，重启后恢复"),
        ("报表一打开就闪退", "重装报表组件", "组件损坏，重装后正常"),
        ("云财务版导出数据一直转圈", "查看后台日志，重启导出服务", "服务卡死，重启后导出成功"),
    ),
    "consult": (
        ("怎么反结账", "", "在「期末处理」里按住 Ctrl 点结账，逐月反结"),
        ("小规模转一般纳税人后税率在哪里改", "", "在「基础设置—税率」新增 13%，旧凭证不动"),
        ("能不能一张发票录多个项目", "", "可以，在明细里逐行添加"),
    ),
    "complaint": (
        ("预约的上门时间技术员没来", "联系技术员和客户，重新约时间", "当天补上门并致歉，减免上门费"),
        ("电话打了三次没人接", "查通话记录，安排专人回电", "高峰期坐席不足，已向客户说明"),
    ),
    "suggestion": (
        ("希望凭证能按摘要批量替换", "产品组评估", "已列入下个版本计划"),
        ("能不能在手机上看报表", "产品组评估", "云财务版已支持，已向客户演示"),
    ),
}
WAITS = ("等客户提供账套备份。", "客户会计出差，约下周一再处理。", "等客户采购新打印机。")
CANCELS = ("客户自己解决了。", "与另一张工单重复。", "客户暂时不需要了。")
CALLS = ("客户催了一次，答应今天下班前处理。", "已电话告知客户进度。", "客户补充：昨天升级系统后开始的。")
SPARES = ("USB 延长线", "打印头", "网线", "加密狗")


def serve(maker: Maker, actors: Mapping[str, Actor]) -> int:
    """Open a year of tickets of the customers that people hold; return how many."""
    houses = _queues(actors)
    held = _held()
    chosen = maker.random.sample(held, min(MANY, len(held)))
    made = [_ticket(maker, row, actors, houses, place) for place, row in enumerate(chosen)]
    made.sort(key=lambda one: one["ticket"]["created_at"])
    _number(made)
    quarters: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for one in made:
        at = one["ticket"]["created_at"]
        quarters.setdefault((at.year, at.month // 3), []).append(one)
    with acting(actors["gaoxiang"]):
        for _quarter, part in sorted(quarters.items()):
            _keep(part)
    return len(made)


@transaction
def _queues(actors: Mapping[str, Actor]) -> Mapping[str, tuple[int, int | None]]:
    """Set up queues and routes; return queue → (id, department)."""
    found = {}
    for name, (head, people) in QUEUES.items():
        made = Queue(name=name, department_id=actors[head].department_id, is_active=True)
        made.members = [QueueMember(employee_id=actors[one].id) for one in people]
        db.session.add(made)
        db.session.flush()
        found[name] = (made.id, made.department_id)
    for kind, (queue, hours, _codes) in COURSES.items():
        priority = "high" if kind in ("fault", "complaint") else None
        db.session.add(Route(type=kind, queue_id=found[queue][0], due_hours=hours, priority=priority, needs=[]))
    return found


def _held() -> Sequence[Any]:
    table, links = Customer.__table__, ContactLink.__table__
    columns = [table.c[name] for name in ("id", "owner_id", "department_id", "assigned_at")]
    joined = table.outerjoin(links, (links.c.customer_id == table.c.id) & links.c.is_primary)
    met = (table.c.owner_id.is_not(None), table.c.assigned_at.is_not(None), table.c.deleted_at.is_(None))
    with unscoped("the demo tells of everybody's work"):
        found = select(*columns, links.c.contact_id).select_from(joined).where(*met).order_by(table.c.id)
        return db.session.execute(found).all()


def _ticket(
    maker: Maker, row: Any, actors: Mapping[str, Actor], houses: Mapping[str, tuple[int, int | None]], place: int
) -> dict[str, Any]:
    """Return a ticket with the way it went: of the last days half are open, of the others hardly one."""
    pick = maker.random
    kind = pick.choices(tuple(COURSES), SHARES)[0]
    queue, hours, codes = COURSES[kind]
    edition = queries.edition_for(kind)
    days = RECENT[place // 3 % len(RECENT)] if place % 3 == 0 else 4 + int(DAYS * pick.random())
    at = _at_work(maker, days)
    problem, done, solution = pick.choice(ASKED[kind])
    worker = actors[pick.choice(TECHNICIANS)].id if queue != CARE else row.owner_id
    if kind == "consult":
        worker = row.owner_id
    stop = len(codes) - 1 if days > LATELY else pick.randrange(len(codes))
    path = list(codes[: stop + 1])
    ending = pick.random()
    if ending < 0.08 and len(path) > 1 and kind != "consult":  # noqa: PLR2004 - one in twelve
        path = [*path[: min(len(path), 2)], "cancelled"]
    elif ending < 0.3 and codes[2] in path and "waiting_customer" in {one.code for one in edition.flow.states}:  # noqa: PLR2004
        here = path.index(codes[2])
        path = [*path[: here + 1], "waiting_customer", *([codes[2], *path[here + 1 :]] if days > LATELY else [])]
    ticket = _began(row, kind, at, queue=houses[queue], hours=hours, problem=problem)
    ticket |= {"edition_id": edition.id, "priority": _priority(maker, kind)}
    found: dict[str, Any] = {"ticket": ticket, "moves": [], "notes": [], "work": []}
    _walk(maker, found, edition.flow, path, worker=worker, boss=actors["gaoxiang"].id)
    _say(maker, found, done=done, solution=solution, by_id=worker)
    return found


def _priority(maker: Maker, kind: str) -> str:
    shares = (10, 60, 30, 0) if kind == "fault" else (3, 12, 75, 10)
    return maker.random.choices(("urgent", "high", "normal", "low"), shares)[0]


def _began(
    row: Any, kind: str, at: datetime, *, queue: tuple[int, int | None], hours: int | None, problem: str
) -> dict[str, Any]:
    nothing = dict.fromkeys(
        "caller caller_phone category product_id assignee_id solution last_remark dispatched_at accepted_at solved_at "
        "closed_at end followup_id answered_by_id follows_id form_token deleted_at".split()
    )
    return nothing | {
        "title": problem,
        "customer_id": row.id,
        "contact_id": row.contact_id,
        "type": kind,
        "channel": "phone",
        "description": problem + "。",
        "queue_id": queue[0],
        "group_id": queue[1],
        "department_id": queue[1],
        "progress": 0,
        "due_at": at + timedelta(hours=hours) if hours else None,
        "moved_at": at,
        "waited_seconds": 0,
        "reopened": 0,
        "is_excepted": False,
        "created_at": at,
        "created_by_id": row.owner_id,
        "updated_at": at,
    }


def _walk(
    maker: Maker, found: dict[str, Any], flow: Any, path: Sequence[str], *, worker: int | None, boss: int | None
) -> None:
    """Let a ticket go its way, with a flow record for each step; it never comes from the future."""
    ticket, now = found["ticket"], clock.now()
    at, before = ticket["created_at"], flow.state(path[0])
    found["moves"].append(_move("open", None, before, ticket, at, by_id=ticket["created_by_id"], seconds=None))
    for code in path[1:]:
        target = flow.state(code)
        later = at + timedelta(minutes=maker.random.randrange(10, 90 if before.phase == NEW else 900))
        if later >= now:
            break
        verb = VERB_BETWEEN[before.phase, target.phase]
        from_id = ticket["assignee_id"]
        _stamp(ticket, before.phase, target.phase, later, at, worker)
        is_bosses = verb == "dispatch" or target.phase == CANCELLED
        move = _move(verb, before, target, ticket, later, by_id=boss if is_bosses else worker)
        move |= {"from_id": from_id, "seconds": round((later - at).total_seconds())}
        if target.phase in (WAITING, CANCELLED):
            move["words"] = ticket["last_remark"] = maker.random.choice(WAITS if target.phase == WAITING else CANCELS)
        found["moves"].append(move)
        at, before = later, target
    ticket |= {"state": before.code, "phase": str(before.phase), "moved_at": at, "updated_at": at}
    if before.phase in IN_HANDS and before.phase != "dispatched":
        ticket["progress"] = maker.random.choice((20, 40, 60, 80))


def _stamp(
    ticket: dict[str, Any], before: Phase, phase: Phase, at: datetime, since: datetime, worker: int | None
) -> None:
    if phase in IN_HANDS or phase == SOLVED:
        ticket["assignee_id"] = worker
    if before == NEW and ticket["assignee_id"] is not None:
        ticket["dispatched_at"] = at
    if phase == WORKING and ticket["accepted_at"] is None:
        ticket["accepted_at"] = at
    if before == WAITING:
        ticket["waited_seconds"] += round((at - since).total_seconds())
    if phase == SOLVED:
        ticket |= {"solved_at": at, "progress": 100}
    if phase == CLOSED:
        ticket |= {"closed_at": at, "end": "revisited" if before == REVIEWED else "plain"}


def _move(verb: str, before: Any, target: Any, ticket: Mapping[str, Any], at: datetime, **more: Any) -> dict[str, Any]:
    stands = {"from_state": before.code if before else None, "from_phase": str(before.phase) if before else None}
    goes = {"to_state": target.code, "to_phase": str(target.phase), "to_id": ticket["assignee_id"]}
    kept = {"verb": str(verb), "at": at, "from_id": None, "queue_id": ticket["queue_id"], "words": None}
    return stands | goes | kept | more


def _say(maker: Maker, found: dict[str, Any], *, done: str, solution: str, by_id: int | None) -> None:
    """Write down what was said, done and found out."""
    pick, ticket = maker.random, found["ticket"]
    if pick.random() < 0.5:  # noqa: PLR2004 - of every second somebody said something
        words, at = pick.choice(CALLS), ticket["moved_at"]
        found["notes"].append({"kind": "internal", "words": words, "at": at, "by_id": ticket["created_by_id"]})
        ticket["last_remark"] = words
    if ticket["accepted_at"] is not None and done:
        minutes = pick.choice((15, 20, 30, 45, 60, 90, 120))
        found["work"].append({"what": done + "。", "minutes": minutes, "at": ticket["accepted_at"], "by_id": by_id})
    if ticket["solved_at"] is not None:
        ticket["solution"], ticket["last_remark"] = solution + "。", solution + "。"


def _number(made: Sequence[Mapping[str, Any]]) -> None:
    """Give each the next number of its day; those of today are taken, so that the next is another."""
    days: dict[str, int] = {}
    for one in made:
        day = f"{clock.local(one['ticket']['created_at']):%Y%m%d}"
        days[day] = days.get(day, 0) + 1
        one["ticket"]["number"] = f"GD-{day}-{days[day]:04d}"
    today = f"{clock.today():%Y%m%d}"
    _take(f"tickets:{today}", days.get(today, 0))


@transaction
def _take(name: str, count: int) -> None:
    for _number_taken in range(count):
        numbering.take(name)


@transaction
def _keep(part: Sequence[Mapping[str, Any]]) -> None:
    change_set().issued_at = max(one["ticket"]["updated_at"] for one in part)
    ids = insert_versioned(Ticket, [one["ticket"] for one in part])
    pairs = list(zip(ids, part, strict=True))
    moves = [move | {"ticket_id": key} for key, one in pairs for move in one["moves"]]
    db.session.execute(insert(TicketMove), sorted(moves, key=lambda one: one["at"]))
    insert_versioned(TicketNote, [note | {"ticket_id": key} for key, one in pairs for note in one["notes"]])
    work = [done | {"ticket_id": key} for key, one in pairs for done in one["work"]]
    steps = insert_versioned(TicketWork, work)
    parts = [
        {"ticket_id": one["ticket_id"], "work_id": step, "name": SPARES[step % len(SPARES)], "quantity": 1}
        for step, one in zip(steps, work, strict=True)
        if step % 5 == 0
    ]
    insert_versioned(TicketPart, parts)


def _at_work(maker: Maker, days: int) -> datetime:
    day = clock.today() - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - FRIDAY)) if days else timedelta()
    found = clock.stored(datetime.combine(day, OPENING) + timedelta(minutes=maker.random.randrange(WORKING_MINUTES)))
    return min(found, clock.now() - timedelta(minutes=maker.random.randrange(1, 90)))
