"""Entering a customer that may be there already: asked while somebody types, and again when it is saved."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, abort, current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from app.base.actor import Actor
from app.base.errors import DomainError, Doubtful, Invalid, Missing
from app.base.fields import fields_of
from app.base.i18n import _
from app.base.screens.view import current_actor
from app.base.web import wants_json
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.crm.customers.services import COMPARED, REASONS, Alike, Reason
from app.crm.customers.views import keydata
from app.extensions import db

GOOD_FOR_SECONDS = 86_400  # a form may stand open for a day
LOOKS_LIKE = _("This looks like customers that are there already. Look at them, or save all the same.")


def per_day() -> int:
    """Return how many customers outside the scope a person is told of in a day."""
    limit: int = current_app.config["ZHIKE"].lookup_per_day
    return limit


def create(values: Mapping[str, Any], *, actor: Actor) -> Customer:
    """Make a customer of a form. Raises Doubtful if it looks like others, unless the person has seen these."""
    found = services.alike(values, but=None, actor=actor, per_day=per_day())
    return services.create(values, actor=actor, despite=agreed(found))


def change(record: Customer, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a customer by a form. Raises Doubtful if what changes looks like others, as ``create``."""
    asked = services.changed(values, record)
    found = services.alike(asked, but=record.id, actor=actor, per_day=per_day()) if asked else []
    more = {"despite": agreed(found), "reason": request.form.get("key_reason", "")}
    waits = services.change_or_propose(record, values, actor=actor, revision=revision, **more)
    if waits:
        specs = fields_of(Customer)
        words = "、".join(str(specs[name].label) for name in waits)
        flash(str(_("Waits for approval: %(fields)s. Everything else is saved.") % {"fields": words}), "info")


def agreed(found: Sequence[Alike]) -> Sequence[Alike]:
    """Return what it looks like, if the person was shown all of them and saves all the same. Raises Doubtful."""
    if any(Reason.CODE in one.reasons for one in found):
        return ()  # not doubtful: refused
    seen = set(_unsealed(request.form.get("despite", ""), what="despite") or ())
    if any(one.id not in seen for one in found):
        raise Doubtful(LOOKS_LIKE, told=[drawn(one) for one in found], keys=[one.id for one in found])
    return found


def doubts(problem: object) -> dict[str, Any]:
    """Return what a form tells of a refusal as doubtful: ``found``, and what is sent to save all the same."""
    if not isinstance(problem, Doubtful):
        return {"found": [], "accept": None}
    return {"found": problem.told, "accept": _seal("despite").dumps(problem.keys)}


def _seal(what: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"alike {what} {current_actor().id}")


def _unsealed(token: str, *, what: str) -> Any:
    try:
        return _seal(what).loads(token, max_age=GOOD_FOR_SECONDS)
    except BadSignature:
        return None


def drawn(one: Alike) -> dict[str, Any]:
    """Return a customer as the form tells of it: outside the scope only that there is one, and whose."""
    if not one.is_seen:
        token = _seal("ask").dumps(one.id)
        return {"owner": one.owner_text, "ask_url": url_for("CustomerView.ask_for", token=token)}
    why = "、".join(str(REASONS[reason]) for reason in one.reasons)
    return {"name": one.name, "url": url_for("CustomerView.show", pk=one.id), "owner": one.owner_text, "why": why}


class Entering:
    """Adds the question after customers that look the same to the customer screen."""

    form_template = "zhike/customer_form.html"

    def form_more(self: Any, _form: Any, record: Any, problem: object) -> Mapping[str, Any]:
        but = {"but": record.id} if record is not None else {}
        alike = {"url": self.url("alike", **but), "fields": COMPARED, **doubts(problem)}
        asks = record is not None and keydata.is_proposed(record, actor=self.actor())
        return {"alike": alike, "key_reason": request.form.get("key_reason", "") if asks else None}

    @expose("/alike")
    @has_access
    @permission_name("list")
    def alike(self: Any) -> str:
        """Answer which customers look like what is typed. ``but``: the one that is being changed."""
        if not (self.may("add") or self.may("edit")):
            abort(403)
        values, actor = self._typed(), self.actor()
        but = request.args.get("but", "")
        key = self.record(but).id if but else None
        found = services.alike(values, but=key, actor=actor, per_day=per_day()) if values else []
        page = {"found": [drawn(one) for one in found], "accept": None}
        return self.render_template("zhike/alike.html", alike=page)

    def _typed(self: Any) -> dict[str, Any]:
        """Return what can be compared of what is typed; what is still wrong is told when it is saved.

        Whole values only: these one may ask for, masked or not.
        """
        found = {}
        for name in COMPARED:
            try:
                found[name] = self.specs[name].parse(request.args.get(name, "")[:200])
            except Invalid:
                continue
        return {name: value for name, value in found.items() if value}

    @expose("/ask-for/<token>", methods=["POST"])
    @has_access
    @permission_name("add")
    def ask_for(self: Any, token: str) -> Response | AnyResponse:
        """Ask for a customer of which the person was told that it is there."""
        key = _unsealed(token, what="ask")
        if key is None:
            raise Missing(_("This page was open for too long, or in two windows. Reload it and try again."))
        said = str(_("Asked: its owner and the head of the department have a message."))
        if wants_json():
            services.ask_for(key, actor=self.actor())
            return jsonify({"text": said})
        try:
            services.ask_for(key, actor=self.actor())
            flash(said, "success")
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
        return redirect(self.url("list"))
