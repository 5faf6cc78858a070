"""A year of tickets in the demo: queues with their people, routes, and tickets in every state with what happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select

from app.base import clock
from app.base.actor import Actor, acting
from app.base.history import insert_versioned
from app.base.numbering import at_least
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.demo.categories import divide
from app.demo.companies import Maker
from app.demo.people import TECH
from app.desk.tickets import queries
from app.desk.tickets.models import Queue, QueueMember, Route, Ticket, TicketMove, TicketNote, TicketWork
from app.extensions import db
from app.system.security.models import Department

MANY, TECHNICIANS, MANAGER = 160, ("liqiang", "zhanglei", "tianye"), "gaoxiang"
TAKERS = ("wangli", "lijing")
OPENING, WORKING_MINUTES, FRIDAY = time(9), 540, 4
WORKING, WAITING, SOLVED, REVIEWED, CLOSED, CANCELLED = "working waiting solved reviewed closed cancelled".split()
#: type → (category, problem, what was said, solution, what was done).
PROBLEMS: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "after_sales": (
        (
            "installation",
            "服务器迁移后客户端连不上",
            "昨天换了服务器，五台电脑都提示连接超时。",
            "改了客户端的服务器地址并放行端口。",
            "远程改地址，逐台测试",
        ),
        (
            "print_template",
            "凭证打印错位",
            "换了针式打印机，凭证右边少一列。",
            "重设纸张为 241×140，左边距加 5 毫米。",
            "上门调打印模板",
        ),
        (
            "data",
            "上月结账后余额对不上",
            "资产负债表不平，差 3,200 元。",
            "查到一张凭证重复过账，反结账后删除。",
            "核对明细账",
        ),
        (
            "permission",
            "新来的出纳登不上",
            "新同事的账号提示没有权限。",
            "补了出纳角色和账套授权。",
            "远程授权",
        ),
    ),
    "fault": (
        (
            "hardware",
            "加密狗识别不到",
            "早上开机提示未检测到加密锁。",
            "更换 USB 口并重装驱动。",
            "上门换口重装驱动",
        ),
        (
            "network",
            "分店连不上总部账套",
            "分店网络正常，账套打不开。",
            "路由器恢复出厂，重设端口映射。",
            "远程设置路由器",
        ),
        (
            "performance",
            "查明细账很慢",
            "查一年的明细账要等三分钟。",
            "整理索引，清理临时表。",
            "夜间整理数据库",
        ),
    ),
    "consult": (
        (
            "red_invoice",
            "红字发票怎么开",
            "上月开错一张专票，问怎么冲红。",
            "按帮助文档第 12 节开红字信息表。",
            "",
        ),
        (
            "fixed_assets",
            "固定资产怎么批量折旧",
            "第一次用固定资产模块。",
            "在“折旧”里选月份后点批量计提。",
            "",
        ),
        (
            "fee",
            "续费后站点数会变吗",
            "想加两个站点一起续。",
            "站点数不变，加站点另计，已转给客服报价。",
            "",
        ),
    ),
    "complaint": (
        (
            "other",
            "约好的上门没人来",
            "说好周二下午上门，等到五点没人。",
            "当天改派，主管致歉，赠送一次上门。",
            "当天上门处理",
        ),
    ),
    "suggestion": (
        (
            "requirement",
            "希望手机上能看报表",
            "老板出差想看利润表。",
            "已采纳，排入下季度版本。",
            "记入需求清单",
        ),
    ),
}
TYPES, WEIGHTS = tuple(PROBLEMS), (48, 24, 18, 5, 5)
NOTHING = ("contact_id", "product_id", "followup_id", "answered_by_id", "follows_id", "form_token", "deleted_at")
NOTES = ("客户说下午两点后方便。", "已加微信，发了截图。", "要带一根串口线。", "财务急着出报表，先处理。")


def serve(maker: Maker, actors: Mapping[str, Actor]) -> int:
    """Make queues, routes and tickets; return how many tickets."""
    divide()
    with acting(actors[MANAGER]):
        queues = _queues(actors)
    rows = [_ticket(maker, place, one, queues, actors) for place, one in enumerate(_chosen(maker), start=1)]
    with acting(actors[MANAGER]):
        _keep(rows)
    return len(rows)


@transaction
def _queues(actors: Mapping[str, Actor]) -> dict[str, Queue]:
    tech = db.session.scalars(select(Department).where(Department.name == TECH)).one()
    found = {}
    for name, people in (("软件支持", TECHNICIANS), ("上门服务", TECHNICIANS[:2])):
        found[name] = Queue(name=name, department_id=tech.id)
        found[name].members = [QueueMember(employee_id=actors[one].id) for one in people]
    db.session.add_all(found.values())
    db.session.flush()
    routes = (
        (None, "hardware", "上门服务", "high", 24, None),
        ("fault", None, "软件支持", None, 24, None),
        ("after_sales", None, "软件支持", None, 48, None),
        ("consult", "invoice_tax", "软件支持", None, None, "先看帮助中心“开票”一章，多数问题都有答案。"),
    )
    for kind, category, queue, priority, hours, answer in routes:
        about = {"type": kind, "category": category, "priority": priority, "due_hours": hours, "answer": answer}
        db.session.add(Route(queue_id=found[queue].id, needs=[], **about))
    return found


def _chosen(maker: Maker) -> Sequence[Any]:
    table = Customer.__table__
    columns = [table.c[name] for name in ("id", "name", "owner_id", "department_id", "phone", "legal_person")]
    with unscoped("the demo tells of everybody's work"):
        found = db.session.execute(select(*columns).where(table.c.owner_id.is_not(None)).order_by(table.c.id)).all()
    return maker.random.sample(found, min(MANY, len(found)))


def _moment(maker: Maker, days: int) -> datetime:
    day = clock.today() - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - FRIDAY))
    return clock.stored(
        datetime.combine(day, OPENING) + timedelta(minutes=maker.random.randrange(WORKING_MINUTES - 60))
    )


def _ticket(
    maker: Maker, place: int, customer: Any, queues: Mapping[str, Queue], actors: Mapping[str, Actor]
) -> dict[str, Any]:
    """Return a ticket with the way it went: the older ones are closed, of the newest some are not dispatched."""
    pick = maker.random
    kind = pick.choices(TYPES, WEIGHTS)[0]
    category, title, said, solution, done = pick.choice(PROBLEMS[kind])
    days = 0 if place % 9 == 0 else pick.randrange(0, 12) if place % 3 == 0 else pick.randrange(12, 360)
    begins = min(_moment(maker, days), clock.now() - timedelta(minutes=20 + place))
    walked = queries.edition_for(kind)
    taker, worker = actors[pick.choice(TAKERS)], actors[pick.choice(TECHNICIANS)]
    way = _way(maker, walked.flow, days, begins)
    queue = queues["上门服务" if category == "hardware" else "软件支持"] if kind != "consult" else None
    is_in_hands = len(way) > 1
    state, at = way[-1][0], way[-1][1]
    phase = walked.flow.state(state).phase
    is_solved = phase in (SOLVED, REVIEWED, CLOSED)
    day = f"{clock.local(begins):%Y%m%d}"
    row = {
        "number": f"GD-{day}-{place:04d}", "title": title, "customer_id": customer.id, "caller": customer.legal_person,
        "caller_phone": customer.phone, "type": kind, "category": category, "description": said,
        "priority": pick.choices(("normal", "high", "urgent", "low"), (70, 16, 6, 8))[0],
        "channel": pick.choices(("phone", "wechat", "web_chat", "email"), (60, 25, 10, 5))[0],
        "edition_id": walked.id, "state": state, "phase": phase, "moved_at": at, "updated_at": at, "created_at": begins,
        "queue_id": queue.id if queue is not None else None,
        "group_id": queue.department_id if queue is not None else None,
        "assignee_id": worker.id if is_in_hands else None,
        "department_id": worker.department_id if is_in_hands else queue.department_id if queue else taker.department_id,
        "progress": 100 if is_solved else pick.choice((0, 30, 60)) if is_in_hands else 0,
        "due_at": begins + timedelta(hours=48) if kind != "consult" else None,
        "solution": solution if is_solved else None, "last_remark": pick.choice(NOTES) if is_in_hands else None,
        "waited_seconds": 0, "dispatched_at": way[1][1] if is_in_hands else None,
        "accepted_at": next((when for code, when in way if walked.flow.state(code).phase == WORKING), None),
        "solved_at": next((when for code, when in way if walked.flow.state(code).phase == SOLVED), None),
        "closed_at": at if phase == CLOSED else None, "end": _end(way, walked.flow) if phase == CLOSED else None,
        "reopened": 0, "is_excepted": False, "created_by_id": taker.id,
        **dict.fromkeys(NOTHING),
    }  # fmt: skip
    return {"row": row, "way": way, "flow": walked.flow, "worker": worker, "taker": taker, "done": done, "day": day}


def _end(way: Sequence[tuple[str, datetime]], flow: Any) -> str:
    phases = {flow.state(code).phase for code, _at in way}
    if REVIEWED in phases:
        return "revisited"
    return "unrevisited" if any(one.phase == REVIEWED for one in flow.states) else "plain"


def _way(maker: Maker, flow: Any, days: int, begins: datetime) -> list[tuple[str, datetime]]:
    """Return the states a ticket went through, each with when: the usual way, as far as its age lets it go."""
    pick = maker.random
    off = (WAITING, CANCELLED)
    usual = [one.code for one in flow.states if one.phase not in off and one.code != "declined"]
    if days > 12:  # noqa: PLR2004 - days
        far = len(usual)
    elif days > 3:  # noqa: PLR2004 - days
        far = pick.randrange(2, len(usual) + 1)
    else:
        far = pick.choice((1, 1, 2, 3))
    found, at = [(usual[0], begins)], begins
    for code in usual[1 : min(far, len(usual))]:
        at = min(at + timedelta(minutes=pick.choice((8, 25, 70, 200, 900))), clock.now() - timedelta(minutes=3))
        found.append((code, max(at, found[-1][1])))
    return found


@transaction
def _keep(rows: Sequence[dict[str, Any]]) -> None:
    rows = sorted(rows, key=lambda one: one["row"]["created_at"])
    keys = insert_versioned(Ticket, [one["row"] for one in rows])
    notes, works = [], []
    for key, one in zip(keys, rows, strict=True):
        if one["row"]["last_remark"]:
            about = {"ticket_id": key, "by_id": one["worker"].id, "at": one["way"][1][1]}
            notes.append(about | {"kind": "internal", "words": one["row"]["last_remark"]})
        if one["row"]["solution"] and one["done"]:
            solved = {"ticket_id": key, "by_id": one["worker"].id, "at": one["row"]["solved_at"]}
            works.append(solved | {"what": one["done"], "minutes": 30 + key % 5 * 15})
    insert_versioned(TicketNote, notes)
    insert_versioned(TicketWork, works)
    moves = [move for key, one in zip(keys, rows, strict=True) for move in _moves(key, one)]
    db.session.connection().execute(insert(TicketMove.__table__), moves)
    for day in {one["day"] for one in rows}:
        at_least(f"tickets:{day}", MANY)


def _moves(key: int, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    flow, before = one["flow"], None
    found: list[dict[str, Any]] = []
    for code, at in one["way"]:
        verb = "open" if before is None else flow.verb(_arrow(flow, before[0], code))
        by = one["taker"] if before is None or verb in ("revisit", "close") else one["worker"]
        phases = {"from_phase": flow.state(before[0]).phase if before else None, "to_phase": flow.state(code).phase}
        found.append(
            {
                "ticket_id": key,
                "verb": verb,
                "from_state": before[0] if before else None,
                "to_state": code,
                **phases,
                "from_id": one["worker"].id if len(found) > 1 else None,
                "to_id": one["worker"].id if found else None,
                "queue_id": one["row"]["queue_id"],
                "at": at,
                "by_id": by.id,
                "seconds": round((at - before[1]).total_seconds()) if before else None,
                "words": None,
            }
        )
        before = (code, at)
    return found


def _arrow(flow: Any, source: str, target: str) -> Any:
    return next(one for one in flow.arrows if (one.source, one.target) == (source, target))
