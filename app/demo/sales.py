"""Two years of selling in the demo: opportunities in every stage, moves between them, won ones as deals."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from app.base import clock
from app.base.actor import Actor, acting
from app.base.history import change_set, insert_versioned
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.deals.models import Deal
from app.crm.followups.models import Followup
from app.crm.products.models import Product
from app.demo.companies import Maker
from app.extensions import db
from app.sales.opportunities.models import Move, Opportunity

MANY, BY_HAND = 260, 240
OPENING, WORKING_MINUTES, FRIDAY = time(9), 540, 4
#: The stages that an installation begins with; each code ends with its probability.
OPEN_STAGES = ["contact_10", "needs_30", "proposal_50", "negotiation_70", "contract_90"]
#: What is sold by which product code, and how many of it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "software_sale": ("QX-CW-STD", "QX-CW-PRO", "QX-JXC", "QX-SC", "QX-YUN"),
    "upgrade": ("QX-SJ",),
    "added_seats": ("QX-ZD",),
    "training": ("QX-PX",),
    "implementation": ("QX-FW-VIP",),
    "renewal": ("QX-FW", "QX-YUN"),
}
NAMES = {
    "software_sale": "新购软件",
    "upgrade": "升级",
    "added_seats": "加站点",
    "training": "培训",
    "implementation": "实施服务",
    "renewal": "续费",
}
LOST = (("price", "比同行贵两千", "某代账平台"), ("no_budget", "预算推到明年", None), ("no_need", "会计外包了", None),
        ("timing", "年底忙，年后再谈", None), ("other_vendor", "老板的朋友在卖软件", "本地软件商"))  # fmt: skip
SAID = (
    "电话谈过，下周发方案。",
    "已上门演示，等老板定。",
    "合同发过去了，等盖章。",
    "客户要求再便宜一些。",
    "对方出纳在催。",
)


def sell(maker: Maker, actors: Mapping[str, Actor]) -> tuple[int, int]:
    """Make opportunities and deals of the customers that people hold; return how many of each."""
    people = {actor.id: actor for actor in actors.values()}
    products = {row.code: row for row in db.session.scalars(select(Product))}
    held, bought = _held(), _bought()
    chosen = maker.random.sample(held, min(MANY, len(held)))
    made: dict[int, list[dict[str, Any]]] = {}
    for row in chosen:
        made.setdefault(row.owner_id, []).append(_opportunity(maker, row, products))
    for owner_id, rows in sorted(made.items()):
        with acting(people[owner_id]):
            _keep(rows)
    chosen_bought = maker.random.sample(bought, min(BY_HAND, len(bought)))
    with acting(actors["lijing"]):
        _by_hand(maker, chosen_bought, list(products.values()))
    return len(chosen), len(chosen_bought)


def _held() -> Sequence[Any]:
    """Return customers that somebody holds, with their newest follow-up."""
    table, rows = Customer.__table__, Followup.__table__
    newest = select(rows.c.id).where(rows.c.customer_id == table.c.id).order_by(rows.c.at.desc()).limit(1)
    columns = [table.c[name] for name in ("id", "name", "owner_id", "department_id", "assigned_at", "converted_on")]
    found = select(*columns, newest.correlate(table).scalar_subquery().label("followup_id"))
    with unscoped("the demo tells of everybody's work"):
        met = (table.c.owner_id.is_not(None), table.c.assigned_at.is_not(None))
        return db.session.execute(found.where(*met).order_by(table.c.id)).all()


def _bought() -> Sequence[Any]:
    table = Customer.__table__
    columns = [table.c[name] for name in ("id", "owner_id", "department_id", "converted_on")]
    with unscoped("the demo tells of everybody's work"):
        met = (table.c.converted_on.is_not(None), table.c.owner_id.is_not(None), ~_has_deal(table))
        return db.session.execute(select(*columns).where(*met).order_by(table.c.id)).all()


def _has_deal(table: Any) -> Any:
    """Return the condition of a deal that followed from a fee already."""
    rows = Deal.__table__
    return select(rows.c.id).where(rows.c.customer_id == table.c.id).correlate(table).exists()


def _opportunity(maker: Maker, row: Any, products: Mapping[str, Product]) -> dict[str, Any]:
    """Return an opportunity with the way it went: most are open, of the others more were won than lost."""
    pick = maker.random
    kind = pick.choices(tuple(KINDS), (45, 14, 16, 8, 7, 10))[0]
    product = products[pick.choice(KINDS[kind])]
    pieces = pick.choice((1, 1, 1, 2, 3, 5)) if kind in ("added_seats", "training") else 1
    end = pick.choices(("open", "won", "lost"), (60, 60 if row.converted_on else 0, 22))[0]  # deal customers bought
    span = max((clock.now() - row.assigned_at).days, 1)
    age = min(span, pick.randrange(2, 75) if end == "open" else pick.randrange(10, 360))
    way = _way(maker, end, age)
    said = pick.choice(LOST) if end == "lost" else (None, None, None)
    expected = clock.today() + timedelta(days=pick.randrange(-12, 70)) if end == "open" else way[-1][1].date()
    return {
        "title": f"{row.name} · {NAMES[kind]}"[:120],
        "customer_id": row.id,
        "contact_id": None,
        "followup_id": row.followup_id if pick.random() < 0.5 else None,  # noqa: PLR2004
        "type": kind,
        "product_id": product.id,
        "stage": way[-1][0],
        "state": end,
        "amount": (product.price or Decimal(0)) * pieces,
        "probability": int(way[-1][0].rpartition("_")[2]),
        "expected_on": expected,
        "owner_id": row.owner_id,
        "department_id": row.department_id,
        "moved_at": way[-1][1],
        "closed_on": way[-1][1].date() if end != "open" else None,
        "loss_reason": said[0],
        "loss_words": said[1],
        "competitor": said[2],
        "notes": pick.choice(SAID) if pick.random() < 0.6 else None,  # noqa: PLR2004
        "created_at": way[0][1],
        "created_by_id": row.owner_id,
        "updated_at": way[-1][1],
        "deleted_at": None,
        "way": way,
    }


def _way(maker: Maker, end: str, age: int) -> list[tuple[str, datetime]]:
    """Return the stages it went through, with when it came into each."""
    pick = maker.random
    far = pick.choices(range(1, 6), (30, 26, 20, 14, 10))[0] if end == "open" else pick.randrange(2, 6)
    codes = OPEN_STAGES[:far] + ([] if end == "open" else ["won_100" if end == "won" else "lost_0"])
    days = sorted((pick.randrange(age + 1) for _code in codes[1:]), reverse=True)
    return list(zip(codes, sorted(_at_work(maker, day) for day in [age, *days]), strict=True))


def _at_work(maker: Maker, days: int) -> datetime:
    day = clock.today() - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - FRIDAY)) if days else timedelta()
    found = clock.stored(datetime.combine(day, OPENING) + timedelta(minutes=maker.random.randrange(WORKING_MINUTES)))
    return min(found, clock.now() - timedelta(minutes=maker.random.randrange(1, 90)))


@transaction
def _keep(rows: Sequence[dict[str, Any]]) -> None:
    """Keep what one person is selling, the moves, and the deals of what was won."""
    change_set().issued_at = max(row["updated_at"] for row in rows)
    ways = [row.pop("way") for row in rows]
    keys = insert_versioned(Opportunity, rows)
    moves = [move for key, row, way in zip(keys, rows, ways, strict=True) for move in _moves(key, row["owner_id"], way)]
    db.session.execute(insert(Move.__table__), moves)
    won = [(key, row) for key, row in zip(keys, rows, strict=True) if row["state"] == "won"]
    if won:
        insert_versioned(Deal, [_deal(row, "opportunity", key) for key, row in won])


def _moves(key: int, owner_id: int, way: Sequence[tuple[str, datetime]]) -> list[dict[str, Any]]:
    found = []
    for place, (code, at) in enumerate(way):
        before = way[place - 1] if place else None
        days = (clock.local(at).date() - clock.local(before[1]).date()).days if before else None
        where = {"from_stage": before[0] if before else None, "to_stage": code, "days": days}
        found.append({"opportunity_id": key, **where, "at": at, "by_id": owner_id, "words": None})
    return found


def _deal(row: Mapping[str, Any], origin: str, key: int | None) -> dict[str, Any]:
    return {
        "customer_id": row["customer_id"],
        "product_id": row["product_id"],
        "dealt_on": row["closed_on"],
        "amount": row["amount"],
        "agent_id": row["owner_id"],
        "department_id": row["department_id"],
        "origin": origin,
        "origin_id": key,
        "notes": None,
        "created_at": row["updated_at"],
        "created_by_id": row["owner_id"],
        "updated_at": row["updated_at"],
        "deleted_at": None,
    }


@transaction
def _by_hand(maker: Maker, rows: Sequence[Any], products: Sequence[Product]) -> None:
    """Record what deal customers bought, by hand: the first on the day since which they are one, some more since."""
    change_set().issued_at = clock.now() - timedelta(days=1)
    pick, found = maker.random, []
    offered = [one for one in products if one.is_active and one.price]
    for row in rows:
        days = max((clock.today() - row.converted_on).days, 1)
        for ago in sorted({days, *[pick.randrange(days) for _more in range(pick.choice((0, 0, 1, 2)))]}, reverse=True):
            product, on = pick.choice(offered), clock.today() - timedelta(days=ago)
            at = min(clock.stored(datetime.combine(on, OPENING)), clock.now())
            said = {"customer_id": row.id, "product_id": product.id, "amount": product.price, "closed_on": on}
            whose = {"owner_id": row.owner_id, "department_id": row.department_id, "updated_at": at}
            found.append(_deal({**said, **whose}, "manual", None))
    insert_versioned(Deal, found)
