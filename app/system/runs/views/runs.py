"""What was done to many rows at once: how it went, and taking it back."""

from typing import Any

from flask import current_app, flash, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import wording
from app.base.actor import acting
from app.base.background import AtOnce
from app.base.errors import DomainError
from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import DomainView, current_actor
from app.extensions import db
from app.system.runs import queries, rules, services
from app.system.runs.models import Run
from app.system.runs.rules import State


class RunView(DomainView):
    route_base = "/runs"
    model = Run
    title, one, group, icon = _("Bulk changes"), _("Bulk change"), _("Administration"), "stack-2"
    when_empty = _("What is done to many selected rows at once is kept here, and can be taken back.")
    menu_place = 65
    base_permissions = ["can_list", "can_show", "can_take_back"]
    list_fields = ["title", "state", "row_count", "changed_count", "refused_count", "user", "at", "undone_at"]
    form_fields = ["title", "state", "user", "at", "undone_at", "segment"]

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show how a run went, which rows it left alone, and how far it is."""
        run = self.record(pk)
        page = listpage.record_page(self, run) | {
            "actions": self._actions(run),
            "stats": _stats(run),
            "rows": [_told(run, row) for row in queries.left_alone(run.id, limit=rules.MOST_NAMES)],
            "job_url": self._job_url(run),
        }
        return self.render_template("zhike/run.html", page=page)

    def _job_url(self, run: Run) -> str | None:
        goes_on = run.state in (State.PLANNED, State.RUNNING, State.UNDOING) and run.job_id is not None
        return url_for("JobView.show", pk=run.job_id) if goes_on else None

    @expose("/<pk>/take-back", methods=["GET", "POST"])
    @has_access
    @permission_name("take_back")
    def take_back(self, pk: str) -> Any:
        """Show what taking a run back would do; do it on POST."""
        run = self.record(pk, write=True)
        if request.method == "GET":
            return self._ask(run)
        try:
            self._taken_back(run)
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
        return redirect(self.url("show", pk=pk))

    def _taken_back(self, run: Run) -> None:
        is_long = run.changed_count > current_app.config["ZHIKE"].background_from_rows
        again = services.begin_to_take_back(run, actor=self.actor(), in_background=is_long)
        if not is_long:
            services.take_back(again.id, AtOnce({}, self.actor()))
            flash(str(_("Undone.")), "success")

    def _ask(self, run: Run) -> Any:
        try:
            would = services.preview(run)
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(self.url("show", pk=run.id))
        left = {"n": wording.number(would.kept)}
        kept = _(" %(n)s rows were edited since and stay as they are.") % left if would.kept else ""
        back = _("%(n)s rows get their former values again.") % {"n": wording.number(would.restored)}
        page = {
            "title": _("Undo"),
            "crumbs": [*self.crumbs(), {"label": run.title, "url": self.url("show", pk=run.id)}],
            "text": f"{back}{kept}",
            "tone": "warning",
            "buttons": [{"label": _("Undo"), "danger": True}],
            "cancel_url": self.url("show", pk=run.id),
        }
        return self.render_template("zhike/confirm.html", page=page)

    def _actions(self, run: Run) -> list[dict[str, Any]]:
        can = run.state in rules.LIFECYCLE.steps["take_back"].sources and run.changed_count and services.has_undo(run)
        if not can or not self.may("take_back"):
            return []
        return [{"label": _("Undo"), "icon": "arrow-back-up", "url": self.url("take_back", pk=run.id)}]


def _stats(run: Run) -> list[dict[str, Any]]:
    found = [
        {"icon": "pencil", "k": _("Changed"), "v": wording.number(run.changed_count), "s": _("rows"), "tone": ""},
        {
            "icon": "hand-stop",
            "k": _("Left alone"),
            "v": wording.number(run.refused_count),
            "s": _("with the reason"),
            "tone": "",
        },
    ]
    same = (run.row_count or 0) - run.changed_count - run.refused_count
    if run.state in (State.DONE, State.UNDOING, State.UNDONE) and same > 0:
        found.append(
            {
                "icon": "circle-check",
                "k": _("No change needed"),
                "v": wording.number(same),
                "s": _("had these values"),
                "tone": "",
            }
        )
    if run.state in (State.UNDOING, State.UNDONE):
        back = {
            "icon": "arrow-back-up",
            "k": _("Undone"),
            "v": wording.number(run.restored_count),
            "s": _("rows"),
            "tone": "",
        }
        kept = {"icon": "lock", "k": _("Kept"), "v": wording.number(run.kept_count), "s": _("edited since"), "tone": ""}
        found += [back, kept]
    return found


def _told(run: Run, row: Any) -> dict[str, Any]:
    subject, record = services.subjects.get(run.screen), None
    if subject is not None:
        with acting(subject.reader(current_actor())):
            record = db.session.get(subject.model, row.record_id)
    name = str(record) if record is not None else f"#{row.record_id}"
    url = url_for(f"{run.screen}.show", pk=row.record_id) if record is not None else None
    return {"label": name, "url": url, "text": row.reason}
