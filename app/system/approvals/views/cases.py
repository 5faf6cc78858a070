"""Approvals: the list of all one sees, those one submitted, the page of a case with its buttons."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from app.base import clock
from app.base.actor import current_actor as acting_now  # nobody, while screens are registered
from app.base.errors import WrongState
from app.base.fields import Field, Link, Text, fields_of
from app.base.filters import ME
from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.listing import Listing
from app.base.screens.view import DomainView
from app.system.approvals import queries, services
from app.system.approvals.models import Case
from app.system.approvals.rules.cases import WAITING
from app.system.approvals.views import deciding, standing
from app.system.sign_in.views import own_path

TITLE = Text(_("Record"), name="title")
PERSON = Link(_("Person"), name="person", column="person", to="employee")
MOST_CHOSEN = 10
LONGEST_KEY = 9  # digits


class Rows(Listing):
    """A page of cases with their records."""

    @cached_property
    def rows(self) -> list[Any]:
        return list(queries.with_records(super().rows))


class CaseView(DomainView):
    route_base = "/approvals"
    model = Case
    title, one, group, icon = _("All approvals"), _("Approval"), _("Approvals"), "gavel"
    menu_place = 30
    when_empty = _("What you submit, and what you are asked to approve, stands here.")
    base_permissions = ["can_list", "can_show", "can_export", "can_decide"]
    list_fields = ["title", "subject", "state", "applicant", "department", "amount", "opened_at", "due_at", "ended_at"]
    row_needs = ["record_id", "subject", "state", "due_at"]
    rows_as = Rows
    export_fields: ClassVar[Sequence[str]] = ["subject", *list_fields[2:]]
    quick_segments: ClassVar[Sequence[tuple[str, object, Mapping[str, Any]]]] = [
        ("waits", _("Waiting for me"), {"all": [{"field": "waits_for_me", "op": "true"}]}),
        ("mine", _("My applications"), {"all": [{"field": "applicant", "op": "is", "value": ME}]}),
        ("open", _("Not decided yet"), {"all": [{"field": "state", "op": "is", "value": "waiting"}]}),
    ]

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        """Return the fields of a case, and what its record is called."""
        return {"title": TITLE, **fields_of(cls.model)}

    @property
    def specs(self) -> Mapping[str, Field]:
        return self.specs_of()

    def choosable(self, name: str) -> Field | None:
        return PERSON if name == "person" else super().choosable(name)

    def row_url(self, method: str, record: Any, **values: str) -> str:
        return url_for(f"CaseView.{method}", pk=record.id, **values)

    def row_more(self, record: Any) -> Mapping[str, Any]:
        late = record.state == WAITING and record.due_at is not None and record.due_at < clock.now()
        return {"overdue": late}

    # ── one case ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show where a record stands: steps, what changed, what happened."""
        case = self.record(pk)
        subject = queries.known_subjects()[case.subject]
        page = listpage.record_page(self, case) | {
            "sections": [{"title": subject.label, "fields": [self._field(case, name) for name in self._about(case)]}],
            "actions": self._open(subject, case),
            "body": standing.drawn(case, self.actor(), back=self.url("show", pk=case.id)),
        }
        return self.render_template("zhike/record.html", page=page)

    @staticmethod
    def _about(case: Case) -> Sequence[str]:
        names = ["subject", "applicant", "department", "amount", "opened_at", "ended_at"]
        return [name for name in names if name not in ("amount", "ended_at") or getattr(case, name) is not None]

    def _field(self, case: Case, name: str) -> dict[str, Any]:
        return {"label": self.specs[name].label, "value": self.drawn(case, name)}

    @staticmethod
    def _open(subject: services.Subject, case: Case) -> list[dict[str, Any]]:
        if case.record is None:
            return []
        return [{"label": _("Open the record"), "icon": "external-link", "url": subject.url(case.record_id)}]

    # ── buttons ──

    def _decided(self, pk: str, verb: str) -> Response:
        case = self.record(pk)
        edits = request.form.get("edits", "")
        shown = {case.id: int(edits)} if edits.isascii() and edits.isdigit() and len(edits) < LONGEST_KEY else {}
        deciding.decide(verb, [case], deciding.note(), shown=shown)
        return self._back(pk)

    def _back(self, pk: str) -> Response:
        return redirect(own_path(request.form.get("next") or self.url("show", pk=pk)))

    @expose("/<pk>/approve", methods=["POST"])
    @has_access
    @permission_name("decide")
    def approve(self, pk: str) -> Response:
        """Say yes, if it waits for whoever presses it."""
        return self._decided(pk, "approve")

    @expose("/<pk>/reject", methods=["POST"])
    @has_access
    @permission_name("decide")
    def reject(self, pk: str) -> Response:
        """Say no, with a reason."""
        return self._decided(pk, "reject")

    @expose("/<pk>/give-back", methods=["POST"])
    @has_access
    @permission_name("decide")
    def give_back(self, pk: str) -> Response:
        """Give it back to the applicant, to be mended."""
        return self._decided(pk, "give_back")

    @expose("/<pk>/ask", methods=["POST"])
    @has_access
    @permission_name("decide")
    def ask(self, pk: str) -> Response:
        """Ask one more person before deciding."""
        case, chosen = self.record(pk), _people(request.form.getlist("person"))
        if len(chosen) != 1:
            abort(400)
        note, service = deciding.note(), services.add_approver
        self.perform(lambda: service(case, employee_id=chosen[0], note=note, actor=self.actor()), done=_("Asked."))
        return self._back(pk)

    @expose("/<pk>/choose", methods=["POST"])
    @has_access
    @permission_name("decide")
    def choose(self, pk: str) -> Response:
        """Say who approves, where the flow leaves it to the applicant."""
        case, chosen = self.record(pk), _people(request.form.getlist("person"))
        self.perform(lambda: services.choose(case, people=chosen, actor=self.actor()), done=_("Asked."))
        return self._back(pk)

    @expose("/<pk>/withdraw", methods=["POST"])
    @has_access
    @permission_name("decide")
    def withdraw(self, pk: str) -> Response:
        """Take back what one has submitted."""
        return self._own(pk, "withdraw", _("Withdrawn."))

    @expose("/<pk>/submit", methods=["POST"])
    @has_access
    @permission_name("decide")
    def submit(self, pk: str) -> Response:
        """Submit again what was given back or withdrawn."""
        return self._own(pk, "submit", _("Submitted again."))

    def _own(self, pk: str, verb: str, done: object) -> Response:
        """Let the applicant's verb be done by the record's domain, where it has one."""
        case = self.record(pk)
        subject, actor = queries.known_subjects()[case.subject], self.actor()
        theirs: Callable[..., Any] | None = getattr(subject, verb)
        if theirs is None and verb == "submit":
            abort(404)

        def run() -> None:
            services.check_applicant(case, actor=actor)
            if theirs is not None:
                _raise_first(theirs([case.record_id], "", actor).refused)
            else:
                services.withdraw(case.subject, [case.record_id], actor=actor)

        self.perform(run, done=done)
        return self._back(pk)


