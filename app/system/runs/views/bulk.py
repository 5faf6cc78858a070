"""Actions over ticked rows, or over every row that matches the list's filter: preview, yes, run."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, current_app, flash, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ColumnElement
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import filters, segments, wording
from app.base.background import AtOnce
from app.base.bulk import Action, Plan
from app.base.errors import DomainError, Invalid, WrongState
from app.base.fields import Field, Number
from app.base.i18n import _, ngettext
from app.base.masked_filters import check_asked
from app.base.screens import filterbar, forms
from app.base.screens.listing import filterable
from app.extensions import db
from app.system.runs import rules, services
from app.system.runs.models import Run
from app.system.runs.services import Subject

GOOD_FOR_SECONDS = 3600  # from the preview to the yes
MOST_TICKED = 500
TYPED = Number(_("Type how many rows are meant"), name="typed", column="typed", required=True)


def add_actions(view: type[Any], *actions: Action) -> None:
    """Give a list of a domain below more actions over many rows. Safe to repeat."""
    known = {action.name: action for action in (*view.bulk_actions, *actions)}
    view.bulk_actions = tuple(known.values())


class BulkActions:
    """Adds actions over many rows to a DomainView. Name it before DomainView among the parents."""

    bulk_actions: ClassVar[Sequence[Action]] = ()
    subject_kind: ClassVar[type[Subject]] = Subject  # one of its own narrows what a person may run over

    def subject(self: Any) -> Subject:
        """Return what can be run over: this screen's rows."""
        name = type(self).__name__
        if name not in services.subjects:
            actions = {action.name: action for action in self.bulk_actions}
            services.register(self.subject_kind(name, self.model, filterable(self.model), actions))
        return services.subjects[name]

    def complete(self: Any) -> None:
        """Make the rows of this screen known to the runs, in workers too."""
        super().complete()  # type: ignore[misc]
        self.subject()

    def bulk_offered(self: Any) -> list[dict[str, Any]]:
        """Return the buttons of the bar over selected rows, as far as this person may press them."""
        return [
            {"name": one.name, "label": one.label, "icon": one.icon, "danger": one.danger}
            for one in self.bulk_actions
            if one.is_offered and self.may(one.button)
        ]

    def choosable(self: Any, name: str) -> Field | None:
        """Return the field of that name, be it one of an action's form."""
        found: Field | None = super().choosable(name)  # type: ignore[misc]
        asked = (spec for one in self.bulk_actions if self.may(one.button) for spec in one.fields)
        return found or next((spec for spec in asked if spec.name == name), None)

    def bulk_button(self: Any, name: str, record: Any) -> dict[str, Any] | None:
        """Return the button that does to one record what the bar does to many; None for who may not press it."""
        action = next(one for one in self.bulk_actions if one.name == name)
        if not self.may(action.button):
            return None
        return {"label": action.label, "icon": action.icon, "url": self.row_url("bulk_one", record, action=name)}

    @expose("/<pk>/bulk")
    @has_access
    @permission_name("list")
    def bulk_one(self: Any, pk: str) -> Any:
        """Show what an action would do to one record, as if it had been ticked. ``action``: its name."""
        action = self._chosen(request.args.get("action", ""))
        key = self.key(self.record(pk, write=True))
        asked = self._counted({"action": action.name, "filter": None, "ids": [key], "back": key})
        return self._preview(action, asked, self._bulk_form(action, filled=False))

    def bulk_url(self: Any) -> str:
        return self.url("bulk")

    @expose("/bulk", methods=["POST"])
    @has_access
    @permission_name("list")
    def bulk(self: Any) -> Any:
        """Show what an action would do: how many rows, some of them, what to fill in."""
        self._check_has_any()
        action = self._chosen(request.form.get("action", ""))
        try:
            asked = self._asked(action)
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(self.url("list"))
        return self._preview(action, asked, self._bulk_form(action, filled=False))

    @expose("/bulk/run", methods=["POST"])
    @has_access
    @permission_name("list")
    def bulk_run(self: Any) -> Any:
        """Do what was previewed, unless the number of rows has changed since."""
        self._check_has_any()
        asked = self._signed(request.form.get("asked", ""))
        action = self._chosen(asked["action"])
        form = self._bulk_form(action, filled=True)
        if not form.validate():
            return self._preview(action, asked, form)
        try:
            given = _agreed(action, asked, forms.values(form))
            if action.plan is not None:
                plan = self._planned(action, asked, given)
                if asked.get("planned") != plan.given:
                    return self._preview(action, dict(asked) | {"planned": plan.given}, form, plan=plan)
                given = plan.given
            run = self._begun(action, asked, given)
        except DomainError as refusal:
            db.session.rollback()
            return self._preview(action, self._counted(asked), form, problem=refusal)
        return self._answered(run, asked)

    # ── what is asked ──

    def _check_has_any(self: Any) -> None:
        if not self.bulk_offered():
            abort(403)

    def _chosen(self: Any, name: str) -> Action:
        action = self.subject().actions.get(name)
        if action is None:
            abort(404)
        if not self.may(action.button):
            abort(403)
        return action

    def _asked(self: Any, action: Action) -> dict[str, Any]:
        """Return what the list's form asks for, counted."""
        every = request.form.get("scope") == "all"
        ids = sorted({int(one) for one in request.form.getlist("ids") if one.isdecimal() and len(one) < 10})  # noqa: PLR2004
        if not every and not ids:
            raise Invalid(_("Tick some rows first."))
        if not every and len(ids) > MOST_TICKED:
            raise Invalid(_("Too many rows were ticked one by one: narrow the list, and choose all matching rows."))
        meant = self._every() if every else {"filter": None, "ids": ids}
        return self._counted({"action": action.name, **meant})

    def _every(self: Any) -> dict[str, Any]:
        """Return the conditions as they are now: what is signed does not change with a segment."""
        text, key = request.form.get("filter", ""), request.form.get("segment", "")
        if text or not key:
            check_asked(filters.parse(text, self.filterable()), actor=self.actor())
            return {"filter": text, "ids": None}
        listing = self.listing(segment=key, filter="", kept="")
        _checked, segment = listing.filter, listing.applied
        about = {"ids": None, "segment": segment.name}
        if filterbar.is_closed(listing):  # the page must not carry its text: it is read again, if nobody changed it
            return {"filter": None, "closed": [segment.id, segment.revision], **about}
        return {"filter": segment.text, **about}

    def _text(self: Any, asked: Mapping[str, Any]) -> str | None:
        """Return the text of the filter that was signed. Raises WrongState if it was changed meanwhile."""
        if "closed" not in asked:
            return asked["filter"]
        key, revision = asked["closed"]
        segment = segments.find(str(key), subject=self.segments_of(), actor=self.actor())
        if segment.revision != revision:
            raise WrongState(_("Somebody has just changed this segment: nothing was done. Look again, and repeat."))
        return segment.text

    def _meant(self: Any, asked: Mapping[str, Any]) -> ColumnElement[bool]:
        return self.subject().meant(filter_text=self._text(asked), ticked=asked["ids"], actor=self.actor())

    def _counted(self: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
        where = self._meant(asked)
        seen, writable = services.counts(self.subject(), where, actor=self.actor())
        return {**asked, "seen": seen, "count": writable}

    def _seal(self: Any) -> URLSafeTimedSerializer:
        salt = f"bulk {type(self).__name__} {self.actor().id}"
        return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)

    def _signed(self: Any, token: str) -> dict[str, Any]:
        try:
            return self._seal().loads(token, max_age=GOOD_FOR_SECONDS)
        except BadSignature as error:
            raise Invalid(_("This page was open for too long. Go back to the list and choose again.")) from error

    # ── preview and yes ──

    def _planned(self: Any, action: Action, asked: Mapping[str, Any], given: Mapping[str, Any]) -> Plan:
        """Return what the action would do. Raises Invalid for what cannot be meant."""
        action.check(given, self.actor())
        plan: Plan = action.plan(self._meant(asked), asked["count"], given, self.actor())  # type: ignore[misc]
        return plan

    def _bulk_form(self: Any, action: Action, *, filled: bool) -> Any:
        choices_url = self.url("choices", field="-").removesuffix("/-")
        specs = (*action.fields, *([TYPED] if action.asks_count else []))
        kind = forms.form_class(specs, choices_url=choices_url)
        return forms.fill(kind() if filled else kind(formdata=None), None)

    def _preview(
        self: Any,
        action: Action,
        asked: Mapping[str, Any],
        form: Any,
        *,
        problem: object = None,
        plan: Plan | None = None,
    ) -> Any:
        found = services.samples(self.subject(), self._meant(asked), actor=self.actor(), limit=rules.SAMPLES)
        count = asked["count"]
        rows = ngettext("%(n)s row", "%(n)s rows", count, n=wording.number(count))
        page = {
            "title": action.label,
            "crumbs": self.crumbs(),
            "problem": problem,
            "count": wording.number(count),
            "left_out": wording.number(asked["seen"] - count) if asked["seen"] > count else None,
            "samples": [str(one) for one in found],
            "more": wording.number(count - len(found)) if count > len(found) else None,
            "is_all": asked["ids"] is None,
            "segment": asked.get("segment"),
            "in_background": self._is_long(count),
            "asked": self._seal().dumps(dict(asked)),
            "action_url": self.url("bulk_run"),
            "cancel_url": self._way_back(asked),
            "danger": action.danger,
            "is_final": action.is_final,
            "has_fields": bool(action.fields) or action.asks_count,
            "said": action.says(self._meant(asked), self.actor()) if action.says is not None else "",
            "asks": action.asks,
            "hint": action.hint,
            "plan": plan,
            "yes": self._yes(action, rows, plan) if count else None,
        }
        return self.render_template("zhike/bulk.html", page=page, form=form), 422 if problem or form.errors else 200

    def _yes(self: Any, action: Action, rows: str, plan: Plan | None) -> object:
        """Return the words of the button: what is planned is looked at before it is done."""
        if action.plan is not None and plan is None:
            return _("Preview")
        return _("%(action)s: %(rows)s") % {"action": action.label, "rows": rows}

    def _is_long(self, count: int) -> bool:
        return count > current_app.config["ZHIKE"].background_from_rows

    def _begun(self: Any, action: Action, asked: Mapping[str, Any], given: Mapping[str, Any]) -> Run:
        count, actor = asked["count"], self.actor()
        rows = ngettext("%(n)s row", "%(n)s rows", count, n=wording.number(count))
        title = _("%(list)s · %(action)s · %(rows)s", list=self.title, action=action.label, rows=rows)
        run = services.begin(
            self.subject(),
            action,
            actor=actor,
            title=title,
            filter_text=self._text(asked),
            segment=asked.get("segment"),
            ticked=asked["ids"],
            given=given,
            shown=count,
            in_background=self._is_long(count),
        )
        if not self._is_long(count):
            services.carry_out(run.id, AtOnce({}, actor))
        return run

    def _way_back(self: Any, asked: Mapping[str, Any]) -> str:
        """Return where the person came from: the page of one record, or the list."""
        back: str = self.url("show", pk=asked["back"]) if asked.get("back") else self.url("list")
        return back

    def _answered(self: Any, run: Run, asked: Mapping[str, Any]) -> Response:
        if run.job_id is not None:
            flash(str(_("Begun. You may go on working: the result will be here.")), "info")
            return redirect(f"/runs/{run.id}")
        said = ngettext("%(n)s row was changed.", "%(n)s rows were changed.", run.changed_count, n=run.changed_count)
        flash(str(said), "success")
        return redirect(f"/runs/{run.id}" if run.refused_count else self._way_back(asked))


def _agreed(action: Action, asked: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return what was filled in. Raises Invalid unless the number of rows was typed, where there is no way back."""
    if action.asks_count and values.pop(TYPED.name) != asked["count"]:
        raise Invalid(_("That is not the number of rows. Look how many they are, and type that number."))
    return _as_json(values)


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in, as JSON holds it; what was left empty is not meant."""
    filled = {name: value for name, value in values.items() if value not in (None, "", ())}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in filled.items()}
