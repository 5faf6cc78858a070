"""Cells of a statement as values: amounts, days, debit or credit, who paid, and what stands above and below. Pure."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from app.base import normal
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal.numbers import integral
from app.crm.reconciliation.rules import names

LONGEST_PAYER, LONGEST_SUMMARY, LONGEST_SERIAL = 200, 500, 60
SHORTEST_SERIAL = 6
IN_WORDS = frozenset("贷 贷方 收 收入 来账 转入 存入 cr c credit +".split())
OUT_WORDS = frozenset("借 借方 支 支出 往账 转出 支取 付 dr d debit -".split())
_FOOT = re.compile(
    r"合\s*计|总\s*计|小\s*计|总笔数|笔数|总金额|发生额合计|打印|页码|第\s*\d+\s*页|以下空白|total", re.IGNORECASE
)
_NOTHING = re.compile(r"[\s\-—–−/]*")
_SIGNED = re.compile(r"^(?P<a>CR|DR|C|D|贷|借)?(?P<n>[^A-Z贷借]+?)(?P<b>CR|DR|C|D|贷|借)?$")
_LONG_TIME = re.compile(r"^(\d{4}-\d{2}-\d{2})-\d{2}\.\d{2}\.\d{2}(\.\d+)?$")  # 2026-11-24-10.32.11.123456
_DIGITS = re.compile(r"\d[\d\s-]{6,38}\d")
_NOT_DIGITS = re.compile(r"\D")
_ACCOUNT_WORDS = re.compile(r"(账号|帐号|账户号|卡号|account)", re.IGNORECASE)
_PERIOD_WORDS = re.compile(r"(日期|期间|时间范围|起止|from|period|date)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{2}|\d(?=\D))\s*[-/.月]?\s*(\d{1,2})")
ENDS = 4


class Entry(NamedTuple):
    """One booking of a statement. ``amount``: positive for money that came in. ``number``: its row in the file."""

    number: int
    booked_on: date
    amount: Decimal
    payer: str
    payer_account: str  # masked
    summary: str
    serial: str
    balance: Decimal | None


class Problem(NamedTuple):
    """A row that cannot be read, and why."""

    number: int
    cell: str
    sentence: object


class About(NamedTuple):
    """What stands above the headings."""

    account: str = ""
    first_on: date | None = None
    last_on: date | None = None


class Sheet(NamedTuple):
    """What a file says."""

    entries: Sequence[Entry]
    problems: Sequence[Problem]
    skipped: int  # totals and notes below the bookings
    account: str  # named in a column


def text(cell: Any) -> str:
    """Return a cell as one line, without the marks that banks set before long numbers."""
    if cell is None or isinstance(cell, bool):
        return ""
    return " ".join(normal.text(integral(cell)).split()).strip("'=\"`")


def money(cell: Any) -> Decimal | None:
    """Return an amount, None for nothing; negative for a debit (借, DR). Raises Invalid for what is none."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return normal.decimal(cell, digits=14)
    raw = unicodedata.normalize("NFKC", text(cell)).upper().replace(" ", "").replace("人民币", "").replace("RMB", "")
    if _NOTHING.fullmatch(raw):
        return None
    is_out = raw.startswith("(") and raw.endswith(")")
    found = _SIGNED.match(raw.strip("()"))
    if found is None:
        return normal.decimal(raw, digits=14)
    is_out = is_out or "借" in raw or "D" in raw
    value = normal.decimal(found["n"], digits=14)
    return -abs(value) if is_out else value


def day(cell: Any) -> date:
    """Return the day of a booking. Raises Invalid for what is none."""
    if isinstance(cell, str):
        written = unicodedata.normalize("NFKC", cell).strip().strip("'\"")
        short = _LONG_TIME.match(written)
        return normal.date(short[1] if short else written)
    return normal.date(cell)


def direction(cell: Any) -> int:
    """Return 1 for money in, −1 for money out, 0 where nothing is said."""
    word = names.plain(text(cell)) or text(cell)
    if word in IN_WORDS or word.startswith(("贷", "来账", "收")):
        return 1
    return -1 if word in OUT_WORDS or word.startswith(("借", "往账", "支")) else 0


def account_digits(cell: Any) -> str:
    """Return the digits of an account number."""
    return _NOT_DIGITS.sub("", text(cell))


def masked(number: str) -> str:
    """Return an account number with its ends alone: 6222****1234; of a short one the last digits."""
    digits = _NOT_DIGITS.sub("", number)
    if not digits:
        return ""
    return f"{digits[:ENDS]}****{digits[-ENDS:]}" if len(digits) > 2 * ENDS else f"****{digits[-ENDS:]}"


