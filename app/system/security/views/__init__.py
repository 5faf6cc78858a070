"""The screens of departments and roles. Those of people stand with their accounts, in system.sign_in."""

from flask_appbuilder import AppBuilder

from app.base import inbox, logbook, ways
from app.base.choices import more, references
from app.base.i18n import _
from app.base.screens import rights
from app.system.security import queries
from app.system.security.queries import DepartmentNames, EmployeeNames
from app.system.security.views import told
from app.system.security.views.departments import DepartmentView
from app.system.security.views.roles import RoleView
from app.system.security.views.told import ITEMS, KINDS

__all__ = ["DepartmentView", "RoleView", "register"]


def register(appbuilder: AppBuilder) -> None:
    references["employee"], references["department"] = EmployeeNames(), DepartmentNames()
    more["role"] = queries.own_roles
    ways.know(403, told.who_grants)
    rights.words |= {"can_copy": _("Copy")}
    logbook.items |= ITEMS
    inbox.kinds |= KINDS
    appbuilder.add_view(DepartmentView, "DepartmentView", label=_("Departments"), category="system")
    appbuilder.add_view(RoleView, "RoleView", label=_("Roles"), category="system")
