"""What a row of an imported ledger means, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.base import clock, normal
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields
from app.base.fields import Field, Name, Text, fields_of
from app.base.i18n import _
from app.base.tabular.reading import CellError
from app.crm.customers.queries import Customer
from app.crm.customers.services.imports.columns import Vocabulary
from app.crm.customers.services.imports.existing import Existing
from app.crm.fees import queries, rules
from app.crm.fees.models import Fee
from app.crm.products import queries as products
from app.system.imports.services import Line
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
    of_customer, of_fee = fields_of(Customer), fields_of(Fee)
    named = {"credit_code": of_customer["credit_code"], "customer": Name(_("Customer"), name="customer")}
    number = Text(of_fee["number"].label, name="number", max_length=30)
    return {**named, **{name: of_fee[name] for name in NAMES}, "number": number}


class FeeChecker:
    """Checks the rows of one ledger, in order; remembers numbers, so that the file does not repeat itself."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.specs = actor, FIELDS()
        self.vocabularies = {name: Vocabulary(dictionary) for name, dictionary in WORDS.items()}
        self.existing = Existing(actor)
        self.numbers: dict[str, int] = {}
        self.seen: dict[tuple[Any, ...], int] = {}
        self.may_approve = actor.is_system or APPROVED_TOO in security.rights(actor.role_ids)

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in values and problems, with a handful of queries for all lines together."""
        for line in lines:
            line.title = _word(line.cells.get("customer")) or _word(line.cells.get("credit_code"))
            self._read(line)
        self._customers(lines)
        self._products(lines)
        self._agents(lines)
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
        if isinstance(raw, CellError):
            raise Invalid(_("The formula in this cell failed: write the value instead."))
        if name in WORDS:
            return self._code(name, str(raw).strip())
        value = self.specs[name].parse(raw)
        return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value

    def _code(self, name: str, word: str) -> str:
        code = self.vocabularies[name].code(word)
        if code is None:
            raise Invalid(_("“%(word)s” is not one of the values of this field."), word=word)
        if name == "state" and code not in (rules.UNREVIEWED, rules.APPROVED):
            raise Invalid(_("A ledger is imported as waiting or approved: leave out what is void or rejected."))
        if name == "state" and code == rules.APPROVED and not self.may_approve:
            raise Invalid(_("You may not import approved entries: leave this column out, and they wait for approval."))
        return code

    # ── who and what ──

    def _customers(self, lines: Sequence[Line]) -> None:
        codes = {line.number: _word(line.cells.get("credit_code")).upper() for line in lines}
        names = {line.number: self._name(line) for line in lines}
        by_code = self.existing.by_code(code for code in codes.values() if code)
        by_name = self.existing.by_name(name for name in names.values() if name)
        for line in lines:
            code, name = codes[line.number], names[line.number]
            found = by_code.get(code) if code else by_name.get(name)
            if found is None or not found.is_seen:
                sentence = _("There is no customer with this code, or exactly this name, that you see.")
                line.refuse(
                    "credit_code" if code else "customer", sentence if code or name else _("Please fill this in.")
                )
                continue
            line.values["customer"], line.title = found.id, found.name

    def _name(self, line: Line) -> str:
        raw = line.cells.get("customer")
        return str(self.specs["customer"].parse(raw) or "") if not isinstance(raw, CellError) else ""

    def _products(self, lines: Sequence[Line]) -> None:
        known = products.by_words({_word(line.cells.get("product")) for line in lines})
        for line in lines:
            word = _word(line.cells.get("product"))
            key = known.get(word.lower())
            if key is None:
                sentence = _("“%(word)s” is neither the code nor the name of one product that is offered.", word=word)
                line.refuse("product", sentence if word else _("Please fill this in."))
            else:
                line.values["product"] = key

    def _agents(self, lines: Sequence[Line]) -> None:
        people = security.employees_by_words(word for line in lines if (word := _word(line.cells.get("agent"))))
        for line in lines:
            word = _word(line.cells.get("agent"))
            if word and word not in people:
                sentence = _(
                    "“%(word)s” is not exactly one active person: write the name or number in full.", word=word
                )
                line.refuse("agent", sentence)
            elif word:
                line.values["agent"] = people[word]

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


def _word(raw: Any) -> str:
    if isinstance(raw, CellError):
        return ""
    return " ".join(str(int(raw) if isinstance(raw, float) and raw.is_integer() else raw or "").split())
