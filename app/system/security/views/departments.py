"""The tree of departments."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.base.screens.view import DomainView
from app.system.security import queries, services
from app.system.security.models import Department

#: As deep as the indentation goes; deeper ones stand under each other.
DEEPEST = 8


class DepartmentView(DomainView):
    route_base = "/departments"
    model = Department
    title, one, group, icon = _("Departments"), _("Department"), _("Administration"), "sitemap"
    menu_place = 20
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    list_fields = ["name", "kind", "parent", "head"]
    form_fields = ["name", "kind", "parent", "head"]
    default_sort = "name"
    has_segments = has_columns = False  # it is a tree
    change, remove = services.save_department, services.close_department

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Department:
        department = Department()
        services.save_department(department, values, actor=actor, revision=None)
        return department

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str | Response:
        """Show the tree; the rows of a filter, once one is set."""
        if request.args.get("filter") or request.args.get("sort"):
            return super().list()
        return self.render_template("zhike/list.html", page=self._tree())

    def _tree(self) -> dict[str, Any]:
        listing, rows, people = self.listing(filter=""), queries.department_tree(), queries.people_by_department()
        page = listpage.build(self, listing)
        columns = [
            _plain("name", self.one) | {"pin": True},
            _plain("kind", _("Kind")),
            _plain("head", _("Head")),
            _plain("people", _("People"), align="right"),
        ]
        columns.append(_plain("below", _("With all below"), align="right"))
        whole = _summed(rows, people)
        return page | {
            "count_text": listpage.count_text(len(rows)),
            "columns": columns,
            "rows": [self._branch(row, depth, people.get(row.id, 0), whole[row.id]) for row, depth in rows],
            "pager": None,
            "page_sizes": None,
        }

    def _branch(self, row: Department, depth: int, people: int, below: int) -> dict[str, Any]:
        actor, key = self.actor(), row.id
        cells = [markup.draw(self.specs[name], row, actor=actor) for name in ("name", "kind", "head")]
        cells[0] = Markup('<span class="zk-branch" data-depth="{}">{}</span>').format(min(depth, DEEPEST), cells[0])
        url = self.url("show", pk=key) if self.may("show") else None
        shown = [*cells, self._people(key, people), wording.number(below) if below else markup.NOTHING]
        return listpage.row(row.name, shown, self.row_actions(row)) | {"id": key, "url": url}

    def _people(self, key: int, count: int) -> object:
        if not count:
            return markup.NOTHING
        if not self.appbuilder.sm.has_access("can_list", "EmployeeView"):
            return wording.number(count)
        wanted = f'{{"all": [{{"field": "department", "op": "is", "value": "{key}"}}]}}'
        return Markup('<a href="{}">{}</a>').format(url_for("EmployeeView.list", filter=wanted), wording.number(count))


def _plain(name: str, label: object, *, align: str = "left") -> dict[str, Any]:
    return {"name": name, "label": label, "sort_url": None, "sorted": None, "align": align, "pin": False}


def _summed(rows: list[tuple[Department, int]], people: Mapping[int, int]) -> dict[int, int]:
    """Return how many people belong to each department or one below it; ``rows`` have parents before children."""
    whole = {row.id: people.get(row.id, 0) for row, _depth in rows}
    for row, _depth in reversed(rows):
        if row.parent_id in whole:
            whole[row.parent_id] += whole[row.id]
    return whole
