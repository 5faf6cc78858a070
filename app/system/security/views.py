"""The screens of users, departments and roles."""

from flask_appbuilder import AppBuilder

from app.base.choices import references
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.system.security import services
from app.system.security.models import Department
from app.system.security.queries import DepartmentNames, EmployeeNames


class DepartmentView(DomainView):
    route_base = "/departments"
    model = Department
    title, one, group, icon = _("Departments"), _("Department"), _("Administration"), "sitemap"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    list_fields = ["name", "kind", "parent", "head"]
    form_fields = ["name", "kind", "parent", "head"]
    default_sort = "name"
    change, remove = services.save_department, services.close_department

    @staticmethod
    def create(values, *, actor):  # noqa: ANN001, ANN205 - the service's own signature
        department = Department()
        services.save_department(department, values, actor=actor, revision=None)
        return department


def register(appbuilder: AppBuilder) -> None:
    references["employee"], references["department"] = EmployeeNames(), DepartmentNames()
    appbuilder.add_view(DepartmentView, "DepartmentView", label=_("Departments"), category="system")
