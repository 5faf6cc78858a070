"""The menu of a list's exports: which files there are, of which columns, and which cannot be had now."""

from typing import TYPE_CHECKING, Any

from flask import current_app

from app.base.i18n import _
from app.base.screens import columns, prints
from app.base.screens.listing import Listing

if TYPE_CHECKING:
    from app.base.screens.view import DomainView

SHEETS = {"xlsx": _("Excel (xlsx)"), "csv": _("Text (csv)")}
SHOWN = {"xlsx": _("Excel (xlsx), columns as shown"), "csv": _("Text (csv), columns as shown")}
EXPORT_ICONS = {"file-spreadsheet", "file-type-pdf", "columns-3"}  # for the sprite


def build(view: "DomainView", listing: Listing) -> list[dict[str, Any]]:
    """Return the entries of the menu.

    A sheet has the columns the screen names for exports; where somebody has chosen columns of their own, also just
    those. A PDF always has the columns that are shown.
    """
    found = [_sheet(view, listing, label, format=code) for code, label in SHEETS.items()]
    if list(columns.shown(view)) != list(view.list_fields):
        names = ",".join(spec.name for spec in listing.columns if columns.is_written(spec))
        found += [
            _sheet(view, listing, label, format=code, columns=names) | {"icon": "columns-3"}
            for code, label in SHOWN.items()
        ]
    pdf = {"label": _("PDF"), "icon": "file-type-pdf", "url": _url(view, listing, format="pdf"), "method": "GET"}
    return [*found, pdf | {"disabled": prints.why_not(listing)}]  # a PDF is never long


def _sheet(view: "DomainView", listing: Listing, label: object, **asked: str) -> dict[str, Any]:
    method = "POST" if listing.count > current_app.config["ZHIKE"].export_at_once_rows else "GET"
    return {"label": label, "icon": "file-spreadsheet", "url": _url(view, listing, **asked), "method": method}


def _url(view: "DomainView", listing: Listing, **asked: str) -> str:
    return view.url("export") + listing.url(page_size=None, **asked)
