"""The revisit list of the agent, the revisit itself, and the rating link."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from app.base import choices, clock, settings, wording
from app.base.errors import Conflict, DomainError, Invalid, InvalidFields, NotAllowed
from app.base.fields import Appointment
from app.base.i18n import _, ngettext
from app.base.scope import may_write
from app.base.screens.asking import whole
from app.base.screens.lists import current_actor
from app.base.screens.outside import not_found
from app.base.screens.view import DomainView
from app.desk.reviews import queries, rules, services
from app.desk.tickets import queries as tickets
from app.desk.tickets.queries import Ticket
from app.extensions import db

AGAIN = Appointment(_("Try again at"), name="again_at", column="again_at", required=True)
DIMENSIONS: Mapping[str, object] = {
    "attitude": _("Service attitude"),
    "skill": _("Technical skill"),
    "response": _("Speed of response"),
}
LONGEST_NUMBER = 9


def grade(text: str | None) -> int | None:
    """Return a grade or number of stars that was sent; None for anything else."""
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else -1


def _agents(record: Ticket, *, tried: bool) -> list[dict[str, Any]]:
    """Return who can be rated beside the technician; whoever took the ticket in is chosen until somebody chooses."""
    keys = services.agents(record, current_actor())
    usual = tickets.taken_in_by(record) if not tried else whole(request.form.get("agent"))
    names = choices.labels("employee", list(keys))
    return [{"key": key, "name": names.get(key, "?"), "chosen": key == usual} for key in keys]


class RevisitView(DomainView):
    route_base = "/revisits"
    model = Ticket
    title, one, group, icon = _("To revisit"), _("Revisit"), _("Tickets"), "phone-call"
    menu_place = 40
    when_empty = _("No customer waits to be asked how it was.")
    base_permissions = ["can_list", "can_export", "can_revisit", "can_link"]
    list_fields = ["number", "title", "customer", "type", "assignee", "solved_at", "solution"]
    row_needs = ["phase", "moved_at"]
    default_sort = "solved_at"
    has_segments = False

    @classmethod
    def within(cls) -> Sequence[ColumnElement[bool]]:
        return queries.to_revisit(current_actor())

    def record(self, pk: str, *, write: bool = False) -> Ticket:
        """Return a ticket in scope, on the list or not: what cannot be asked about any more is told in words."""
        key = int(pk) if pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_NUMBER else 0
        found = tickets.by_id(key)
        if found is None:
            not_found(Ticket, key)
        if write and not may_write(found, current_actor()):
            raise NotAllowed(_("You may read this record, but not change it. Ask its owner or a supervisor."))
        return found

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if not self.may("revisit"):
            return []
        label = str(_("Revisit")) + f" ({self._left(record)})"
        return [{"label": label, "icon": "phone-call", "url": self.url("ask", pk=record.id)}]

    @staticmethod
    def _left(record: Ticket) -> str:
        days = rules.days_left(record.moved_at, now=clock.now(), days=settings.value("ticket_autoclose_days"))
        return str(ngettext("%(num)s day left", "%(num)s days left", days))

    @expose("/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("revisit")
    def ask(self, pk: str) -> Any:
        """Ask for the three grades and what the customer said, or for when to try again."""
        record = self.record(pk, write=True)
        try:
            services.check_solved(record)
            if request.method != "POST":
                return self._asked(record)
            self._keep(record)
        except InvalidFields as refusal:
            db.session.rollback()
            return self._asked(self.record(pk), problems=refusal.problems), 422
        except DomainError as refusal:
            db.session.rollback()
            if request.method != "POST":
                return self._refused(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
            return self._asked(self.record(pk), problem=refusal), status  # what the customer said is still there
        found = queries.next_to_revisit(current_actor(), now=clock.now(), after=int(pk))
        flash(str(_("Kept. This is the next one.") if found else _("Kept. Nobody else waits.")), "success")
        answer: Response = redirect(self.url("ask", pk=found.id) if found else self.url("list"))
        return answer

    def _keep(self, record: Ticket) -> None:
        actor, words = current_actor(), request.form.get("words", "")
        if request.form.get("reached") == "no":
            try:
                again = AGAIN.parse(request.form.get("again_at", ""))
            except Invalid as refusal:
                raise InvalidFields({"again_at": str(refusal)}) from refusal
            services.not_reached(record, {"again_at": again, "words": words}, actor=actor, revision=_revision())
            return
        values = {name: grade(request.form.get(name)) for name in rules.DIMENSIONS} | {"words": words}
        values["agent"] = whole(request.form.get("agent"))
        is_closed = request.form.get("close") == "yes"
        services.revisit(record, values, actor=actor, revision=_revision(), close=is_closed)

    def _refused(self, refusal: DomainError) -> Any:
        """Say why it was refused; where the ticket waits no more, on the list."""
        flash(str(refusal), "error")
        answer: Response = redirect(self.url("list"))
        return answer

    def _asked(
        self, record: Ticket, *, problems: Mapping[str, object] | None = None, problem: object = None, link: str = ""
    ) -> str:
        tried = queries.attempts(record)
        page = {
            "title": _("Revisit"),
            "crumbs": [*self.crumbs(), {"label": record.number, "url": url_for("TicketView.show", pk=record.id)}],
            "ticket": record,
            "customer": str(record.customer) if record.customer is not None else _("Outside what you see"),
            "customer_url": self._customer_url(record),
            "caller": record.caller or "",
            "phone": self.drawn(record, "caller_phone") if record.caller_phone else "",
            "assignee": str(record.assignee) if record.assignee is not None else "",
            "solved": wording.instant(record.solved_at) if record.solved_at else "",
            "left": self._left(record),
            "tried": ngettext("Tried in vain %(num)s time", "Tried in vain %(num)s times", len(tried)) if tried else "",
            "again": wording.instant(tried[0].again_at) if tried and tried[0].again_at else "",
            "agents": _agents(record, tried=bool(request.form)),
            "dimensions": list(DIMENSIONS.items()),
            "grades": [(code, word) for code, (word, _color) in rules.GRADES.items()],
            "problems": problems or {},
            "problem": problem,
            "typed": request.form,
            "link": link,
            "asks": record.phase == services.SOLVED or problem is not None,
            "link_url": self.url("link", pk=record.id) if self.may("link") else "",
            "list_url": self.url("list"),
        }
        return self.render_template("zhike/reviews/revisit.html", page=page)

    def _customer_url(self, record: Ticket) -> str:
        """Return where the customer's phones stand; nothing for who may not look there."""
        may_look = record.customer is not None and self.appbuilder.sm.has_access("can_show", "CustomerView")
        return url_for("CustomerView.show", pk=record.customer_id) if may_look else ""

    @expose("/<pk>/link", methods=["POST"])
    @has_access
    @permission_name("link")
    def link(self, pk: str) -> Any:
        """Make a rating link and show it, this once."""
        record = self.record(pk, write=True)
        try:
            token = services.make_link(record, days=settings.value("rating_link_days"), actor=current_actor())
        except DomainError as refusal:
            db.session.rollback()
            return self._refused(refusal)
        return self._asked(self.record(pk), link=url_for("RateView.rate", token=token, _external=True))
