"""The flows: who is asked for which kind of record. Drawn to be read, edited as rows, kept in versions."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import choices
from app.base.errors import Conflict, DomainError
from app.base.fields import Field
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.base.screens.view import DomainView
from app.extensions import db
from app.system.approvals import queries, services
from app.system.approvals.models import Edition, Flow
from app.system.approvals.views import drawing, flowform
from app.system.approvals.views.cases import PERSON


class FlowView(DomainView):
    route_base = "/approval-flows"
    model = Flow
    title, one, group, icon = _("Approval flows"), _("Approval flow"), _("Approvals"), "git-branch"
    menu_place = 50
    has_segments = False
    when_empty = _("As soon as a kind of record can be approved, its flow stands here.")
    base_permissions = ["can_list", "can_show", "can_edit"]
    list_fields = ["subject", "number", "changed_at", "changed_by"]
    form_fields: ClassVar[Sequence[str]] = ["subject", "number"]
    default_sort = "id"

    def choosable(self, name: str) -> Field | None:
        return PERSON if name == "person" else super().choosable(name)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Draw a flow. ``version``: an earlier one."""
        flow = self.record(pk)
        asked = request.args.get("version", "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None  # noqa: PLR2004 - digits
        found = queries.edition_of(flow, number) or queries.edition_of(flow)
        assert found is not None  # noqa: S101 - a flow is made with its first edition
        page = listpage.record_page(self, flow) | {
            "title": str(flow),
            "chips": [{"text": _version(found.number), "color": "blue"}],
            "actions": self._actions(flow),
            "steps": drawing.drawn(found.steps, flow.subject),
            "named": found.fallback.name if found.fallback is not None else _("The administrators"),
            "versions": [self._edition(flow, one, found) for one in flow.editions],
            "note": None
            if found.number == flow.number
            else _("An earlier version: only what began with it follows it."),
        }
        return self.render_template("zhike/approvals/flow.html", page=page)

    def _actions(self, flow: Flow) -> list[Mapping[str, Any]]:
        if not self.may("edit"):
            return []
        return [{"label": _("Edit"), "icon": "edit", "url": self.url("edit", pk=flow.id), "primary": True}]

    def _edition(self, flow: Flow, one: Edition, now: Edition) -> dict[str, Any]:
        who = one.made_by.name if one.made_by is not None else _("System")
        url = self.url("show", pk=flow.id, version=one.number)
        label = _version(one.number)
        return {"label": label, "who": who, "at": markup.moment(one.made_at), "url": url, "current": one is now}

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> Any:
        """Change the steps as rows. Buttons named ``do`` add, move and remove rows; only Save saves."""
        flow = self.record(pk)
        if request.method == "GET":
            found = queries.edition_of(flow)
            assert found is not None  # noqa: S101 - a flow is made with its first edition
            return self._form(flow, flowform.of_edition(found), found.fallback_id, flow.revision)
        rows, fallback = flowform.typed(request.form), flowform.key(request.form.get("fallback", ""))
        revision = flowform.key(request.form.get("revision", ""))
        if wish := request.form.get("do"):
            return self._form(flow, flowform.moved(rows, wish), fallback, revision)
        return self._saved(flow, rows, fallback, revision)

    def _saved(self, flow: Flow, rows: Sequence[dict[str, Any]], fallback: int | None, revision: int | None) -> Any:
        about = {"fallback_id": fallback, "actor": self.actor(), "revision": revision or 0}
        try:
            made = services.save_flow(flow, flowform.meant(rows), **about)
        except Conflict as refusal:
            return self._refused(flow, rows, fallback, revision, refusal)
        except DomainError as refusal:
            return self._refused(flow, rows, fallback, revision, refusal)
        flash(
            str(_("Saved as version %(number)s. What waits already goes on by its own.") % {"number": made.number}),
            "success",
        )
        return redirect(self.url("show", pk=flow.id))

    def _refused(
        self, flow: Flow, rows: Sequence[dict[str, Any]], fallback: int | None, revision: int | None, why: object
    ) -> Any:
        db.session.rollback()
        return self._form(self.record(str(flow.id)), rows, fallback, revision, problem=why), 422

    def _form(
        self,
        flow: Flow,
        rows: Sequence[dict[str, Any]],
        fallback: int | None,
        revision: int | None,
        *,
        problem: object = None,
    ) -> str:
        names = choices.labels("employee", [fallback, *(one["person_id"] for one in rows)])
        subject = queries.known_subjects()[flow.subject]
        page = {
            "title": _("Edit"),
            "crumbs": [*self.crumbs(), {"label": str(flow), "url": self.url("show", pk=flow.id)}],
            "problem": problem,
            "revision": revision or 0,
            "fallback": (fallback, names.get(fallback, f"#{fallback}")) if fallback else None,
            "steps": [flowform.drawn(one, names) for one in rows],
            "choices": flowform.offered(flow.subject),
            "has_amount": bool(subject.amount),
            "people_url": self.url("choices", field="person"),
            "cancel_url": self.url("show", pk=flow.id),
        }
        return self.render_template("zhike/approvals/flow_form.html", page=page)

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        return self._row(record) if self.may("edit") else []

    def _row(self, record: Any) -> Sequence[Mapping[str, Any]]:
        return [{"label": _("Edit"), "icon": "edit", "url": self.row_url("edit", record)}]


def _version(number: int) -> object:
    return _("Version %(number)s") % {"number": number}
