"""Two bank statements of the demo: what came in of the last weeks, most of it matched, some to be looked at."""

import csv
import io
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor, acting
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.fees.models import Fee
from app.crm.reconciliation import services
from app.crm.reconciliation.models import Line
from app.demo.companies import Maker
from app.extensions import db

OWN = {"ccb": "41050167280800001234", "cmb": "371902345610901"}
HOLDER = "河南启信软件有限公司"
DAYS, SETTLED_DAYS = 75, 12
CASHLESS = ("corporate_account", "bank_transfer")
UNKNOWN, LATE, BY_PERSON, CUT = 0.05, 0.3, 0.08, 0.12


class Booked(NamedTuple):
    """One booking. ``amount``: negative for money that goes out."""

    on: date
    amount: Decimal
    payer: str
    summary: str


def book(maker: Maker, clerk: Actor) -> None:
    """Bring two statements in, confirm what is older, set aside what is no fee."""
    banks: dict[str, list[Booked]] = {"ccb": [], "cmb": []}
    for one in _paid():
        if (booked := _booked(maker, *one)) is not None:
            banks[maker.random.choice(("ccb", "ccb", "cmb"))].append(booked)
    for bank, bookings in banks.items():
        rows = sorted([*bookings, *_others(maker, bank)])
        with acting(clerk):
            _bring_in(WRITTEN[bank](rows), f"{NAMES[bank]}交易明细{clock.today():%Y%m%d}.csv", clerk)
    with acting(clerk):
        _settle(clerk)


def _paid() -> Sequence[tuple[Fee, str, str | None]]:
    """Return the fees of the last weeks that came through a bank, with the names of their customers."""
    since = clock.today() - timedelta(days=DAYS)
    wanted = select(Fee, Customer.name, Customer.legal_person).join(Customer, Customer.id == Fee.customer_id)
    wanted = wanted.where(Fee.method.in_(CASHLESS), Fee.received_on >= since, Fee.reverses_id.is_(None))
    with unscoped("the demo tells of everybody's work"):
        found = db.session.execute(wanted.where(Fee.state.in_(["unreviewed", "approved"])).order_by(Fee.id)).all()
    return [(fee, name, boss) for fee, name, boss in found]


def _booked(maker: Maker, fee: Fee, name: str, boss: str | None) -> Booked | None:
    pick, today = maker.random, clock.today()
    on = fee.received_on + timedelta(days=pick.choice((0, 0, 0, 1, 2)) if pick.random() < LATE else 0)
    if on > today or (today - on < timedelta(days=2) and pick.random() < 0.5):  # noqa: PLR2004 - not there yet
        return None
    payer = name
    if pick.random() < BY_PERSON and boss:
        payer = boss
    elif pick.random() < CUT:
        payer = pick.choice((name[:10], name.replace("有限公司", ""), f"河南省{name}"))
    elif pick.random() < UNKNOWN:
        payer = maker.person()
    return Booked(on, fee.amount, payer, pick.choice(("服务费", "软件服务费", "货款", "年费")))


def _others(maker: Maker, bank: str) -> list[Booked]:
    """Return what is no fee: interest, rent, salaries, money between own accounts, and payments nobody knows of yet."""
    pick, today = maker.random, clock.today()

    def day() -> date:
        return today - timedelta(days=pick.randrange(1, DAYS))

    found = [Booked(day(), Decimal("-186.00"), "中国电信股份有限公司郑州分公司", "宽带费") for _n in range(2)]
    found += [Booked(day(), Decimal(-12_000), "郑州金水物业管理有限公司", "房租")]
    found += [Booked(day(), Decimal(pick.randrange(900, 5200)) / 100, "", "结息")]
    if bank == "ccb":
        found += [Booked(day(), Decimal(20_000), HOLDER, "内部转账")]
    for _number in range(4):
        amount = Decimal(pick.choice((1200, 1298, 600, 2400, 3600)))
        found.append(Booked(day(), amount, maker.name("410100", "trading"), "服务费"))
    return found


def _ccb(rows: Sequence[Booked]) -> list[list[Any]]:
    head = (
        "账号 账户名称 交易时间 借方发生额（支取） 贷方发生额（收入） 余额 币种 对方户名 对方账号 记账日期 摘要 备注 "
    )
    table: list[list[Any]] = [["中国建设银行活期账户全部交易明细"], [*head.split(), "账户明细编号-交易流水号"]]
    for number, one in enumerate(rows):
        money = [f"{-one.amount:,.2f}", ""] if one.amount < 0 else ["", f"{one.amount:,.2f}"]
        at, account = f"{one.on:%Y%m%d}", f"4105{one.on:%m%d}{number:010d}"
        row = [OWN["ccb"], HOLDER, f"{at} 10:12:00", *money, "", "人民币元", one.payer, account, at, one.summary, ""]
        table.append([*row, f"{at}-{number:06d}"])
    return table


def _cmb(rows: Sequence[Booked]) -> list[list[Any]]:
    head = "交易日 交易时间 起息日 交易类型 借方金额 贷方金额 余额 摘要 流水号 业务名称 用途 收/付方名称 收/付方帐号"
    table: list[list[Any]] = [["# 招商银行企业网银交易查询"], [f"# 账号: {OWN['cmb']}"], head.split()]
    for number, one in enumerate(rows):
        money = [f"{-one.amount:.2f}", ""] if one.amount < 0 else ["", f"{one.amount:.2f}"]
        at, account = f"{one.on:%Y%m%d}", f"6225{one.on:%m%d}{number:08d}"
        row = [at, "10:12:00", at, "网银转账", *money, "", one.summary, f"K{at}{number:05d}", "汇款", ""]
        table.append([*row, one.payer, account])
    return [*table, [f"# 合计笔数: {len(rows)}"]]


WRITTEN = {"ccb": _ccb, "cmb": _cmb}
NAMES = {"ccb": "建行", "cmb": "招行"}


def _bring_in(table: Sequence[Sequence[Any]], name: str, clerk: Actor) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    with tempfile.NamedTemporaryFile(prefix="statement-") as file:
        file.write(text.getvalue().encode("gb18030"))
        file.flush()
        statement = services.upload(Path(file.name), file_name=name, actor=clerk)
    mapping = services.columns_of(statement)
    account = services.preview(statement, mapping).account
    services.bring_in(statement, mapping=mapping, account=account, bank=statement.bank, actor=clerk)


@transaction
def _settle(clerk: Actor) -> None:
    """Confirm what is proposed for older lines, set the rest of them aside, and mark all fees."""
    before = clock.today() - timedelta(days=SETTLED_DAYS)
    rows = db.session.execute(select(Line.id, Line.state, Line.summary).where(Line.booked_on <= before)).all()
    services.confirm_many([row.id for row in rows if row.state == "proposed"], {}, clerk)
    for summary, reason in (
        ("结息", "interest"),
        ("房租", "spending"),
        ("宽带费", "spending"),
        ("内部转账", "own_transfer"),
    ):
        meant = [row.id for row in rows if row.summary == summary]
        if meant:
            services.ignore_many(meant, {"reason": reason}, clerk)
    with unscoped("the demo tells of everybody's work"):
        services.mark(db.session.scalars(select(Fee.id)))