def _raise_first(refused: Mapping[int, object]) -> None:
    for sentence in refused.values():
        raise WrongState(sentence)


def _people(given: Sequence[str]) -> list[int]:
    parts = [part for one in given for part in one.split(",") if part]
    if any(not (one.isascii() and one.isdigit() and len(one) <= LONGEST_KEY) for one in parts[: MOST_CHOSEN + 1]):
        abort(400)
    return [int(one) for one in parts[: MOST_CHOSEN + 1]]


class MineView(CaseView):
    """What one has submitted oneself."""

    route_base = "/approvals/mine"
    class_permission_name = "CaseView"
    title = _("My applications")
    menu_place = 20
    when_empty = _("What you submit for approval stands here, with how far it has come.")
    exclude_route_methods = {  # the page of a case is CaseView's
        *("download", "action", "action_post", "show", "approve", "reject", "give_back"),
        *("ask", "choose", "withdraw", "submit", "edit", "add", "delete"),
    }
    list_fields = ["title", "subject", "state", "amount", "opened_at", "due_at", "ended_at"]
    quick_segments = [("open", _("Not decided yet"), {"all": [{"field": "state", "op": "is", "value": "waiting"}]})]

    @classmethod
    def within(cls) -> Sequence[ColumnElement[bool]]:
        actor = acting_now()
        return [cls.model.applicant_id == (actor.id if actor is not None else None)]
