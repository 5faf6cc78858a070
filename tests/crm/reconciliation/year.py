"""A made year: companies, their fees, and what the bank booked, with the truth about each booking.

Deterministic. Banks and payers are as untidy as they are: names cut, rewritten, abbreviated, persons who pay, sums of
several fees, parts of one, days apart, and money that is no fee at all.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from opencc import OpenCC

from app.demo.companies import REGIONS, Maker
from tests.crm.reconciliation.files import Booking

FIRST_DAY = date(2025, 11, 25)
PRICES = [Decimal(price) for price in (300, 600, 980, 1280, 1800, 2400, 3600, 3980, 4800, 6400, 7000, 9600, 12800)]
NO_FEES = (
    ("", "结息", 0.2),
    (None, "货款", 0.6),  # a company that is no customer
    ("河南启信软件有限公司", "内部转账", 0.2),
)


@dataclass
class Year:
    """``truth``: of each booking, which fees it is for, by their place; none for what is no fee."""

    companies: list[dict[str, Any]] = field(default_factory=list)
    fees: list[dict[str, Any]] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    truth: list[frozenset[int]] = field(default_factory=list)


def make(seed: int = 6, *, companies: int = 4000, fees: int = 20_000, lines: int = 2000) -> Year:
    """Return a year."""
    maker = Maker(seed)
    year = Year(companies=list(maker.companies(companies)))
    _Fees(year, maker.random).make(fees)
    _Bank(year, maker).make(lines)
    return year


class _Fees:
    """Enters fees: monthly payers, yearly services, additions of odd amounts."""

    def __init__(self, year: Year, pick: random.Random) -> None:
        self.year, self.pick = year, pick

    def make(self, count: int) -> None:
        monthly = count // 100
        for company in range(monthly):
            price, day = self.pick.choice(PRICES[:5]), self.pick.randrange(1, 28)
            for month in range(12):
                self._enter(company, price, FIRST_DAY + timedelta(days=day + month * 30))
        while len(self.year.fees) < count:
            company = self.pick.randrange(monthly, len(self.year.companies))
            self._enter(company, self._amount(), FIRST_DAY + timedelta(days=self.pick.randrange(365)))

    def _amount(self) -> Decimal:
        if self.pick.random() < 0.7:
            return self.pick.choice(PRICES)
        return Decimal(self.pick.randrange(20_000, 2_000_000)) / 100

    def _enter(self, company: int, amount: Decimal, on: date) -> None:
        number = len(self.year.fees) + 1
        invoice = f"{self.pick.randrange(10**8):08d}" if self.pick.random() < 0.6 else None
        self.year.fees.append(
            {
                "number": f"FW-{on:%Y%m}-{number:06d}",
                "company": company,
                "amount": amount,
                "received_on": on,
                "invoice_number": invoice,
            }
        )


class _Bank:
    """Books payments of some of the fees, and other money."""

    def __init__(self, year: Year, maker: Maker) -> None:
        self.year, self.maker, self.pick = year, maker, maker.random
        self.traditional = OpenCC("s2t")
        self.paid: set[int] = set()
        self.by_company: dict[int, list[int]] = {}
        for place, fee in enumerate(year.fees):
            self.by_company.setdefault(fee["company"], []).append(place)

    def make(self, count: int) -> None:
        ways = [(self._one, 88), (self._several, 4), (self._parts, 2), (self._none, 6)]
        while len(self.year.bookings) < count:
            (way,) = self.pick.choices([way for way, _share in ways], [share for _way, share in ways])
            way()
        del self.year.bookings[count:], self.year.truth[count:]
        order = sorted(range(count), key=lambda place: self.year.bookings[place].on)
        self.year.bookings = [self.year.bookings[place] for place in order]
        self.year.truth = [self.year.truth[place] for place in order]

    def _book(self, amount: Decimal, on: date, places: Sequence[int], payer: tuple[str, str]) -> None:
        name, summary = payer
        account = f"{self.pick.randrange(10**18, 10**19)}"
        self.year.bookings.append(Booking(on, amount, name, account, summary, "", ""))
        self.year.truth.append(frozenset(places))
        self.paid |= set(places)

    def _one(self) -> None:
        place = self.pick.randrange(len(self.year.fees))
        if place in self.paid:
            return
        fee = self.year.fees[place]
        self._book(fee["amount"], self._day(fee["received_on"]), [place], self._payer(fee))

    def _several(self) -> None:
        """One payment of two or three fees that were entered within some days."""
        company = self.pick.choice(list(self.by_company))
        free = [place for place in self.by_company[company] if place not in self.paid]
        if len(free) < 2:
            return
        some = free[: self.pick.choice((2, 2, 3))]
        first = self.year.fees[some[0]]
        for place in some[1:]:
            self.year.fees[place]["received_on"] = first["received_on"] + timedelta(days=self.pick.randrange(4))
        total = sum(self.year.fees[place]["amount"] for place in some)
        name = self.year.companies[company]["name"]
        self._book(total, self._day(first["received_on"]), some, (self._written(name), "服务费"))

    def _parts(self) -> None:
        """Two payments of one fee."""
        place = self.pick.randrange(len(self.year.fees))
        fee = self.year.fees[place]
        if place in self.paid or fee["amount"] < 2000:
            return
        first = (fee["amount"] * Decimal("0.4")).quantize(Decimal(1))
        name = self._written(self.year.companies[fee["company"]]["name"])
        for amount, days in ((first, 0), (fee["amount"] - first, self.pick.randrange(1, 12))):
            self._book(amount, fee["received_on"] + timedelta(days=days), [place], (name, "服务费"))

    def _none(self) -> None:
        payer, summary, _share = self.pick.choices(NO_FEES, [share for *_about, share in NO_FEES])[0]
        on = FIRST_DAY + timedelta(days=self.pick.randrange(365))
        name = self.maker.name(self.pick.choice(list(REGIONS)), "trading") if payer is None else payer
        self._book(self.pick.choice(PRICES), on, [], (name, summary))

    def _day(self, on: date) -> date:
        ways = ((0, 0, 60), (1, 3, 27), (4, 10, 10), (11, 25, 3))
        (low, high, _share) = self.pick.choices(ways, [share for *_days, share in ways])[0]
        return on + timedelta(days=self.pick.randint(low, high) * self.pick.choice((1, 1, 1, -1)))

    def _payer(self, fee: dict[str, Any]) -> tuple[str, str]:
        company = self.year.companies[fee["company"]]
        known = [one for one in (company["legal_person"], company["finance_name"]) if one]
        ways = (
            ("name", 82),
            ("person", 8),
            ("in_summary", 3),
            ("number", 2),
            ("collector", 2),
            ("unknown", 3),
        )
        (way,) = self.pick.choices([name for name, _share in ways], [share for _name, share in ways])
        if way == "person":
            return self.pick.choice(known), "服务费"
        if way == "in_summary":
            return self.maker.person(), f"代{company['name']}付服务费"
        if way == "number":
            return self.maker.person(), f"发票{fee['invoice_number'] or fee['number']}"
        if way == "collector":
            return "财付通支付科技有限公司", "财付通-商户结算"
        if way == "unknown":
            return self.maker.person(), "转账"
        return self._written(company["name"]), self.pick.choice(("服务费", "软件服务费", "货款", ""))

    def _written(self, name: str) -> str:
        """Return a company's name as a bank, or its cashier, writes it."""
        place, rest = name[:2], name[2:]
        ways = (
            (name, 60),
            (f"{place}市{rest}", 10),
            (f"河南省{place}市{rest}", 6),
            (name.replace("有限公司", "有限责任公司"), 5),
            (self.traditional.convert(name), 5),
            (name[:10], 6),
            (name.replace("有限公司", ""), 5),
            (f"{place}（{rest[:-4]}）有限公司"[:40], 3),
        )
        return self.pick.choices([one for one, _share in ways], [share for _one, share in ways])[0]
