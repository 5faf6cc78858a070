"""The flows of tickets: drawn to be read, edited as rows, kept in versions with what each changed."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import choices
from app.base.errors import DomainError
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.base.screens.asking import whole
from app.base.screens.view import DomainView
from app.desk.tickets import queries, services
from app.desk.tickets.models import TicketFlow
from app.desk.tickets.rules.seeds import USUAL
from app.desk.tickets.views import flowdrawing, flowform
from app.extensions import db


class TicketFlowView(DomainView):
    route_base = "/ticket-flows"
    model = TicketFlow
    title, one, group, icon = _("Flows of tickets"), _("Flow of tickets"), _("Tickets"), "git-branch"
    menu_place = 90
    has_segments = False
    base_permissions = ["can_list", "can_show", "can_edit"]
    list_fields = ["type", "number", "changed_at", "changed_by"]
    form_fields: ClassVar[Sequence[str]] = ["type", "number"]
    default_sort = "id"

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Draw a flow. ``version``: an earlier one."""
        flow = self.record(pk)
        editions = {one.number: one for one in flow.editions}
        asked = whole(request.args.get("version"))
        found = editions.get(asked or 0) or editions[flow.number]
        walked = queries.edition(found.id)
        before = queries.edition(editions[found.number - 1].id) if found.number - 1 in editions else None
        page = listpage.record_page(self, flow) | {
            "title": str(flow),
            "chips": [{"text": _version(found.number), "color": "blue"}],
            "actions": self._actions(flow),
            "picture": flowdrawing.picture(walked.flow),
            "lines": flowdrawing.lines(walked.flow),
            "changes": flowdrawing.difference(before, walked),
            "before": before.number if before is not None else None,
            "versions": [self._edition(flow, one, found) for one in flow.editions],
            "facts": self._facts(walked),
            "note": None
            if found.number == flow.number
            else _("An earlier version: only what began with it follows it."),
            "others": self._without_flow() if flow.type == USUAL and self.may("edit") else [],
            "add_url": self.url("add_flow", pk=flow.id),
        }
        return self.render_template("zhike/tickets/flow.html", page=page)

    @staticmethod
    def _facts(walked: queries.Walked) -> list[str]:
        found = []
        if walked.due_hours:
            found.append(str(_("To be done within %(hours)s hours.") % {"hours": walked.due_hours}))
        if walked.tells_supervisor:
            found.append(str(_("The head of whoever took it in is told of each.")))
        return found

    @staticmethod
    def _without_flow() -> list[tuple[str, str]]:
        """Return the types that follow the flow of service, because they have none of their own."""
        types = choices.values("ticket_type").active
        return [(one.code, one.label) for one in types if queries.edition_for(one.code).type != one.code]

    def _actions(self, flow: TicketFlow) -> list[Mapping[str, Any]]:
        if not self.may("edit"):
            return []
        return [{"label": _("Edit"), "icon": "edit", "url": self.url("edit", pk=flow.id), "primary": True}]

    def _edition(self, flow: TicketFlow, one: Any, now: Any) -> dict[str, Any]:
        who = one.made_by.name if one.made_by is not None else _("System")
        url = self.url("show", pk=flow.id, version=one.number)
        label = _version(one.number)
        return {"label": label, "who": who, "at": markup.moment(one.made_at), "url": url, "current": one is now}

    @expose("/<pk>/add-flow", methods=["POST"])
    @has_access
    @permission_name("edit")
    def add_flow(self, pk: str) -> Response:
        """Give the type ``type`` a flow of its own, to be changed from that of service."""
        kind = request.form.get("type", "")[:40]
        if kind not in choices.values("ticket_type").by_code:
            flash(str(_("Choose the type of ticket.")), "danger")
            return redirect(self.url("show", pk=pk))
        made: list[TicketFlow] = []
        self.perform(lambda: made.append(services.add_flow(kind, actor=self.actor())), done=_("It has its own flow."))
        return redirect(self.url("edit", pk=made[0].id) if made else self.url("show", pk=pk))

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> Any:
        """Change states and transitions as rows. Buttons named ``do`` only draw the form anew; only Save saves."""
        flow = self.record(pk)
        if request.method == "GET":
            walked = queries.edition_for(flow.type)
            about = {"due": walked.due_hours or "", "tells": walked.tells_supervisor, "revision": flow.revision}
            return self._form(flow, flowform.of_flow(walked.flow), about)
        rows = flowform.typed(request.form)
        about = {
            "due": request.form.get("due_hours", "").strip()[:9],
            "tells": bool(request.form.get("tells_supervisor")),
            "revision": whole(request.form.get("revision")),
        }
        if wish := request.form.get("do"):
            return self._form(flow, flowform.moved(rows, wish), about)
        return self._saved(flow, rows, about)

    def _saved(self, flow: TicketFlow, rows: flowform.Typed, about: Mapping[str, Any]) -> Any:
        hours = whole(about["due"]) if about["due"] else None
        if about["due"] and hours is None:
            return self._refused(flow, rows, about, _("The hours are a whole number."))
        try:
            made = services.save_flow(
                flow,
                flowform.meant(rows),
                due_hours=hours,
                tells_supervisor=about["tells"],
                actor=self.actor(),
                revision=about["revision"] if about["revision"] is not None else -1,
            )
        except DomainError as refusal:
            return self._refused(flow, rows, about, refusal)
        done = _("Saved as version %(number)s. Open tickets go on by their own.") % {"number": made.number}
        flash(str(done), "success")
        return redirect(self.url("show", pk=flow.id))

    def _refused(self, flow: TicketFlow, rows: flowform.Typed, about: Mapping[str, Any], why: object) -> Any:
        db.session.rollback()
        return self._form(self.record(str(flow.id)), rows, about, problem=why), 422

    def _form(self, flow: TicketFlow, rows: flowform.Typed, about: Mapping[str, Any], *, problem: object = None) -> str:
        page = {
            "title": _("Edit"),
            "crumbs": [*self.crumbs(), {"label": str(flow), "url": self.url("show", pk=flow.id)}],
            "problem": problem,
            "states": rows.states,
            "arrows": rows.arrows,
            "choices": flowform.offered(rows),
            "cancel_url": self.url("show", pk=flow.id),
            **about,
        }
        return self.render_template("zhike/tickets/flow_form.html", page=page)

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if not self.may("edit"):
            return []
        return [{"label": _("Edit"), "icon": "edit", "url": self.row_url("edit", record)}]


def _version(number_: int) -> object:
    return _("Version %(number)s") % {"number": number_}
