"""Assignment by a file: the screens are those of every import."""

from app.base.i18n import _
from app.system.imports.views import ImportView


class AssignmentImportView(ImportView):
    route_base = "/imports/assignments"
    kind, title, back = "assignments", _("Assign by file"), "CustomerView.list"
    back_label = _("Customer records")
    group = _("Customers")