def read(mapping: Sequence[str | None], rows: Iterable[tuple[int, Sequence[Any]]]) -> Sheet:
    """Return the bookings of a statement. ``mapping``: the field of each column."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    skipped, account = 0, ""
    for number, values in rows:
        cells = {name: value for name, value in zip(mapping, values, strict=False) if name}
        if is_foot(cells, values):
            skipped += 1
            continue
        account = account or account_digits(cells.get("own_account"))
        found = entry(number, cells)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            entries.append(found)
    return Sheet(entries, problems, skipped, account)


def is_foot(cells: Mapping[str, Any], values: Sequence[Any]) -> bool:
    """Tell whether a row is a total or a note: it has no day, and says so or has no amount either."""
    if _has_day(cells.get("booked_on")):
        return False
    if any(_FOOT.search(text(value)) for value in values if isinstance(value, str)):
        return True
    return not any(text(cells.get(name)) for name in ("amount", "money_in", "money_out"))


def _has_day(cell: Any) -> bool:
    try:
        day(cell)
    except Invalid:
        return False
    return True


def entry(number: int, cells: Mapping[str, Any]) -> Entry | Problem:
    """Return one booking, or why the row is none."""
    at = "booked_on"
    try:
        booked_on = day(cells.get(at))
        at = next((name for name in ("amount", "money_in", "money_out") if text(cells.get(name))), "amount")
        amount = _amount(cells)
        at = "balance"
        balance = money(cells.get("balance"))
    except Invalid as refusal:
        return Problem(number, text(cells.get(at))[:60], refusal)
    if amount is None:
        return Problem(number, "", _("There is no amount in this row."))
    payer, account = _other_side(cells, is_out=amount < 0)
    return Entry(number, booked_on, amount, payer, masked(account), _summary(cells), _serial(cells), balance)


def _amount(cells: Mapping[str, Any]) -> Decimal | None:
    """Return the signed amount: of two columns, of one with a sign, or of one beside a word for debit or credit."""
    came, went = money(cells.get("money_in")), money(cells.get("money_out"))
    if came or went:
        return (abs(came) if came and came > 0 else came or Decimal(0)) - (went or Decimal(0))
    single = money(cells.get("amount"))
    if not single:
        return None
    way = direction(cells.get("direction"))
    return abs(single) * way if way else single


def _other_side(cells: Mapping[str, Any], *, is_out: bool) -> tuple[str, str]:
    """Return the name and account of the other side: of money that goes out, the payee where the bank names both."""
    name, account = text(cells.get("payer")), text(cells.get("payer_account"))
    if is_out and (cells.get("payee") or cells.get("payee_account")):
        name, account = text(cells.get("payee")), text(cells.get("payee_account"))
    return normal.name(name)[:LONGEST_PAYER] if not normal.is_blank(name) else "", account


def _summary(cells: Mapping[str, Any]) -> str:
    parts = [text(cells.get(name)) for name in ("summary", "purpose", "remark")]
    return " · ".join(dict.fromkeys(part for part in parts if part))[:LONGEST_SUMMARY]


def _serial(cells: Mapping[str, Any]) -> str:
    found = text(cells.get("serial"))
    return found[:LONGEST_SERIAL] if len(found) >= SHORTEST_SERIAL and found.strip("0") else ""


def fingerprints(entries: Iterable[Entry], *, by_serial: bool) -> list[str]:
    """Return what tells bookings of an account apart, so that overlapping statements do not double.

    ``by_serial``: the bank's number alone does. Bookings that are alike in everything are told apart by their place
    among each other on their day: the second of a day stays the second in any statement.
    """
    seen: Counter[str] = Counter()
    found = []
    for one in entries:
        about = one.serial if by_serial and one.serial else "|".join(_alike(one))
        key = f"{one.booked_on}|{one.amount}|{about}"
        seen[key] += 1
        found.append(hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest())
    return found


def _alike(one: Entry) -> tuple[str, ...]:
    return one.serial, names.plain(one.payer), one.payer_account, names.plain(one.summary)


def about(rows: Iterable[Sequence[Any]]) -> About:
    """Return the account and the period that stand above the headings, as far as they do."""
    account, days = "", []
    for row in rows:
        cells = [text(value) for value in row]
        for place, cell in enumerate(cells):
            beside = f"{cell} {cells[place + 1] if place + 1 < len(cells) else ''}"
            if not account and _ACCOUNT_WORDS.search(cell):
                account = _first_number(beside)
            if _PERIOD_WORDS.search(cell):
                days += _days(beside)
    return About(account, min(days, default=None), max(days, default=None))


def _first_number(words: str) -> str:
    met = _DIGITS.search(unicodedata.normalize("NFKC", words))
    return _NOT_DIGITS.sub("", met[0]) if met else ""


def _days(words: str) -> list[date]:
    found = []
    for year, month, number in _DAY.findall(unicodedata.normalize("NFKC", words)):
        try:
            found.append(date(int(year), int(month), int(number)))
        except ValueError:
            continue
    return found
