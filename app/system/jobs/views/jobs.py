"""One's own jobs: how far each is, its result, cancel and try again."""

from typing import Any

from flask import Response, abort, jsonify, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import LONGEST_KEY, DomainView
from app.system.files.views import answers
from app.system.jobs import queries, rules, services
from app.system.jobs.models import Job, Turn
from app.system.jobs.rules import State
from app.system.jobs.views import tray
from app.system.jobs.views.tray import result_url, told

MOST_KNOWN = 20  # jobs that a page names

__all__ = ["JobView", "TurnView", "told"]


class JobView(DomainView):
    route_base = "/jobs"
    model = Job
    title, one, group, icon = _("Background jobs"), _("Background job"), _("Administration"), "loader"
    when_empty = _("Long exports, imports and changes to many records are done here, while you go on working.")
    menu_place = 70
    base_permissions = ["can_list", "can_show", "can_cancel", "can_retry"]
    list_fields = ["title", "state", "created_at", "started_at", "ended_at", "user"]
    form_fields = ["title", "state", "created_at", "started_at", "ended_at", "user"]
    quick_segments = [
        ("open", _("Not ended"), {"all": [{"field": "state", "op": "in", "value": ["waiting", "running"]}]}),
        ("failed", _("Failed"), {"all": [{"field": "state", "op": "is", "value": "failed"}]}),
    ]

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | AnyResponse:
        """Show a job; while it goes on, its page asks again by itself."""
        job = self.record(pk)
        page = listpage.record_page(self, job) | {"actions": self._actions(job), "job": told(job)}
        return self.render_template("zhike/job.html", page=page)

    @expose("/<pk>/state")
    @has_access
    @permission_name("show")
    def state(self, pk: str) -> Response:
        """Answer how far a job is: state, percent, text, and whether it has ended."""
        return jsonify(told(self.record(pk)))

    @expose("/mine")
    @has_access
    @permission_name("show")
    def mine(self) -> Response:
        """Answer how far one's own jobs are: the unfinished, and those in ``known``. Keeps no session alive."""
        given = request.args.get("known", "").split(".")[:MOST_KNOWN]
        known = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY]
        found = queries.followed(self.actor().id or 0, known)
        return jsonify({"jobs": [tray.drawn(job, can_cancel=self.may("cancel")) for job in found]})

    @expose("/<pk>/result")
    @has_access
    @permission_name("show")
    def result(self, pk: str) -> Response:
        """Send the file a job made."""
        file = self.record(pk).file
        if file is None:
            abort(404)
        return answers.content(file["sha256"], file["size_bytes"], name=file["name"])

    @expose("/<pk>/cancel", methods=["POST"])
    @has_access
    @permission_name("cancel")
    def cancel(self, pk: str) -> AnyResponse:
        """Stop a job."""
        job = self.record(pk, write=True)
        self.perform(lambda: services.cancel(job, actor=self.actor()), done=_("The job is being stopped."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/retry", methods=["POST"])
    @has_access
    @permission_name("retry")
    def retry(self, pk: str) -> AnyResponse:
        """Let a job go on that failed or was cancelled."""
        job = self.record(pk, write=True)
        self.perform(lambda: services.retry(job, actor=self.actor()), done=_("The job goes on."))
        return redirect(self.url("show", pk=pk))

    def _actions(self, job: Job) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if url := result_url(job):
            found.append({"label": _("To the result"), "icon": "arrow-right", "url": url, "primary": True})
        if job.file:
            label = _("Download “%(name)s”") % {"name": job.file["name"]}
            found.append(
                {"label": label, "icon": "file-download", "url": self.url("result", pk=job.id), "primary": True}
            )
        if job.state not in rules.ENDED and self.may("cancel"):
            cancel = {"label": _("Cancel"), "icon": "x", "url": self.url("cancel", pk=job.id), "method": "POST"}
            ask = _("Stop this job? What it has done stays.")
            found.append(cancel | {"danger": True, "confirm": str(ask)})
        if job.state in (State.FAILED, State.CANCELLED) and self.may("retry"):
            retry = {"label": _("Try again"), "icon": "refresh", "url": self.url("retry", pk=job.id), "method": "POST"}
            found.append(retry)
        return found

    def row_actions(self, record: Any) -> list[dict[str, Any]]:
        return [one for one in self._actions(record) if not one.get("danger")]


class TurnView(DomainView):
    """What the house does by itself, when it last did, and with what result."""

    route_base = "/timetable"
    model = Turn
    title, one, group, icon = _("Timetable"), _("Turn"), _("Administration"), "clock"
    menu_place = 75
    has_segments = False  # a handful of rows
    base_permissions = ["can_list"]
    default_sort = "name"
    list_fields = ["name", "due_at", "started_at", "ended_at", "result", "problem"]
