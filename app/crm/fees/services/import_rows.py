"""What a row of an imported ledger means, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.base import clock, normal
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields
from app.base.fields import Field, Text, fields_of
from app.base.i18n import _
from app.crm.customers.services.imports.columns import Vocabulary
from app.crm.customers.services.imports.naming import CustomerNaming, customer_fields
from app.crm.fees import queries, rules
from app.crm.fees.models import Fee
from app.crm.products.services import name_products
from app.system.imports.services import Line, name_people, readable
from app.system.security import queries as security

APPROVED_TOO = ("can_import_approved", "FeeView")
#: What the file may hold, besides what names the customer.
NAMES = (
    "number product kind amount agreed_amount received_on period_from period_to method payer invoice_number agent "
    "state notes"
).split()
WORDS = {"kind": "fee_kind", "method": "payment_method", "state": "fee_state"}
PLAIN = ("amount", "agreed_amount", "received_on", "period_from", "period_to", "payer", "invoice_number", "notes")


def FIELDS() -> Mapping[str, Field]:  # noqa: N802 - a table that asks the mapped classes
    """Return the fields of a row, by name, in the order of the template."""
    of_fee = fields_of(Fee)
    number = Text(of_fee["number"].label, name="number", max_length=30)
    return {**customer_fields(), **{name: of_fee[name] for name in NAMES}, "number": number}


class FeeChecker:
    """Checks the rows of one ledger, in order; remembers numbers, so that the file does not repeat itself."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.specs = actor, FIELDS()
        self.vocabularies = {name: Vocabulary(dictionary) for name, dictionary in WORDS.items()}
        self.customers = CustomerNaming(actor)
        self.numbers: dict[str, int] = {}
        self.seen: dict[tuple[Any, ...], int] = {}
        self.may_approve = actor.is_system or APPROVED_TOO in security.rights(actor.role_ids)

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in values and problems, with a handful of queries for all lines together."""
        for line in lines:
            self._read(line)
        self.customers.fill(lines)
        name_products(lines, is_required=True)
        name_people(lines, "agent")
        taken = queries.numbers_taken(number for line in lines if (number := line.values.get("number")))
        there = queries.entered(line.values for line in lines if not line.problems)
        for line in lines:
            self._judge(line, taken, there)

    # ── cells ──

    def _read(self, line: Line) -> None:
        for name in (*PLAIN, *WORDS, "number"):
            raw = line.cells.get(name)
            if normal.is_blank(raw):
                continue
            try:
                line.values[name] = self._cell(name, raw)
            except Invalid as refusal:
                line.refuse(name, refusal)

    def _cell(self, name: str, raw: Any) -> Any:
        if name in WORDS:
            return self._code(name, str(readable(raw)).strip())
        value = self.specs[name].parse(readable(raw))
        return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value

    def _code(self, name: str, word: str) -> str:
        code = self.vocabularies[name].known_code(word)
        if name == "state" and code not in (rules.UNREVIEWED, rules.APPROVED):
            raise Invalid(_("A ledger is imported as waiting or approved: leave out what is void or rejected."))
        if name == "state" and code == rules.APPROVED and not self.may_approve:
            raise Invalid(_("You may not import approved entries: leave this column out, and they wait for approval."))
        return code

    # ── the whole row ──

    def _judge(self, line: Line, taken: set[str], there: Mapping[tuple[Any, ...], str]) -> None:
        self._values(line)
        number = line.values.get("number")
        if number and number in taken:
            line.refuse("number", rules.NUMBER_TAKEN)
        elif number and number in self.numbers:
            line.refuse("number", _("Row %(row)s of this file has the same number.", row=self.numbers[number]))
        if line.problems:
            return
        key = queries.likeness(line.values)
        if key in there:
            line.refuse("amount", _("This is in the ledger already: %(number)s.", number=there[key]))
        elif key in self.seen and not number:
            line.refuse("amount", _("Row %(row)s of this file says the same.", row=self.seen[key]))
        else:
            self.seen[key] = line.number
            if number:
                self.numbers[number] = line.number

    def _values(self, line: Line) -> None:
        """Refuse what no form would let through either."""
        days = {name: _day(line.values.get(name)) for name in ("received_on", "period_from", "period_to")}
        sums = {name: _sum(line.values.get(name)) for name in ("amount", "agreed_amount")}
        told = {one["field"] for one in line.problems}
        try:
            rules.check_values({**line.values, **days, **sums}, today=clock.today(), is_part=True)
        except InvalidFields as refusal:
            for name, sentence in refusal.problems.items():
                if name not in told:
                    line.refuse(name, sentence)
        day = days["received_on"]
        if day is not None and day.replace(day=1) in queries.closed_months([day]):
            line.refuse("received_on", rules.CLOSED_MONTH % {"month": f"{day:%Y-%m}"})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _sum(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
