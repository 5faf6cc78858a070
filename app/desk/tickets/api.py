"""Tickets over REST: read, open, change, and every step. Which fields may be read and written is listed here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import Response, jsonify
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.fields import Field, Link, LongText, parsed
from app.base.fields import fields_of as fields
from app.base.i18n import _
from app.base.screens.api import DomainApi, signed
from app.base.screens.why import Reasoned
from app.crm.customers import queries as customers
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket

OWN = "title contact caller caller_phone category priority channel product description due_at progress solution".split()
KEPT = (
    "number state phase queue group assignee department last_remark moved_at dispatched_at accepted_at solved_at "
    "closed_at end reopened answered_by follows created_at created_by updated_at"
).split()
#: What a step may be sent besides ``to`` and ``kind``.
SENT: Mapping[str, Field] = {
    "assignee": Link(name="assignee", column="assignee", to="ticket_worker"),
    "queue": Link(name="queue", column="queue", to="ticket_queue"),
    "words": LongText(name="words", column="words", max_length=4000),
    **{name: fields(Ticket)[name] for name in ("solution", "category", "product", "contact", "due_at")},
}
FILLED = {"words": "string", "category": "string", "product": "integer", "contact": "integer", "due_at": "string"}
STEP = {"to": "string", **FILLED, "solution": "string", "revision": "integer!"}
SAID = {**STEP, "words": "string!"}
HANDS = {"assignee": "integer", "queue": "integer"}
#: verb → what is sent: name → JSON type; "!": required
BODIES: Mapping[str, Mapping[str, str]] = {
    "dispatch": {**HANDS, **FILLED, "solution": "string", "revision": "integer!"},
    "take": STEP,
    "accept": STEP,
    "transfer": {**HANDS, "words": "string!", "revision": "integer!"},
    "give_back": SAID,
    "advance": STEP,
    "wait": STEP,
    "resume": STEP,
    "solve": STEP,
    "close": STEP,
    "reopen": SAID,
    "cancel": SAID,
    "note": {"kind": "string", "words": "string!"},
}
Service = Callable[..., Any]


def _button(verb: str, permission: str, service: Service) -> Any:
    """Return the address of a step."""

    @expose(f"/<pk>/{verb}", methods=["POST"])
    @permission_name(permission)
    @signed
    def press(self: "TicketApi", pk: str) -> Response:
        record, body = self.record(pk, write=True), self._body()
        revision = body.get("revision")
        if not isinstance(revision, int) or isinstance(revision, bool):
            raise InvalidFields({"revision": _("Send the revision that you have read.")})
        service(record, self.sent(verb, body), actor=self.actor, revision=revision)
        return jsonify({"result": self.drawn(record)})

    press.__doc__ = f"Press “{verb}”: what may be sent stands in the description; ``revision`` as it was read."
    return press


class TicketApi(Reasoned, DomainApi):
    resource_name = "tickets"
    class_permission_name = subject = "TicketView"
    model = Ticket
    base_permissions = [
        *("can_list", "can_show", "can_add", "can_edit", "can_delete", "can_dispatch", "can_take", "can_work"),
        *("can_transfer", "can_close", "can_reopen", "can_cancel"),
    ]
    read_fields: ClassVar[Sequence[str]] = ["customer", "type", *OWN, *KEPT]
    write_fields: ClassVar[Sequence[str]] = ["customer", "type", *OWN]
    more_read: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "remark_to_customer": {"type": "string", "title": "Last remark meant for the customer", "nullable": True}
    }
    remove = services.delete
    more_paths = tuple(BODIES)
    bodies = BODIES

    def drawn_all(self, records: Sequence[Any]) -> list[dict[str, Any]]:
        """Return tickets with the last remark that a customer may read: ``last_remark`` may be an internal one."""
        said = queries.remarks_to_customer([one.id for one in records])
        return [super(TicketApi, self).drawn(one) | {"remark_to_customer": said.get(one.id)} for one in records]

    def drawn(self, record: Any) -> dict[str, Any]:
        return self.drawn_all([record])[0]

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Ticket:
        customer = customers.by_id(values.get("customer") or 0)
        if customer is None:
            raise InvalidFields({"customer": _("Please fill this in.")})
        return services.open_ticket(customer, values, actor=actor)

    @staticmethod
    def change(record: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
        kept = {"customer": record.customer_id, "type": record.type}
        if problems := {name: _("This stays as it is.") for name, now in kept.items() if values.get(name, now) != now}:
            raise InvalidFields(problems)
        services.change(record, values, actor=actor, revision=revision)

    def sent(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what came with a step, by name. Raises InvalidFields for unknown or wrong ones."""
        problems: dict[str, object] = {}
        known = {}
        for name, value in body.items():
            if name not in BODIES[verb]:
                problems[name] = _("There is no such field, or it cannot be written.")
            elif isinstance(value, dict | list):
                problems[name] = _("Send a single value.")
            elif name in SENT:
                known[name] = value
        values = parsed(SENT, known, complain=problems.__setitem__)
        if problems:
            raise InvalidFields(problems)
        return values | {name: str(body[name]) for name in ("to", "kind") if body.get(name)}

    dispatch = _button("dispatch", "dispatch", services.dispatch)
    take = _button("take", "take", services.take)
    accept = _button("accept", "work", services.accept)
    transfer = _button("transfer", "transfer", services.transfer)
    give_back = _button("give_back", "work", services.give_back)
    advance = _button("advance", "work", services.advance)
    wait = _button("wait", "work", services.wait)
    resume = _button("resume", "work", services.resume)
    solve = _button("solve", "work", services.solve)
    close = _button("close", "close", services.close)
    reopen = _button("reopen", "reopen", services.reopen)
    cancel = _button("cancel", "cancel", services.cancel)

    @expose("/<pk>/note", methods=["POST"])
    @permission_name("work")
    @signed
    def note(self, pk: str) -> Response:
        """Say something about a ticket: ``words``, and ``kind``: internal, to_customer or by_customer."""
        record = self.record(pk, write=True)
        services.note(record, self.sent("note", self._body()), actor=self.actor)
        return jsonify({"result": self.drawn(record)})


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(TicketApi)
