"""What tests of bank reconciliation begin with: statements brought in, customers with fees, lines looked at."""

import itertools
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.reconciliation import services
from app.crm.reconciliation.models import Line, Match, Proposal, Statement
from app.extensions import db
from tests.cast import QIAN
from tests.crm.reconciliation.files import BANKS, Booking, as_csv
from tests.factories import a_customer, a_fee

TODAY = clock.today()
COUNTER = itertools.count(1)


def booked(amount: str, payer: str = "", *, on: date | None = None, summary: str = "", **more: Any) -> Booking:
    """Return a booking of today."""
    return Booking(
        on or clock.today(),
        Decimal(amount),
        payer,
        more.get("account", ""),
        summary,
        "",
        more.get("serial") or f"T{next(COUNTER):09d}",
    )


def upload(content: bytes, name: str = "流水.csv", person: Any = QIAN) -> Statement:
    """Take a file in."""
    with tempfile.NamedTemporaryFile() as file, acting(person.actor) as actor:
        file.write(content)
        file.flush()
        return services.upload(Path(file.name), file_name=name, actor=actor)


def import_lines(*bookings: Booking, bank: str = "cmb", content: bytes | None = None, account: str = "") -> list[Line]:
    """Bring a statement in; return its lines in the order of the file."""
    statement = upload(content or as_csv(BANKS[bank](bookings)))
    with acting(QIAN.actor) as actor:
        mapping = services.columns_of(statement)
        number = account or services.preview(statement, mapping).account
        services.bring_in(statement, mapping=mapping, account=number, bank=statement.bank, actor=actor)
    return lines_of(statement.id)


def lines_of(statement_id: int) -> list[Line]:
    with acting(SYSTEM):
        wanted = select(Line).where(Line.statement_id == statement_id).order_by(Line.row_number)
        return list(db.session.scalars(wanted))


def a_line(amount: str = "12800", payer: str = "", **more: Any) -> Line:
    """Bring one line in."""
    (line,) = import_lines(booked(amount, payer, **more))
    return line


def a_paid_fee(name: str = "新乡市佳禾食品商贸有限公司", amount: str = "12800", **given: Any) -> Any:
    """Enter a fee of a customer of this name."""
    customer = given.pop("customer", None) or a_customer(name=name, **given.pop("about", {})).id
    return a_fee(customer=customer, amount=Decimal(amount), **given)


def confirm(line: Line, *fees: Any, person: Any = QIAN, **amounts: str) -> None:
    """Match a line to fees, each with its whole amount; or ``f<id>=amount``."""
    parts = {fee.id: Decimal(amounts.get(f"f{fee.id}", fee.amount)) for fee in fees}
    with acting(person.actor) as actor:
        services.confirm(line, parts, actor=actor)


def now(line: Any) -> Line:
    """Return a line as it is in the database."""
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(Line, getattr(line, "id", line))


def proposals(line: Any, *, chosen: bool = True) -> list[int]:
    with acting(SYSTEM):
        wanted = select(Proposal.fee_id).where(Proposal.line_id == line.id, Proposal.is_chosen == chosen)
        return sorted(db.session.scalars(wanted))


def matches(line: Any) -> dict[int, Decimal]:
    with acting(SYSTEM):
        wanted = select(Match.fee_id, Match.amount).where(Match.line_id == line.id)
        return dict(db.session.execute(wanted).all())
