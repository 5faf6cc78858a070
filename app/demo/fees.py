"""Two years of service fees of the demo: entered by agents, approved by finance; some wait, some came back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.base import clock
from app.base.actor import Actor, acting
from app.base.history import change_set, explain, insert_versioned, update_versioned
from app.base.numbering import take
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.deals.models import Deal
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.crm.fees.queries import term_end
from app.demo.companies import Maker
from app.extensions import db
from app.system.approvals import services as approvals

CUSTOMERS, DAYS, WAITING_DAYS = 760, 720, 9
#: product → (kind of fee, usual amounts in yuan)
SOLD: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "QX-FW": ("annual_service", (1200, 1200, 1200, 2400)),
    "QX-FW-VIP": ("onsite", (3600, 3600, 7200)),
    "QX-YUN": ("annual_service", (1298, 1298, 2596)),
    "QX-YW": ("annual_service", (600, 600, 1200)),
    "QX-ZD": ("added_seats", (800, 1600, 2400)),
    "QX-SJ": ("upgrade", (1500,)),
    "QX-PX": ("training", (1000, 2000)),
}
WITH_TERM = ("QX-FW", "QX-FW-VIP", "QX-YUN", "QX-YW")
ONCE = ("QX-ZD", "QX-SJ", "QX-PX")
METHODS = ("corporate_account", "corporate_account", "bank_transfer", "wechat_pay", "alipay", "cash")
REJECTED = (
    ("not_received", "本月对账单里没有这一笔。"),
    ("amount_differs", "到账少了手续费，请核对。"),
    ("voucher_missing", None),
    ("payer_differs", "付款方是另一家公司，请附委托付款说明。"),
)
NEVER_RENEWED, SPLIT, TAKEN_BACK, GONE = 0.22, 0.06, 6, 4


class Held(NamedTuple):
    """A customer that somebody holds."""

    id: int
    owner_id: int
    department_id: int | None
    since: datetime


def collect_fees(maker: Maker, actors: Mapping[str, Actor], products: Mapping[str, int]) -> int:
    """Enter the fees of two years and decide on them; return how many there are."""
    held = _held(maker)
    rows = [row for one in held for row in _of_customer(maker, one, products)]
    people, clerk = {actor.id: actor for actor in actors.values()}, actors["mahuimin"]
    by_month: dict[tuple[date, int], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["received_on"]):
        by_month[row["received_on"].replace(day=1), row["agent_id"]].append(row)
    for month in sorted({month for month, _agent in by_month}):
        entered: list[int] = []
        for agent_id in sorted(agent for first, agent in by_month if first == month):
            with acting(people[agent_id]) as agent:
                entered += _enter(by_month[month, agent_id], agent)
        with acting(clerk):
            _approve(entered, clerk)
    _late(maker, people, clerk)
    with acting(clerk):
        _settle(clerk)
    return len(rows)


def _held(maker: Maker) -> Sequence[Held]:
    table = Customer.__table__
    columns = (table.c.id, table.c.owner_id, table.c.department_id, table.c.assigned_at)
    bought = (table.c.owner_id.is_not(None), table.c.followup_status.in_(["qixin_customer", "interested"]))
    with unscoped("the demo tells of everybody's work"):
        found = db.session.execute(select(*columns).where(*bought).order_by(table.c.id)).all()
    rows = [Held._make(row) for row in found]
    return sorted(maker.random.sample(rows, min(CUSTOMERS, len(rows))))


def _of_customer(maker: Maker, one: Held, products: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what a customer has paid: a service year after year, now and then something besides."""
    pick, today = maker.random, clock.today()
    code = pick.choice(WITH_TERM)
    kind, amounts = SOLD[code]
    amount = pick.choice(amounts)
    span = max(min(DAYS, (today - one.since.date()).days), 1)
    day, rows = today - timedelta(days=int(span * pick.random() ** 0.5)), []
    while day <= today:
        last = term_end(day, 12)
        rows.append(_row(maker, one, products[code], kind, amount, day) | {"period_from": day, "period_to": last})
        if pick.random() < NEVER_RENEWED:
            break
        day = last + timedelta(days=1 - pick.randrange(0, 20))
    if pick.random() < 0.45:  # noqa: PLR2004 - not quite every second one buys something besides
        code = pick.choice(ONCE)
        kind, amounts = SOLD[code]
        on = today - timedelta(days=int(span * pick.random()))
        rows.append(_row(maker, one, products[code], kind, pick.choice(amounts), on))
    return rows


