"""The import of an existing ledger: the screens are those of every import."""

from app.base.i18n import _
from app.system.imports.views import ImportView


class FeeImportView(ImportView):
    route_base = "/imports/fees"
    class_permission_name = "FeeView"
    kind, title, back = "fees", _("Import ledger"), "FeeView.list"
    back_label = _("Ledger")
    group = _("Service fees")
