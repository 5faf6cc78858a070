"""The roles: who may open and press what, and how far they see."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import Role
from werkzeug.wrappers import Response

from app.base import choices
from app.base.errors import DomainError
from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.system.security import queries, rules, services
from app.system.security.views import matrix


class RoleView(DomainView):
    route_base = "/roles"
    model = Role
    title, one, group, icon = _("Roles"), _("Role"), _("Administration"), "user-shield"
    menu_place = 30
    has_segments = False  # its list is a page of its own
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str | Response:
        """Show the first role beside the list of all."""
        return self._page(queries.roles()[0])

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show one role beside the list of all."""
        return self._page(self.record(pk))

    def record(self, pk: str, *, write: bool = False) -> Role:
        found = super().record(pk, write=write)
        return found if found.name not in rules.HIDDEN_ROLES else abort(404)

    def _page(self, role: Role) -> str:
        page = matrix.build(self, role, tab=request.args.get("tab", ""))
        return self.render_template("zhike/role.html", page=page)

    # ── buttons ──

    @expose("/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self, pk: str) -> Response:
        """Grant, withdraw and set the reach: everything that was changed on the page, at once."""
        role = self.record(pk, write=True)
        done = _("Saved. It counts from the next click of everybody who holds this role.")
        self.perform(lambda: services.save_rights(role, **matrix.changes(request.form), actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))

    @expose("/new", methods=["POST"])
    @has_access
    @permission_name("add")
    def add(self) -> Response:
        """Make a role: empty, or with the rights and reach of another."""
        source = request.form.get("like", "")
        like = self.record(source) if source else None
        return self._named(lambda name: services.make_role(name, like=like, actor=self.actor()), self.url("list"))

    @expose("/<pk>/rename", methods=["POST"])
    @has_access
    @permission_name("edit")
    def rename(self, pk: str) -> Response:
        """Give a role another name."""
        role = self.record(pk, write=True)
        here = self.url("show", pk=pk)
        return self._named(lambda name: services.rename_role(role, name, actor=self.actor()) or role, here)

    def _named(self, service: Any, back: str) -> Response:
        try:
            role = service(request.form.get("name", ""))
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(back)
        flash(str(_("Saved: %(name)s") % {"name": role.name}), "success")
        return redirect(self.url("show", pk=role.id))

    @expose("/<pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: str) -> Response:
        """Delete a role that nobody holds."""
        role = self.record(pk, write=True)
        done = _("Deleted: %(name)s") % {"name": role.name}
        gone = self.perform(lambda: services.delete_role(role, actor=self.actor()), done=done)
        return redirect(self.url("list") if gone else self.url("show", pk=pk))

    def label(self, role: Role) -> str:
        """Return what a role is called in the reader's language."""
        item = choices.values("role").by_code.get(role.name)
        return item.label if item else role.name

    def crumbs(self) -> Any:
        return listpage.crumbs(self)
