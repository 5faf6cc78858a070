"""What happened to a ticket, in the order of time; and the buttons that write notes, work, checklist and people."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import wording
from app.base.errors import DomainError, InvalidFields
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.asking import whole
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import ENDED
from app.desk.tickets.rules.tickets import BY_CUSTOMER, FOLLOWER, INTERNAL, NOTE_KINDS, PARTICIPANT, TO_CUSTOMER
from app.extensions import db

PART_ROWS = 3
#: Which kinds of note each part of what happened shows.
PARTS = {"customer": (TO_CUSTOMER, BY_CUSTOMER), "internal": (INTERNAL,)}


def events(view: Any, ticket: Ticket, there: queries.Parts, *, shown: str) -> list[dict[str, Any]]:
    """Return what happened, the newest first. ``shown``: "customer", "internal", "flow"; everything else: all."""
    found: list[tuple[Any, dict[str, Any]]] = []
    if shown in ("", "customer", "internal"):
        kinds = PARTS.get(shown, tuple(NOTE_KINDS))
        found += [(one.at, _note(view, one)) for one in there.notes if one.kind in kinds]
    if shown in ("", "internal"):
        found += [(one.at, _work(view, one, is_open=ticket.phase not in ENDED)) for one in there.work]
    if shown in ("", "flow"):
        flow = queries.edition(ticket.edition_id).flow
        found += [(one.at, _move(one, flow)) for one in there.moves]
    if shown in ("", "customer") and ticket.description:
        found.append((ticket.created_at, _told(ticket)))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [one | {"at": markup.moment(at)} for at, one in found]


def _told(ticket: Ticket) -> dict[str, Any]:
    who = ticket.caller or str(ticket.contact or "") or str(_("Customer"))
    return {"who": who, "flag": (_("From the customer"), "gray"), "words": ticket.description, "icon": "message"}


def _note(view: Any, one: Any) -> dict[str, Any]:
    word, color = NOTE_KINDS[one.kind]
    is_own = one.by_id == view.actor().id and view.may("note")
    edit = view.url("change_note", pk=one.ticket_id, note=one.id) if is_own else None
    is_internal = one.kind == INTERNAL
    return {"who": str(one.by or ""), "flag": (word, color), "words": one.words, "internal": is_internal, "edit": edit}


def _work(view: Any, one: Any, *, is_open: bool) -> dict[str, Any]:
    is_own = is_open and one.by_id == view.actor().id and view.may("work")
    minutes = ngettext("%(n)s minute", "%(n)s minutes", one.minutes, n=one.minutes) if one.minutes is not None else ""
    return {
        "who": str(one.by or ""),
        "flag": (_("Work"), "blue"),
        "work": [(_("Done"), one.what), (_("Time taken"), minutes), (_("Parts"), one.used)],
        "edit": view.url("change_work", pk=one.ticket_id, work=one.id) if is_own else None,
    }


def _move(one: Any, flow: Any) -> dict[str, Any]:
    verb = {item.code: item.label for item in queries.verb_items()}.get(one.verb, one.verb)
    to = queries.label(flow.state(one.to_state))
    hands = ""
    if one.to_id is not None and one.to_id != one.from_id:
        hands = str(_("to %(name)s") % {"name": one.to})
    elif one.queue is not None and one.to_id is None:
        hands = str(_("into the queue %(name)s") % {"name": one.queue})
    return {
        "who": str(one.by or _("System")),
        "step": " ".join(filter(None, [verb, hands])),
        "state": to,
        "took": wording.span(one.seconds),
        "words": one.words or "",
        "icon": "arrow-right",
    }


class Course:
    """Mixin: notes, work, checklist, progress and people of a ticket."""

    def _written(self: Any, pk: str, deed: Any, done: object) -> Response:
        """Do something on a ticket in reach and go back to its page; a refusal is said there."""
        self.perform(deed, done=done)
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/note", methods=["POST"])
    @has_access
    @permission_name("note")
    def note(self: Any, pk: str) -> Any:
        """Say something: ``words``, for whom in ``kind``. What cannot be kept is shown again with its fault."""
        record = self.record(pk, write=True)
        given = {"words": request.form.get("words", ""), "kind": request.form.get("kind", INTERNAL)}
        return self._kept(pk, lambda: services.note(record, given, actor=self.actor()), _("Noted."), note=given)

    @expose("/<pk>/work", methods=["POST"])
    @has_access
    @permission_name("work")
    def record_work(self: Any, pk: str) -> Any:
        """Record what was done: ``what``, ``minutes``, and parts with their numbers."""
        record = self.record(pk, write=True)
        given = self._typed_work()
        return self._kept(
            pk, lambda: services.work(record, _read(given), actor=self.actor()), _("Recorded."), work=given
        )

    @staticmethod
    def _typed_work() -> dict[str, Any]:
        rows = zip(request.form.getlist("part"), request.form.getlist("quantity"), strict=False)
        return {
            "what": request.form.get("what", ""),
            "minutes": request.form.get("minutes", "").strip(),
            "parts": [(name.strip(), quantity.strip()) for name, quantity in rows if name.strip()],
        }

    def _kept(self: Any, pk: str, deed: Any, done: object, **typed: Any) -> Any:
        """Keep what was typed; a refusal draws the page again with it."""
        try:
            deed()
        except DomainError as refusal:
            db.session.rollback()
            problem = next(iter(refusal.problems.values())) if isinstance(refusal, InvalidFields) else refusal
            return self.drawn_page(pk, problem=problem, **typed), 422
        flash(str(done), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/change-note", methods=["GET", "POST"])
    @has_access
    @permission_name("note")
    def change_note(self: Any, pk: str) -> Any:
        """Correct the note ``note``, which one wrote oneself."""
        record = self.record(pk, write=True)
        found = _among(queries.notes_of(record.id), request.args.get("note"))
        if request.method == "GET":
            return self.drawn_page(pk, note={"words": found.words, "kind": found.kind, "key": found.id}, edits=found)
        given, revision = {"words": request.form.get("words", "")}, whole(request.form.get("revision"))
        deed = lambda: services.change_note(record, found, given, actor=self.actor(), revision=revision)  # noqa: E731 - two words
        return self._kept(pk, deed, _("Saved."), note=given | {"kind": found.kind, "key": found.id}, edits=found)

    @expose("/<pk>/change-work", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def change_work(self: Any, pk: str) -> Any:
        """Correct the step of work ``work``, which one recorded oneself."""
        record = self.record(pk, write=True)
        found = _among(queries.work_of(record.id), request.args.get("work"))
        if request.method == "GET":
            parts = [(one.name, f"{one.quantity.normalize():f}") for one in found.parts]
            minutes = "" if found.minutes is None else str(found.minutes)
            typed = {"what": found.what, "minutes": minutes, "parts": parts, "key": found.id}
            return self.drawn_page(pk, work=typed, edits=found)
        given, revision = self._typed_work(), whole(request.form.get("revision"))
        deed = lambda: services.change_work(record, found, _read(given), actor=self.actor(), revision=revision)  # noqa: E731
        return self._kept(pk, deed, _("Saved."), work=given | {"key": found.id}, edits=found)

    @expose("/<pk>/checklist", methods=["POST"])
    @has_access
    @permission_name("work")
    def checklist(self: Any, pk: str) -> Any:
        """Make the lines of ``points`` the checklist; ``known``: those that stood there when they were written."""
        record, known = self.record(pk, write=True), request.form.get("known")
        typed = request.form.get("points", "")
        seen = known.splitlines() if known is not None else None
        deed = lambda: services.list_checks(record, typed.splitlines(), known=seen, actor=self.actor())  # noqa: E731
        return self._kept(pk, deed, _("Saved."), points={"words": typed, "known": known or ""})

    @expose("/<pk>/tick", methods=["POST"])
    @has_access
    @permission_name("work")
    def tick(self: Any, pk: str) -> Response:
        """Tick the point ``point``, or with ``off`` take its tick away."""
        record, key = self.record(pk, write=True), whole(request.form.get("point")) or 0
        is_done = not request.form.get("off")
        return self._written(pk, lambda: services.tick(record, key, is_done=is_done, actor=self.actor()), _("Saved."))

    @expose("/<pk>/progress", methods=["POST"])
    @has_access
    @permission_name("work")
    def progress(self: Any, pk: str) -> Response:
        """Say how far it is, in percent."""
        record, percent = self.record(pk, write=True), whole(request.form.get("progress"))
        deed = lambda: services.set_progress(record, -1 if percent is None else percent, actor=self.actor())  # noqa: E731
        return self._written(pk, deed, _("Saved."))

    @expose("/<pk>/people", methods=["POST"])
    @has_access
    @permission_name("note")
    def add_person(self: Any, pk: str) -> Response:
        """Let ``person`` take part, or follow with ``as=follower``."""
        record, key = self.record(pk, write=True), whole(request.form.get("person")) or 0
        role = FOLLOWER if request.form.get("as") == FOLLOWER else PARTICIPANT
        deed = lambda: services.let_take_part(record, key, as_=role, actor=self.actor())  # noqa: E731
        return self._written(pk, deed, _("They are told."))

    @expose("/<pk>/follow", methods=["POST"])
    @has_access
    @permission_name("show")
    def follow(self: Any, pk: str) -> Response:
        """Follow a ticket that one sees."""
        record = self.record(pk)
        return self._written(pk, lambda: services.follow(record, actor=self.actor()), _("You follow this ticket."))

    @expose("/<pk>/leave", methods=["POST"])
    @has_access
    @permission_name("show")
    def leave(self: Any, pk: str) -> Response:
        """Let the one of ``person`` no longer take part."""
        record = self.record(pk)
        found = _among(queries.people_of(record.id), request.form.get("person"))
        self.perform(lambda: services.leave(record, found, actor=self.actor()), done=_("Saved."))
        return redirect(self.url("show", pk=pk) if queries.by_id(record.id) is not None else self.url("list"))


def _among(rows: Sequence[Any], key: str | None) -> Any:
    """Return the row of a ticket that an address names; 404 if it has none such."""
    wanted = whole(key)
    return next((one for one in rows if one.id == wanted), None) or abort(404)


def _read(typed: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed of a step of work, read. Raises InvalidFields."""
    minutes = whole(typed["minutes"]) if typed["minutes"] else None
    if typed["minutes"] and minutes is None:
        raise InvalidFields({"minutes": _("Write the minutes as a whole number.")})
    return {
        "what": typed["what"],
        "minutes": minutes,
        "parts": [(name, _quantity(text)) for name, text in typed["parts"]],
    }


def _quantity(text: str) -> Decimal:
    try:
        found = Decimal(text or "1")
    except InvalidOperation as error:
        raise InvalidFields({"parts": _("Write how many of each part as a number.")}) from error
    if not found.is_finite() or abs(found) >= Decimal(10**8):
        raise InvalidFields({"parts": _("Write how many of each part as a number.")})
    return found
