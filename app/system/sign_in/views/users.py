"""The people who work here, with their accounts."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from app.base.errors import DomainError
from app.base.fields import Choice, Field, Text
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.base.screens.listing import Listing
from app.base.screens.view import DomainView
from app.system.security import services as security
from app.system.security.queries import Employee
from app.system.sign_in import queries, rules, services
from app.system.sign_in.views import userpage
from app.system.sign_in.views.door import settings

FIRST_PASSWORD = Text(
    _("First password"),
    name="password",
    max_length=rules.LONGEST_PASSWORD,
    help=_("Left empty, one is made up and shown once. It must be changed at the first sign-in."),
)
STATE = Choice(_("State"), name="access", dictionary="account_state")


class People(Listing):
    """The rows of the list, which know whether they are locked: one question for all of them."""

    @cached_property
    def rows(self) -> list[Employee]:
        found: list[Employee] = Listing.rows.func(self)  # type: ignore[attr-defined]
        return queries.with_access(found, terms=rules.Lockout.of(settings()))

    def _options(self) -> list[Any]:
        return [*super()._options(), selectinload(Employee.account)]  # it tells the access, whatever columns are shown


class EmployeeView(DomainView):
    route_base = "/users"
    model = Employee
    title, one, group, icon = _("Users"), _("User"), _("Administration"), "users"
    menu_place = 10
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_assign"]
    base_permissions += ["can_disable", "can_enable", "can_unlock", "can_reset", "can_end_sessions"]
    list_fields = ["name", "username", "number", "department", "position", "roles", "phone", "last_sign_in", "access"]
    form_sections = [
        ("person", _("Person"), ["name", "number", "department", "position", "phone"]),
        ("account", _("Account"), ["username", "email", "language", "roles", "password"]),
    ]
    form_fields = [name for _key, _title, names in form_sections for name in names]
    default_sort = "name"
    quick_segments = [
        ("active", _("Active"), {"all": [{"field": "is_active", "op": "true"}]}),
        ("disabled", _("Disabled"), {"all": [{"field": "is_active", "op": "not_true"}]}),
    ]
    rows_as = People
    create, change = security.hire, security.change_employee

    @property
    def specs(self) -> Mapping[str, Field]:
        return {**super().specs, STATE.name: STATE, FIRST_PASSWORD.name: FIRST_PASSWORD}

    def form_names(self, record: Any) -> Sequence[str]:
        left_out = set() if self.may("assign") else {"roles"}
        left_out |= {"password"} if record is not None else set()
        return [name for name in self.form_fields if name not in left_out]

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        return userpage.actions(self, record)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a person, their account, where they are signed in and how they came in."""
        (employee,) = queries.with_access([self.record(pk)], terms=rules.Lockout.of(settings()))
        return self.render_template("zhike/user.html", page=userpage.build(self, employee))

    # ── buttons ──

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> str | Response:
        """Make an account with its first password; one that was made up is shown, this once."""
        form = forms.fill(forms.default(forms.fill(self.form(), None)), None)
        made_up: list[str] = []

        def save() -> Employee:
            values = forms.values(form)
            typed = form.password.data or ""  # as typed: no space is taken away from a password
            employee, password = services.hire_with_password(
                values, password=typed, settings=settings(), actor=self.actor()
            )
            made_up.extend([] if typed else [password])
            g.hired = employee
            return employee

        answer = self._answer(form, None, save)
        return self._secret_page(g.hired, made_up[0]) if made_up else answer

    @expose("/<pk>/reset", methods=["POST"])
    @has_access
    @permission_name("reset")
    def reset(self, pk: str) -> str | Response:
        """Give a person a new password and end their sessions; one that was made up is shown, this once."""
        employee, typed = self.record(pk, write=True), request.form.get("password", "")
        try:
            password = services.reset_password(employee, new=typed, settings=settings(), actor=self.actor())
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(self.url("show", pk=pk))
        if not typed:
            return self._secret_page(employee, password)
        flash(str(_("The new password is set. It must be changed at the next sign-in.")), "success")
        return redirect(self.url("show", pk=pk))

    def _secret_page(self, employee: Employee, password: str) -> str:
        page = {
            "title": str(employee),
            "crumbs": listpage.crumbs(self),
            "username": employee.username,
            "secret": password,
            "next_url": self.url("show", pk=employee.id) if self.may("show") else self.url("list"),
        }
        return self.render_template("zhike/secret.html", page=page)

    @expose("/<pk>/disable", methods=["POST"])
    @has_access
    @permission_name("disable")
    def disable(self, pk: str) -> Response:
        """Shut an account."""
        return self._press(pk, security.disable, _("The account is disabled. What was open has ended."))

    @expose("/<pk>/enable", methods=["POST"])
    @has_access
    @permission_name("enable")
    def enable(self, pk: str) -> Response:
        """Open a disabled account again."""
        return self._press(pk, security.enable, _("The account is open again."))

    @expose("/<pk>/unlock", methods=["POST"])
    @has_access
    @permission_name("unlock")
    def unlock(self, pk: str) -> Response:
        """Let a locked account try again at once."""
        return self._press(pk, services.unlock, _("The account is unlocked."))

    @expose("/<pk>/end-sessions", methods=["POST"])
    @has_access
    @permission_name("end_sessions")
    def end_sessions(self, pk: str) -> Response:
        """Sign a person out everywhere."""
        return self._press(pk, services.sign_out_everywhere, _("All sessions and tokens of this person have ended."))

    def _press(self, pk: str, service: Callable[..., Any], done: object) -> Response:
        employee = self.record(pk, write=True)
        self.perform(lambda: service(employee, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk) if self.may("show") else self.url("list"))
