"""What a row of a file of tickets means, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.base import choices, clock, normal
from app.base.actor import Actor, Level
from app.base.errors import Invalid, InvalidFields, NotAllowed
from app.base.fields import Field, Text, fields_of
from app.base.i18n import _
from app.crm.customers.services.imports.columns import Vocabulary
from app.crm.customers.services.imports.naming import CustomerNaming, customer_fields
from app.crm.products.services import name_products
from app.desk.tickets import queries
from app.desk.tickets.models import REACH, Ticket
from app.desk.tickets.rules import imports as rules
from app.desk.tickets.rules.imports import Times
from app.desk.tickets.rules.phases import Phase
from app.desk.tickets.services.handing import WHY_NOT
from app.system.imports.services import EMPTY, Line, name_people, readable, word

#: What the file may hold, besides what names the customer.
NAMES = (
    "number type category priority channel product title description caller caller_phone state assignee due_at "
    "solution created_at solved_at closed_at"
).split()
WORDS = {
    "type": "ticket_type",
    "category": "ticket_category",
    "priority": "ticket_priority",
    "channel": "ticket_channel",
}
PLAIN = "number title description caller caller_phone due_at solution created_at solved_at closed_at".split()
REQUIRED = ("type", "title")


def FIELDS() -> Mapping[str, Field]:  # noqa: N802 - a table that asks the mapped classes
    """Return the fields of a row, by name, in the order of the template."""
    of_ticket = fields_of(Ticket)
    number = Text(of_ticket["number"].label, name="number", max_length=30)
    return {**customer_fields(), **{name: of_ticket[name] for name in NAMES}, "number": number}


class TicketChecker:
    """Checks the rows of one file, in order; remembers numbers, so that the file does not repeat itself.

    Raises NotAllowed for somebody who may change no ticket: what they import would not be theirs.
    """

    def __init__(self, actor: Actor) -> None:
        if not actor.is_system and actor.reach(REACH).write == Level.NONE:
            raise NotAllowed(_("Your role changes no tickets: let somebody import them whose they can be."))
        self.specs, self.customers = FIELDS(), CustomerNaming(actor)
        self.vocabularies = {name: Vocabulary(dictionary) for name, dictionary in WORDS.items()}
        self.numbers: dict[str, int] = {}
        self.states: dict[tuple[str, str], str] = {}  # of a type and a word, once for the whole file

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in values and problems, with a handful of queries for all lines together."""
        for line in lines:
            self._read(line)
        self.customers.fill(lines)
        name_products(lines, is_required=False)
        name_people(lines, "assignee")
        unable = why_unable(line.values for line in lines)
        taken = queries.numbers_taken(number for line in lines if (number := line.values.get("number")))
        for line in lines:
            if sentence := unable.get(line.values.get("assignee", 0)):
                line.refuse("assignee", sentence)
            self._settle(line)
            self._judge_number(line, taken)

    # ── cells ──

    def _read(self, line: Line) -> None:
        for name in (*PLAIN, *WORDS):
            raw = line.cells.get(name)
            if normal.is_blank(raw):
                if name in REQUIRED:
                    line.refuse(name, EMPTY)
                continue
            try:
                line.values[name] = self._cell(name, readable(raw))
            except Invalid as refusal:
                line.refuse(name, refusal)

    def _cell(self, name: str, raw: Any) -> Any:
        if name in WORDS:
            return self.vocabularies[name].known_code(str(raw).strip())
        value = self.specs[name].parse(raw)
        return value.isoformat() if isinstance(value, datetime) else value

    # ── the whole row ──

    def _settle(self, line: Line) -> None:
        """Find the state that is meant, and refuse what does not go with it."""
        if "type" not in line.values:
            return
        try:
            line.values["state"] = self._state(line.values["type"], word(readable(line.cells.get("state"))))
        except Invalid as refusal:
            line.refuse("state", refusal)
            return
        told = {one["field"] for one in line.problems}
        for name, sentence in problems_of(line.values).items():
            if name not in told:
                line.refuse(name, sentence)

    def _state(self, kind: str, text: str) -> str:
        if (kind, text) not in self.states:
            self.states[kind, text] = rules.state_meant(queries.edition_for(kind).flow, text).code
        return self.states[kind, text]

    def _judge_number(self, line: Line, taken: set[str]) -> None:
        number = line.values.get("number")
        if number and number in taken:
            line.refuse("number", rules.NUMBER_TAKEN)
        elif number and number in self.numbers:
            line.refuse("number", _("Row %(row)s of this file has the same number.", row=self.numbers[number]))
        elif number and not line.problems:
            self.numbers[number] = line.number


def why_unable(rows: Any) -> Mapping[int, object]:
    """Return by person why those of some rows cannot be given a ticket."""
    people = sorted({key for row in rows if (key := row.get("assignee"))})
    unable = queries.workers(people)
    names = choices.labels("employee", list(unable))
    return {key: WHY_NOT[why] % {"name": names.get(key, f"#{key}")} for key, why in unable.items()}


def problems_of(values: Mapping[str, Any]) -> Mapping[str, object]:
    """Return what does not go with the state of a row that is read, by field. Raises Invalid for no such state."""
    flow = queries.edition_for(values["type"]).flow
    state = flow.state(values["state"])
    has_assignee, is_handed = bool(values.get("assignee")), flow.handing(state.code) is not None
    try:
        rules.check(
            Phase(state.phase), times_of(values), has_assignee=has_assignee, is_handed=is_handed, now=clock.now()
        )
    except InvalidFields as refusal:
        return refusal.problems
    return {}


def times_of(values: Mapping[str, Any]) -> Times:
    """Return the moments that a row says."""
    return Times(*[moment(values.get(name)) for name in Times._fields])


def moment(text: str | None) -> datetime | None:
    """Return a moment that came through JSON."""
    return datetime.fromisoformat(text) if text else None