def _row(maker: Maker, one: Held, product_id: int, kind: str, amount: int, day: date) -> dict[str, Any]:
    pick = maker.random
    split = pick.random() < SPLIT and amount > 1000  # noqa: PLR2004 - yuan
    method = pick.choice(METHODS)
    row: dict[str, Any] = dict.fromkeys(NAMES)
    return row | {
        "customer_id": one.id,
        "product_id": product_id,
        "kind": kind,
        "amount": Decimal(amount) / 2 if split else Decimal(amount),
        "agreed_amount": Decimal(amount) if split else None,
        "method": method,
        "received_on": day,
        "invoice_number": f"{pick.randrange(10**8):08d}" if method == "corporate_account" else None,
        "notes": pick.choice((None, None, None, "客户要求开专票。", "分两次付清。" if split else "发票随快递寄出。")),
        "agent_id": one.owner_id,
        "department_id": one.department_id,
        "entered_by_id": one.owner_id,
    }


NAMES = tuple(
    column.name for column in Fee.__table__.columns if column.name not in ("id", "revision", "state", "source")
)


def _at(day: date, hours: int) -> datetime:
    return min(clock.stored(datetime.combine(day, time(9)) + timedelta(hours=hours)), clock.now())


@transaction
def _enter(rows: Sequence[dict[str, Any]], agent: Actor) -> list[int]:
    """Enter the fees of a month and agent; return those that finance has decided on by now."""
    month = rows[0]["received_on"]
    numbers = take(f"fees-{month:%Y%m}", len(rows))
    change_set().issued_at = _at(rows[-1]["received_on"], 7)
    named = [
        row
        | {"number": f"FW-{month:%Y%m}-{number:06}", "state": "unreviewed", "source": "entered"}
        | {"created_at": _at(row["received_on"], 7), "updated_at": _at(row["received_on"], 7)}
        for row, number in zip(rows, numbers, strict=True)
    ]
    ids = insert_versioned(Fee, named)
    is_late = [clock.today() - row["received_on"] < timedelta(days=WAITING_DAYS) for row in rows]
    waiting = [key for key, late in zip(ids, is_late, strict=True) if late]
    approvals.begin(services.CODE, waiting, applicant_id=agent.id or 0, actor=agent)
    return [key for key, late in zip(ids, is_late, strict=True) if not late]


@transaction
def _approve(ids: Sequence[int], clerk: Actor) -> None:
    if not ids:
        return
    rows = Fee.__table__
    with unscoped("the demo tells of everybody's work"):
        last = db.session.scalars(select(func.max(rows.c.received_on)).where(rows.c.id.in_(ids))).one()
    at = _at(last, 33)
    change_set().issued_at = at
    also = {"decided_by_id": clerk.id, "decided_at": at, "updated_at": at}
    update_versioned(Fee, ids, {"state": "approved"}, also=also)
    _sell(ids, at, clerk)


def _sell(ids: Sequence[int], at: datetime, clerk: Actor) -> None:
    """Make the deals of what was approved then, and leave no trace of today on them and their customers."""
    begun = clock.now()
    services.sell(ids, actor=clerk)
    made, buyers = Deal.__table__, Customer.__table__
    with unscoped("the demo tells of everybody's work"):
        found = select(made.c.id).where(made.c.origin == services.ORIGIN, made.c.origin_id.in_(ids))
        deals = list(db.session.scalars(found))
        told = list(db.session.scalars(select(buyers.c.id).where(buyers.c.updated_at >= begun)))
    update_versioned(Deal, deals, {"created_at": at, "updated_at": at})
    update_versioned(Customer, told, {"updated_at": at})


def _late(maker: Maker, people: Mapping[int | None, Actor], clerk: Actor) -> None:
    """Let finance reject some of what waits, agents void some, correct one; and reverse and refund older ones."""
    with unscoped("the demo tells of everybody's work"):
        waiting = list(db.session.scalars(select(Fee).where(Fee.state == "unreviewed").order_by(Fee.id)))
        decided = select(Fee).where(Fee.state == "approved", Fee.received_on < clock.today() - timedelta(days=30))
        older = list(db.session.scalars(decided.where(Fee.agreed_amount.is_(None)).order_by(Fee.id.desc()).limit(60)))
    for fee, (reason, text) in zip(waiting[::3], REJECTED, strict=False):
        with acting(clerk):
            services.reject([fee.id], reason, text or "", clerk)
    for fee in waiting[1 : 1 + GONE * 2 : 2]:
        with acting(people[fee.entered_by_id]) as agent:
            services.void(fee, "重复录入，已另登记。", actor=agent)
    for place, fee in enumerate(maker.random.sample(older, min(TAKEN_BACK, len(older)))):
        with acting(people[fee.entered_by_id]) as agent:
            made = services.reverse(fee, "登记到了错误的客户名下。", agent) if place % 2 else None
            made = made or services.refund(fee, fee.amount / 4, "停用一个站点，退一季服务费。", agent)
        if place < TAKEN_BACK - 2:
            with acting(clerk):
                services.approve([made.id], "", clerk)


@transaction
def _settle(clerk: Actor) -> None:
    """Close the month before last, and let domains above reckon with what was entered."""
    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)
    services.close({"month": month}, actor=clerk)
    explain("月结")
    with unscoped("the demo tells of everybody's work"):
        services.changed(list(db.session.scalars(select(Fee.id))), actor=clerk)
