"""Two years of follow-ups of the demo: what was said, what came of it, and whom to contact today."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor, acting
from app.base.history import change_set, insert_versioned, set_derived, update_versioned
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import ContactLink, Customer
from app.crm.followups.models import Followup
from app.crm.followups.services.reckoning import newest
from app.demo.companies import Maker
from app.extensions import db

MANY, MOST_OF_ONE = 9000, 12
OPENING, WORKING_MINUTES, FRIDAY = time(9), 540, 4
#: progress → what is said then.
SAID: Mapping[str, tuple[str, ...]] = {
    "interested": (
        "介绍了云财务版，对方想看电子发票的演示，约下周上门。",
        "财务负责人对报价基本认可，等老板回来定。",
        "想加 5 个站点，问能不能分两次付款。",
        "看过演示，关心数据能不能从旧账套导过来。",
    ),
    "long_term": (
        "今年预算已经用完，明年一季度再联系。",
        "老板在外地，年后再谈换软件的事。",
        "目前手工账够用，业务起来以后会考虑。",
    ),
    "no_need": ("暂时没有需求，留了资料。", "会计是代账公司，不打算自己买软件。", "刚换了办公室，暂不考虑。"),
    "uses_kingdee": ("在用金蝶标准版，明年 3 月到期，届时再比价。", "用的是金蝶，抱怨售后响应慢。"),
    "uses_yonyou": ("在用用友 T3，想了解升级的费用。", "用友刚续了两年。"),
    "uses_other": ("用的是行业软件，进销存不好用。", "自己请人开发的系统，数据对不上。"),
    "qixin_customer": (
        "老客户回访，打印模板有问题，已转售后。",
        "续费提醒，对方说月底前办。",
        "回访满意，推荐了隔壁一家公司。",
    ),
}
MISSED = ("无人接听。", "前台说财务不在，下午再打。", "响了一声就挂了。")
AHEAD: Mapping[str, tuple[int, int]] = {"interested": (3, 14), "long_term": (30, 90), "qixin_customer": (20, 60)}
PURPOSES = ("it_needs", "revisit", "renewal", "promotion", "care", "usage_problem")
CHANNELS = ("phone", "wechat", "visit", "wecom", "sms")


class Held(NamedTuple):
    """A customer that somebody holds, since when, and with whom one speaks there."""

    id: int
    owner_id: int
    department_id: int | None
    progress: str | None
    since: datetime
    contact_id: int | None


def follow_up(maker: Maker, actors: Mapping[str, Actor]) -> int:
    """Record what people have spoken with the customers they hold; return how many follow-ups there are."""
    held = _held()
    by_owner: dict[int, list[dict[str, Any]]] = {}
    for one in held:
        rows = _of_customer(maker, one, round(MANY / max(len(held), 1) * 2))
        by_owner.setdefault(one.owner_id, []).extend(rows)
    people = {actor.id: actor for actor in actors.values()}
    for owner_id, rows in sorted(by_owner.items()):
        with acting(people[owner_id]):
            _keep(rows)
    with acting(people[min(by_owner)]):
        _tell([one.id for one in held])
    return sum(len(rows) for rows in by_owner.values())


def _held() -> Sequence[Held]:
    table, links = Customer.__table__, ContactLink.__table__
    columns = ("id", "owner_id", "department_id", "followup_status", "assigned_at")
    found = select(*[table.c[name] for name in columns], links.c.contact_id).select_from(
        table.outerjoin(links, (links.c.customer_id == table.c.id) & links.c.is_primary)
    )
    with unscoped("the demo tells of everybody's work"):
        rows = db.session.execute(found.where(table.c.owner_id.is_not(None)).order_by(table.c.id)).all()
    return [Held._make(row) for row in rows if row.followup_status]


def _of_customer(maker: Maker, one: Held, most: int) -> list[dict[str, Any]]:
    """Return the follow-ups of a customer in the order of time, the last with what its status says."""
    pick, now = maker.random, clock.now()
    span = max((now - one.since).days, 1)
    count = min(1 + int(pick.random() * most), MOST_OF_ONE, 1 + span // 6)
    last = int(span * pick.random() ** 2)
    days = sorted({last, *[last + int((span - last) * pick.random()) for _number in range(count - 1)]}, reverse=True)
    rows = [_row(maker, one, at) for at in sorted({_at_work(maker, day) for day in days})]
    for row, later in pairwise(rows):
        row["next_contact_at"] = later["at"] if later["at"] - row["at"] < timedelta(days=90) else None
    rows[-1] |= {"progress": one.progress, "next_contact_at": _next(maker, one.progress or "", rows[-1]["at"])}
    return rows


def _row(maker: Maker, one: Held, at: datetime) -> dict[str, Any]:
    pick = maker.random
    progress = one.progress if pick.random() < 0.7 else pick.choice(tuple(SAID))  # noqa: PLR2004
    channel = pick.choices(CHANNELS, (70, 14, 8, 5, 3))[0]
    missed = channel == "phone" and pick.random() < 0.25  # noqa: PLR2004
    said = pick.choice(MISSED if missed else SAID.get(progress or "", ("问候客户，更新了资料。",)))
    outcome = ("reached", "reached", "call_back", "visit_agreed", "refused")
    return {
        "customer_id": one.id,
        "contact_id": one.contact_id if pick.random() < 0.6 else None,  # noqa: PLR2004
        "channel": channel,
        "direction": "inbound" if pick.random() < 0.15 else "outbound",  # noqa: PLR2004
        "purpose": pick.choices(PURPOSES, (30, 25, 15, 12, 10, 8))[0],
        "result": "no_answer" if missed else pick.choice(outcome),
        "progress": progress,
        "content": said,
        "call_seconds": (0 if missed else pick.randrange(25, 900)) if channel == "phone" else None,
        "at": at,
        "next_contact_at": None,
        "by_id": one.owner_id,
        "department_id": one.department_id,
        "created_at": at,
        "updated_at": at,
        "deleted_at": None,
    }


def _next(maker: Maker, progress: str, at: datetime) -> datetime | None:
    """Return what was agreed last: most of it lies ahead, a little is due today or overdue."""
    pick, today = maker.random, clock.today()
    if progress not in AHEAD or pick.random() < 0.35:  # noqa: PLR2004
        return None
    day = clock.local(at).date() + timedelta(days=pick.randrange(*AHEAD[progress]))
    if day < today:  # long past: nobody leaves so much undone
        late = pick.random()
        if late > 0.5:  # noqa: PLR2004
            return None
        day = today + timedelta(days=-pick.randrange(1, 9) if late < 0.14 else pick.randrange(15))  # noqa: PLR2004
    day += timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > FRIDAY and day > today else 0)
    found = clock.stored(datetime.combine(day, OPENING) + timedelta(minutes=15 * pick.randrange(WORKING_MINUTES // 15)))
    return found if found > at else None


def _at_work(maker: Maker, days: int) -> datetime:
    day = clock.today() - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - FRIDAY)) if days else timedelta()
    found = clock.stored(datetime.combine(day, OPENING) + timedelta(minutes=maker.random.randrange(WORKING_MINUTES)))
    return min(found, clock.now() - timedelta(minutes=maker.random.randrange(1, 90)))


def _keep(rows: Sequence[dict[str, Any]]) -> None:
    """Keep what one person has recorded: a set a quarter, so that histories tell when."""
    quarters: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in rows:
        quarters.setdefault((row["at"].year, row["at"].month // 3), []).append(row)
    for quarter in sorted(quarters):
        _quarter(quarters[quarter])


@transaction
def _quarter(rows: Sequence[dict[str, Any]]) -> None:
    change_set().issued_at = max(row["at"] for row in rows)
    insert_versioned(Followup, rows)


@transaction
def _tell(ids: Sequence[int]) -> None:
    """Let the customers tell of their newest follow-up; the status is what it was already."""
    with unscoped("the demo tells of everybody's work"):
        set_derived(Customer, ids, {"last_followup_at": newest("at"), "next_contact_at": newest("next_contact_at")})
        update_versioned(Customer, ids, {"followup_status": newest("progress")})
