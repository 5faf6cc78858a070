"""Statements as online banks give them: headings, preambles, dates, amounts, totals; of five banks and a stranger."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import xlsxwriter

OWN = "1702020109200123456"
HOLDER = "河南启信软件有限公司"


class Booking(NamedTuple):
    """One booking. ``amount``: negative for money that goes out."""

    on: date
    amount: Decimal
    payer: str = ""
    account: str = ""
    summary: str = ""
    purpose: str = ""
    serial: str = ""


Rows = list[list[Any]]
Made = Callable[[Sequence[Booking]], Rows]


def _money(amount: Decimal) -> str:
    return f"{abs(amount):,.2f}"


def _sums(bookings: Sequence[Booking]) -> tuple[Decimal, Decimal]:
    came = sum((one.amount for one in bookings if one.amount > 0), Decimal(0))
    return came, -sum((one.amount for one in bookings if one.amount < 0), Decimal(0))


def icbc(bookings: Sequence[Booking]) -> Rows:
    """工商银行: a mark above the headings, tabs behind long numbers, a time with dots, zeros in the other column."""
    rows: Rows = [["[HISTORYDETAIL]"]]
    rows.append(
        "凭证号 本方账号 对方账号 交易时间 借/贷 借方发生额 贷方发生额 对方行号 摘要 用途 "
        "对方单位名称 余额 附言 个性化信息".split()
    )
    for place, one in enumerate(bookings):
        out, came = (_money(one.amount), "0.00") if one.amount < 0 else ("0.00", _money(one.amount))
        when = f"{one.on}-10.{place % 60:02}.11.123456"
        row = [
            "00000000",
            f"{OWN}\t",
            f"{one.account}\t",
            when,
            "借" if one.amount < 0 else "贷",
            out,
            came,
            "102491000012",
        ]
        rows.append([*row, one.summary, one.purpose, one.payer, "123,456.78", "", ""])
    came_in, went = _sums(bookings)
    rows.append(["合计", "", "", "", "", f"{went:,.2f}", f"{came_in:,.2f}"])
    return rows


def ccb(bookings: Sequence[Booking]) -> Rows:
    """建设银行: a title, two dates without signs, the account in every row, a number for each booking."""
    rows: Rows = [["中国建设银行活期账户全部交易明细"], ["查询时间：20261130 09:00:00"], []]
    rows.append(
        "账号 账户名称 交易时间 借方发生额（支取） 贷方发生额（收入） 余额 币种 对方户名 对方账号 "
        "对方开户机构 记账日期 摘要 备注 账户明细编号-交易流水号 企业流水号 凭证种类 凭证号 关联账户".split()
    )
    for place, one in enumerate(bookings):
        out, came = (_money(one.amount), "") if one.amount < 0 else ("", _money(one.amount))
        row = [OWN, HOLDER, f"{one.on:%Y%m%d} 10:{place % 60:02}:11", out, came, "123,456.78", "人民币元", one.payer]
        serial = one.serial or f"{one.on:%y%m%d}-{place:09d}"
        rows.append([*row, one.account, "", f"{one.on:%Y%m%d}", one.summary, one.purpose, serial, "", "", "", ""])
    return [*rows, ["总计", "", "", *[f"{total:,.2f}" for total in reversed(_sums(bookings))]]]


def abc(bookings: Sequence[Booking]) -> Rows:
    """农业银行: account and period above in Chinese dates, the newest booking first, income before spending."""
    days = [one.on for one in bookings]
    rows: Rows = [["账户明细查询"], [f"账号：{OWN}", f"户名：{HOLDER}"]]
    first, last = min(days), max(days)
    rows.append(
        [
            f"起始日期：{first.year}年{first.month:02}月{first.day:02}日",
            f"截止日期：{last.year}年{last.month:02}月{last.day:02}日",
        ]
    )
    rows.append(
        "交易时间 收入金额 支出金额 本次余额 手续费总额 交易方式 交易行名 交易类别 对方省市 对方账号 对方户名 "
        "交易说明 交易摘要 交易附言".split()
    )
    for one in reversed(bookings):
        out, came = (_money(one.amount), "-") if one.amount < 0 else ("-", _money(one.amount))
        when = f"{one.on.year}年{one.on.month}月{one.on.day}日"
        row = [when, came, out, "123,456.78", "0.00", "网银", "郑州花园路支行", "转账", "河南郑州"]
        rows.append([*row, one.account, one.payer, "", one.summary, one.purpose])
    return [*rows, [f"总笔数：{len(bookings)}", *[f"{total:,.2f}" for total in _sums(bookings)]]]


def boc(bookings: Sequence[Booking]) -> Rows:
    """中国银行: headings in two languages, totals above, both sides of each booking, one column with a sign."""
    days = [one.on for one in bookings]
    came, went = _sums(bookings)
    rows: Rows = [
        ["查询账号[ Inquirer account number ]", OWN, "账户名称[ Account name ]", HOLDER],
        ["查询时间范围[ Query period ]", f"{min(days):%Y%m%d}-{max(days):%Y%m%d}"],
        ["借方发生总额[ Total debit ]", f"{went:,.2f}", "贷方发生总额[ Total credit ]", f"{came:,.2f}"],
    ]
    rows.append(
        [
            "交易类型[ Transaction Type ]",
            "业务类型[ Business type ]",
            "付款人账号[ Debit Account No. ]",
            "付款人名称[ Payer's Name ]",
            "收款人账号[ Payee's Account Number ]",
            "收款人名称[ Payee's Name ]",
            "交易日期[ Transaction Date ]",
            "交易时间[ Transaction time ]",
            "交易货币[ Trade Currency ]",
            "交易金额[ Trade Amount ]",
            "交易后余额[ After-transaction balance ]",
            "起息日期[ Value Date ]",
            "交易流水号[ Transaction reference number ]",
            "摘要[ Reference ]",
            "用途[ Purpose ]",
            "交易附言[ Remark ]",
            "备注[ Remarks ]",
        ]
    )
    for place, one in enumerate(bookings):
        sides = [one.account, one.payer, OWN, HOLDER]
        sides = sides if one.amount > 0 else [OWN, HOLDER, one.account, one.payer]
        kind = "来账" if one.amount > 0 else "往账"
        day, serial = f"{one.on:%Y%m%d}", one.serial or f"{one.on:%Y%m%d}{place:08d}"
        amount = f"{one.amount:,.2f}"
        row = [kind, "大额支付", *sides, day, "10:32:11", "CNY", amount, "123,456.78", day, serial]
        rows.append([*row, one.summary, one.purpose, "", ""])
    return rows


def cmb(bookings: Sequence[Booking]) -> Rows:
    """招商银行: what stands above begins with #, solid days, an empty cell on the other side, notes at the end."""
    days = [one.on for one in bookings]
    rows: Rows = [
        ["# 招商银行企业网银交易查询"],
        [f"# 账号: {OWN}", f"# 户名: {HOLDER}"],
        [f"# 起始日期: {min(days):%Y%m%d}", f"# 终止日期: {max(days):%Y%m%d}"],
    ]
    rows.append(
        "交易日 交易时间 起息日 交易类型 借方金额 贷方金额 余额 摘要 流水号 业务名称 用途 业务参考号 业务摘要 "
        "其它摘要 收/付方分行名 收/付方名称 收/付方帐号 收/付方开户行行号".split()
    )
    for place, one in enumerate(bookings):
        out, came = (f"{-one.amount:.2f}", "") if one.amount < 0 else ("", f"{one.amount:.2f}")
        day, serial = f"{one.on:%Y%m%d}", one.serial or f"K{one.on:%y%m%d}{place:07d}"
        row = [day, f"10:{place % 60:02}:11", day, "网银转账", out, came, "123456.78", one.summary, serial, "汇入汇款"]
        rows.append([*row, one.purpose, "", "", "", "", one.payer, one.account, "308491000012"])
    return [*rows, [f"# 合计笔数: {len(bookings)}"], ["# 打印时间: 20261130"]]


def stranger(bookings: Sequence[Booking]) -> Rows:
    """A bank that is not known: one column with the sign behind the amount, full-width."""
    rows: Rows = [["对账单"], ["日期", "摘要", "付款单位", "金额（元）", "日志号"]]
    for place, one in enumerate(bookings):
        amount = f"{_money(one.amount)}{'CR' if one.amount > 0 else 'DR'}"
        wide = "".join(chr(ord(sign) + 0xFEE0) if sign in "0123456789,." else sign for sign in amount)
        rows.append([f"{one.on:%Y/%m/%d}", one.summary, one.payer, wide, f"L{place:08d}"])
    return rows


BANKS: dict[str, Made] = {"icbc": icbc, "ccb": ccb, "abc": abc, "boc": boc, "cmb": cmb}


def as_csv(rows: Rows, encoding: str = "gb18030") -> bytes:
    """Return a table as csv. ``encoding``: utf-8-sig with a mark at the beginning, utf-8, gb18030."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Rows) -> bytes:
    """Return a table as a workbook of texts, as banks write it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("交易明细")
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(number, place, str(value))
    return stream.getvalue()
