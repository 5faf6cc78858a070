"""Handing over what somebody owns, when they leave or move: who, what, to whom, why; then the preview, then the yes."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response as AnyResponse

from app.base import choices, wording
from app.base.bulk import Plan
from app.base.errors import DomainError, Invalid
from app.base.fields import Field, Link
from app.base.handover import Belonging, belongings
from app.base.i18n import _
from app.base.screens import forms
from app.base.screens.outside import not_found
from app.base.screens.view import MOST_CHOICES, current_actor
from app.crm.assignments import queries
from app.crm.assignments.queries import Employee
from app.crm.assignments.views import bulk
from app.crm.assignments.views.belongings import along
from app.extensions import db

PERSON = Link(_("Who hands over"), name="person", column="person", to="anybody")
ASKED: tuple[Field, ...] = (bulk.PEOPLE, bulk.HOW, bulk.WEIGHTS, bulk.BEYOND, bulk.REASON, bulk.NOTE)
Planned = Sequence[tuple[Belonging, int, Plan]]


class HandoverView(BaseView):
    route_base = "/handover"
    title, group = _("Handover"), _("Customers")
    default_view = "start"
    base_permissions = ["can_list", "can_hand_over"]

    def url(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    @expose("/")
    @has_access
    @permission_name("list")
    def start(self) -> AnyResponse | str:
        """Ask who hands over; name those who have left and still own customers."""
        chosen = request.args.get("person", "")
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:  # noqa: PLR2004 - digits
            return redirect(self.url("show", pk=chosen))
        form = self._form((PERSON,), filled=False)
        left = [
            {"label": name, "url": self.url("show", pk=key), "side": wording.number(count)}
            for key, name, count in queries.owners_who_left(current_actor())
        ]
        page = {"title": self.title, "crumbs": [{"label": self.group, "url": None}], "left": left}
        return self.render_template("zhike/assignments/start.html", page=page, form=form)

    @expose("/choices/<field>")
    @has_access
    @permission_name("list")
    def choices(self, field: str) -> Response:
        """Answer a searching choice: of who hands over also those who have left."""
        spec = next((one for one in (PERSON, *ASKED) if one.name == field and isinstance(one, Link)), None) or abort(
            404
        )
        words = request.args.get("q", "").strip()[:60]
        found = choices.references[spec.to].search(words, actor=current_actor(), limit=MOST_CHOICES)
        return jsonify([{"value": one.value, "text": one.text, "sub": one.sub} for one in found])

    @expose("/<pk>")
    @has_access
    @permission_name("list")
    def show(self, pk: str) -> str | AnyResponse:
        """Show what a person owns, and ask to whom it goes."""
        return self._page(self._person(pk), self._form(ASKED, filled=False))

    @expose("/<pk>", methods=["POST"])
    @has_access
    @permission_name("hand_over")
    def hand_over(self, pk: str) -> Any:
        """Show what would become of it; done as it was shown, it is begun."""
        person, form = self._person(pk), self._form(ASKED, filled=True)
        if not form.validate():
            return self._page(person, form), 422
        try:
            planned = self._planned(person, forms.values(form))
            if request.form.get("planned") != _digest(planned):
                return self._page(person, form, planned=planned)
            places = [one.begin(person.id, count, plan.given, current_actor()) for one, count, plan in planned]
        except DomainError as refusal:
            db.session.rollback()
            return self._page(self._person(pk), form, problem=refusal), 422
        flash(str(_("The handover has begun, or is done already: each part of it is named here.")), "info")
        return redirect(places[0] if len(places) == 1 else url_for("RunView.list"))

    @expose("/<pk>/along", methods=["POST"])
    @has_access
    @permission_name("hand_over")
    def move_along(self, pk: str) -> AnyResponse:
        """Let a person's customers stand in the department where the person works now."""
        person, actor = self._person(pk), current_actor()
        try:
            shown = queries.left_behind(person.id, person.department_id, actor)
            return redirect(along(person.id, shown, actor=actor))
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
            return redirect(self.url("show", pk=pk))

    # ── the page ──

    def _person(self, pk: str) -> Employee:
        if not (pk.isascii() and pk.isdigit() and len(pk) < 10):  # noqa: PLR2004 - digits
            abort(404)
        return queries.person(int(pk)) or not_found(Employee, int(pk))

    def _form(self, specs: Sequence[Field], *, filled: bool) -> Any:
        kind = forms.form_class(specs, choices_url=self.url("choices", field="-").removesuffix("/-"))
        return forms.fill(kind() if filled else kind(formdata=None), None)

    def _page(self, person: Employee, form: Any, *, problem: object = None, planned: Planned = ()) -> str:
        actor = current_actor()
        may = self.appbuilder.sm.has_access("can_hand_over", self.class_permission_name)
        chosen = request.form.getlist("what")
        owned = [(one, one.count(person.id, actor)) for one in belongings()]
        behind = queries.left_behind(person.id, person.department_id, actor) if person.department_id else 0
        page = {
            "title": person.name,
            "crumbs": [{"label": self.group, "url": None}, {"label": self.title, "url": self.url("start")}],
            "problem": problem,
            "what": [_counted(one, count, person.id, chosen=chosen) for one, count in owned],
            "has_any": may and any(count for _one, count in owned),
            "house": str(person.department or ""),
            "behind": wording.number(behind) if behind and may else None,
            "along_url": self.url("move_along", pk=person.id),
            "action_url": self.url("hand_over", pk=person.id),
            "cancel_url": self.url("start"),
            "plans": [{"label": one.label, "plan": plan} for one, _count, plan in planned],
            "planned": _digest(planned) if planned else None,
        }
        return self.render_template("zhike/assignments/handover.html", page=page, form=form)

    def _planned(self, person: Employee, values: Mapping[str, Any]) -> Planned:
        """Return what each chosen kind would become. Raises DomainError for what cannot be meant."""
        actor, chosen = current_actor(), request.form.getlist("what")
        given = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}
        if person.id in given["people"]:
            raise Invalid(_("%(name)s hands over and cannot receive."), name=person.name)
        counts = [(one, one.count(person.id, actor)) for one in belongings() if one.code in chosen]
        if not any(count for _one, count in counts):
            raise Invalid(_("Choose what is handed over."))
        return [(one, count, one.plan(person.id, given, actor)) for one, count in counts if count]


def _counted(one: Belonging, count: int, whose: int, *, chosen: Sequence[str]) -> dict[str, Any]:
    return {
        "code": one.code,
        "label": one.label,
        "icon": one.icon,
        "count": wording.number(count),
        "url": one.url(whose) if count else None,
        "checked": bool(count) and (not chosen or one.code in chosen),
        "disabled": not count,
    }


def _digest(planned: Planned) -> str:
    """Return what tells one plan from another: what was shown is what is done."""
    told = [[one.code, count, plan.given] for one, count, plan in planned]
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:24]
