"""Taking a ticket in: who calls, what they want, where it goes. Keyboard alone will do, and so will no JavaScript."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from wtforms import HiddenField, MultipleFileField

from app.base import choices, clock, wording
from app.base.errors import DomainError, Invalid, InvalidFields, NotAllowed
from app.base.fields import Link, fields_of, text_of
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.base.screens.asking import whole
from app.base.screens.house import screen
from app.base.screens.view import current_actor
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.customers.queries import Customer
from app.crm.customers.views.entering import agreed, doubts, per_day
from app.crm.followups import queries as followups
from app.crm.renewals import queries as renewals
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import OPEN
from app.desk.tickets.views.customer import to_fill_in
from app.extensions import db
from app.system.files import services as files
from app.system.files.services import Content
from app.system.files.views.tab import limits

NAMES = ("type", "category", "priority", "channel", "product", "description")
QUEUE = Link(_("Another queue than the route's"), name="queue", column="queue", to="ticket_queue")
MOST_TICKETS, MOST_FOLLOWUPS, MOST_SIMILAR, LONGEST_TYPED = 5, 3, 5, 200


def _form(view: Any) -> Any:
    """Return the form, with the token by which it opens one ticket."""
    specs = [view.specs[name] for name in NAMES]
    plain = forms.form_class([*specs, QUEUE], choices_url=view.url("choices", field="-").removesuffix("/-"))
    more: dict[str, Any] = {"token": HiddenField()}
    if screen("AttachmentView").may("add"):
        more["files"] = MultipleFileField(_("Attachments"))
    form = forms.default(type("IntakeForm", (plain,), more)())
    if not form.is_submitted():
        form.token.data = secrets.token_urlsafe(18)
        if (followup := _followup()) is not None:
            form.type.data, form.channel.data, form.description.data = "consult", "followup", followup.content
    return forms.fill(form, None)


def _other_saved(form: Any) -> Mapping[str, str] | None:
    """Return the number of the ticket that the form opened already, where it says something else by now.

    Whoever goes back in their browser and takes in the next problem must not believe that it is saved.
    """
    known = services.of_token(form.token.data) if form.token.data else None
    if known is None or (known.type, known.description) == (form.type.data, forms.values(form)["description"]):
        return None
    return {"number": known.number}


def _followup() -> Any:
    """Return the follow-up of which the form makes a ticket, in scope; None: of none, or somebody else was chosen."""
    key, chosen = whole(_sent("followup")), whole(_sent("customer"))
    found = followups.by_id(key) if key is not None else None
    return found if found is not None and chosen in (None, found.customer_id) else None


def _sent(name: str) -> str:
    """Return what was sent: of a form that is sent what it says, whatever the address it stands at said before."""
    return str((request.form if name in request.form else request.args).get(name, ""))


def _typed(name: str) -> str:
    return _sent(name).strip()[:LONGEST_TYPED]


class Intake:
    """Mixin: the intake instead of the plain form for a new ticket, and what it asks while somebody types."""

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self: Any) -> Any:
        """Take a ticket in. ``customer``: whose, where a page leads here; ``followup``: of which it is made."""
        form = _form(self)
        if not form.is_submitted() or "look" in request.form or not form.validate():
            return self._intake(form)
        if (known := _other_saved(form)) is not None:
            form.token.data = secrets.token_urlsafe(18)
            return self._intake(form, problem=_("This form is %(number)s already. Save again for one more.") % known)
        try:
            made = self._made(form)
        except InvalidFields as refusal:
            return self._intake(form, problems=refusal.problems)
        except DomainError as refusal:
            return self._intake(form, problem=refusal)
        flash(str(_("Saved: %(name)s") % {"name": made.number}), "success")
        return redirect(self.url("show", pk=made.id))

    @staticmethod
    def _made(form: Any) -> Ticket:
        given, followup = forms.values(form), _followup()
        about = {"contents": _taken_in(), "limits": limits(), "token": form.token.data or None}
        if followup is not None:
            return services.from_followup(followup, given, actor=current_actor(), **about)
        given |= {"caller_phone": customers.as_phone(_typed("who"))}
        return services.take_in(given, actor=current_actor(), **about, **_whose())

    def _intake(self: Any, form: Any, *, problem: object = None, problems: Mapping[str, object] | None = None) -> Any:
        db.session.rollback()  # what a refused service left behind must not be saved
        loose = []
        for name, sentence in (problems or {}).items():
            if name in form:
                form[name].errors = [str(sentence)]
            else:
                loose.append(str(sentence))
        page = listpage.form_page(self, form, None, name="", problem=problem or " ".join(loose) or None)
        page |= {"multipart": True, "sections": [{"id": "fields", "title": _("What it is about"), "fields": NAMES}]}
        is_sent = form.is_submitted() and "look" not in request.form
        drawn = self.render_template(
            "zhike/tickets/intake.html", page=page | self._asked_so_far(form, problem), form=form
        )
        return drawn, 422 if is_sent else 200

    def _asked_so_far(self: Any, form: Any, problem: object) -> dict[str, Any]:
        """Return what the page tells of what is typed and chosen so far."""
        who, key = _typed("who"), whole(_sent("customer"))
        customer = services.chosen(key, actor=current_actor())
        found = _found(who) if who else []
        if customer is not None and customer.id not in [one["id"] for one in found]:
            found = [{"id": customer.id, "name": customer.name, "is_seen": True}, *found]
        return {
            "who": who,
            "found": found,
            "chosen": customer.id if customer is not None else None,
            "card": _card(customer) if customer is not None else None,
            "route": _route(str(form.type.data or ""), str(form.category.data or "")),
            "similar": _similar(_typed("description")),
            "may_enter": _may_enter(),
            "new": {"name": _typed("new_name"), "phone": _typed("new_phone")},
            "alike": doubts(problem),
        }

    @expose("/lookup")
    @has_access
    @permission_name("add")
    def lookup(self: Any) -> str:
        """Answer who may be calling. ``who``: a number, a code, or a part of a name."""
        page = {"found": _found(_typed("who")), "who": _typed("who"), "chosen": None}
        return str(self.render_template("zhike/tickets/found.html", page=page))

    @expose("/caller/<pk>")
    @has_access
    @permission_name("add")
    def caller(self: Any, pk: str) -> str:
        """Answer what there is to know of who calls."""
        customer = services.chosen(whole(pk), actor=current_actor())
        if customer is None:
            abort(404)
        return str(self.render_template("zhike/tickets/card.html", card=_card(customer)))

    @expose("/route")
    @has_access
    @permission_name("add")
    def route(self: Any) -> str:
        """Answer where a ticket of a ``type`` and ``category`` goes."""
        found = _route(_typed("type"), _typed("category"))
        return str(self.render_template("zhike/tickets/route.html", route=found))

    @expose("/similar")
    @has_access
    @permission_name("add")
    def similar(self: Any) -> str:
        """Answer which solved tickets say the same as the ``description``."""
        return str(self.render_template("zhike/tickets/similar.html", similar=_similar(_typed("description"))))

    @expose("/from-followup/<pk>", methods=["POST"])
    @has_access
    @permission_name("add")
    def from_followup(self: Any, pk: str) -> Any:
        """Make a ticket of a follow-up, in one step; one that is there already is opened."""
        followup = followups.by_id(whole(pk) or 0)
        if followup is None:
            abort(404)
        there = queries.at_followups([followup.id]).get(followup.id)
        if there is not None and queries.by_id(there) is not None:
            flash(str(_("This follow-up is a ticket already.")), "info")
            return redirect(self.url("show", pk=there))
        key = followup.customer_id
        try:
            made = services.from_followup(followup, {}, actor=current_actor())
        except InvalidFields:
            db.session.rollback()
            return redirect(to_fill_in(followup))
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
            return redirect(url_for("CustomerView.show", pk=key))
        flash(str(_("Saved: %(name)s") % {"name": made.number}), "success")
        return redirect(self.url("show", pk=made.id))


def _may_enter() -> bool:
    return bool(screen("CustomerView").may("add"))


def _found(who: str) -> list[dict[str, Any]]:
    found = services.look_up(who, actor=current_actor(), per_day=per_day())
    return [{"id": one.id, "name": one.name, "is_seen": one.is_seen} for one in found]


def _whose() -> dict[str, Any]:
    """Return whose ticket it is. Raises Doubtful for a new customer that looks like others; InvalidFields."""
    key = whole(request.form.get("customer"))
    if services.of_token(_typed("token")) is not None:
        return {}  # sent twice: who was new looks like themselves by now
    if key is not None or not (_typed("new_name") or _typed("new_phone")):
        return {"customer_id": key}
    if not _may_enter():
        raise NotAllowed(_("You may not enter customers: look up who calls."))
    specs, values = fields_of(Customer), {}
    try:
        for name in ("name", "phone"):
            values[name] = specs[name].parse(_typed(f"new_{name}"))
    except Invalid as refusal:
        raise InvalidFields({f"new_{name}": str(refusal)}) from refusal
    found = customer_services.alike(values, but=None, actor=current_actor(), per_day=per_day())
    return {"newcomer": values, "despite": agreed(found)}


def _taken_in() -> Sequence[Content]:
    given = [one for one in request.files.getlist("files") if one.filename]
    if given and not screen("AttachmentView").may("add"):
        raise NotAllowed(_("You may not attach files."))
    try:
        return [files.take_in(one.stream, name=one.filename or "", limits=limits()) for one in given]
    except Invalid as refusal:
        raise InvalidFields({"files": str(refusal)}) from refusal


def _card(customer: Customer) -> dict[str, Any]:
    """Return what whoever takes the call is told: outside their scope the numbers stay masked."""
    actor, specs = current_actor(), fields_of(Customer)
    is_seen = customers.by_id(customer.id) is not None
    phone = customer.phone or ""
    shown = text_of(customer, specs["phone"], actor=actor) if is_seen else specs["phone"].masked(phone) if phone else ""
    rows = [one for one in queries.of(customer.id, limit=MOST_TICKETS) if one.phase in OPEN]
    said = followups.of(customer.id, limit=MOST_FOLLOWUPS) if is_seen else []
    owner = choices.labels("employee", [customer.owner_id]) if customer.owner_id else {}
    return {
        "name": customer.name,
        "url": url_for("CustomerView.show", pk=customer.id) if is_seen else None,
        "is_seen": is_seen,
        "level": specs["level"].text(customer.level),
        "owner": owner.get(customer.owner_id or 0) or _("Nobody: in the pool"),
        "phone": shown,
        "is_limited": renewals.service_limited(customer.id),
        "open": queries.open_of(customer.id),
        "tickets": [
            {"name": str(one), "title": one.title, "url": url_for("TicketView.show", pk=one.id)} for one in rows
        ],
        "followups": [{"at": wording.day(clock.local(one.at).date()), "what": one.content} for one in said],
    }


def _route(kind: str, category: str) -> dict[str, Any] | None:
    """Return where a ticket goes, in words; None without a type."""
    if not kind:
        return None
    found = queries.route_for(kind, category or None)
    try:
        flow_hours = queries.edition_for(kind).due_hours
    except Invalid:
        return None
    hours = (found.due_hours if found is not None else None) or flow_hours
    specs = fields_of(Ticket)
    return {
        "queue": found.queue.name if found is not None else "",
        "group": str(found.queue.department) if found is not None else "",
        "due": wording.instant(clock.now() + timedelta(hours=hours)) if hours else "",
        "needs": [specs[name].label for name in (found.needs if found is not None else ()) if name in specs],
        "answer": found.answer if found is not None else "",
    }


def _similar(words: str) -> list[dict[str, Any]]:
    found = queries.similar(words, actor=current_actor(), limit=MOST_SIMILAR) if words else []
    urls = [url_for("TicketView.show", pk=one.id) for one in found]
    return [
        {"number": one.number, "title": one.title, "solution": one.solution, "url": url}
        for one, url in zip(found, urls, strict=True)
    ]
