"""What a list shows, as a PDF: the columns of the list, the filter in words, masked and logged like any export."""

import io
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, send_file

from app.base import clock, wording
from app.base.errors import Invalid
from app.base.fields import Field
from app.base.i18n import _, ngettext
from app.base.paper import engine
from app.base.paper.tables import table
from app.base.screens import exports, filterbar
from app.base.screens.columns import is_written
from app.base.screens.listing import Listing
from app.extensions import db

if TYPE_CHECKING:
    from app.base.screens.view import DomainView

MIME = "application/pdf"


def most_rows() -> int:
    """Return how many rows a PDF holds at most in this installation."""
    most: int = current_app.config["ZHIKE"].pdf_max_rows
    return most


def why_not(listing: Listing) -> object | None:
    """Return the sentence that says why this list cannot be had as PDF; None if it can."""
    return engine.missing() or (too_many() if listing.count > most_rows() else None)


def too_many() -> object:
    most = wording.number(most_rows())
    return _("A PDF holds at most %(most)s rows. Export the list as Excel (xlsx), or narrow the filter.") % {
        "most": most
    }


def send_list(view: "DomainView", listing: Listing) -> Response:
    """Return the rows of a list as a PDF to be kept. Raises Invalid above the limit of rows, NoPaper."""
    specs = [spec for spec in listing.columns if is_written(spec)]
    pdf, rows, count = list_pdf(listing, specs, title=str(view.title))
    return send(pdf, name=view.title, what=view.endpoint, about={**rows.about, **rows.told}, row_count=count)


def list_pdf(listing: Listing, specs: Sequence[Field], *, title: str) -> tuple[bytes, exports.Rows, int]:
    """Return the rows of a listing as PDF, what was read, and how many they are. Raises Invalid, NoPaper."""
    words = filterbar.in_words(listing.filter, filterbar.reader_of(listing))
    read = exports.Rows(listing, specs)
    rows = list(islice(read, most_rows() + 1))
    if len(rows) > most_rows():
        raise Invalid(too_many())
    columns = exports.columns_of(specs)
    db.session.rollback()  # the read transaction is over: drawing takes its time
    notes = [str(_("Filter: %(words)s") % {"words": words})] if words else []
    notes.append(str(ngettext("%(n)s row", "%(n)s rows", len(rows), n=wording.number(len(rows)))))
    return table(columns, rows, title=title, notes=notes, actor=listing.actor), read, len(rows)


def send(pdf: bytes, *, name: object, what: str, about: Mapping[str, Any], row_count: int) -> Response:
    """Keep the log of a document, and return it to be kept. ``about``: what the log says of its records."""
    exports.leave_in_log(name, {"list": what, "format": "pdf", "rows": row_count}, about)
    file_name = f"{name} {wording.stamp(clock.now())}.pdf"
    return send_file(io.BytesIO(pdf), mimetype=MIME, as_attachment=True, download_name=file_name)
