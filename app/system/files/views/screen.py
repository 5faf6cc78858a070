"""All files, for the administrator: what there is, where it hangs, who brought it, how much room it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import wording
from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.listing import Listing, filterable
from app.base.screens.view import DomainView
from app.system.files import queries
from app.system.files.models import HOLDERS, File
from app.system.files.views.tab import view as attachments


class Named(Listing):
    """Files that know what their records are called: one question for all of a kind."""

    @cached_property
    def rows(self) -> list[Any]:
        found = super().rows
        names = queries.holder_names(found)
        for file in found:
            file.holder = names.get((file.kind, file.record_id), "")
        return found


class FileView(DomainView):
    """Every file of every record in scope."""

    route_base = "/files"
    model = File
    title, one, group, icon = _("Files"), _("File"), _("Administration"), "files"
    when_empty = _("Files are added at a record, under its tab “Files”. All you may see are listed here.")
    base_permissions = ["can_list"]
    list_fields = ["name", "holder", "family", "size_bytes", "uploaded_by", "uploaded_at"]
    column_choices = list_fields
    row_needs = ["kind", "record_id", "family"]
    default_sort = "-uploaded_at"
    rows_as = Named
    quick_segments = [
        (family, label, {"all": [{"field": "family", "op": "is", "value": family}]})
        for family, label in (("picture", _("Pictures")), ("pdf", _("PDF")), ("office", _("Office documents")))
    ]

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str | Response:
        """Show one page of all files, with the room they take."""
        listing, problem = self.understood()
        page = listpage.build(self, listing, problem=problem)
        page["count_text"] = f"{page['count_text']} · {wording.size(queries.total_bytes(listing.where))}"
        return self.render_template("zhike/list.html", page=page)

    def listing(self, **changes: str) -> Listing:
        plain = super().listing(**changes)
        fields = {name: spec for name, spec in filterable(File).items() if name not in ("holder", "deleted_at")}
        return replace(plain, fields=fields)

    def row_actions(self, record: File) -> Sequence[Mapping[str, Any]]:
        if not record.holder or not attachments().may("show"):
            return []
        return [
            {"label": _("Open the record"), "icon": "link", "url": HOLDERS[record.kind].page(record.record_id)},
            {"label": _("Download"), "icon": "download", "url": url_for("AttachmentView.content", pk=record.id)},
        ]
