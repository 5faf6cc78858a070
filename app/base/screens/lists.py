"""The list of a screen, its filter, its exports: the half of a DomainView that is about many rows."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from flask import Response, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as AnyResponse

from app.base import filters, kept_filters, preferences, segments
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import Field
from app.base.i18n import _
from app.base.screens import columns, exports, filterbar, listpage, longexports, prints
from app.base.screens.listing import Listing, filterable


def current_actor() -> Actor:
    """Return who is signed in. Screens call this; services never do."""
    actor: Actor = g.actor
    return actor


class Lists:
    """What a DomainView shows of many rows. ``self`` is the view."""

    list_template: ClassVar[str] = "zhike/list.html"
    has_columns: ClassVar[bool] = True  # people choose which columns they see
    column_choices: ClassVar[Sequence[str]] = ()  # empty: every field that is loaded with the rows
    rows_as: ClassVar[type[Listing]] = Listing
    quick_segments: ClassVar[Sequence[tuple[str, object, Mapping[str, Any]]]] = ()

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self: Any) -> str | AnyResponse:
        """Show one page of the rows in scope that match the filter."""
        listing, problem = self.understood()
        return self.render_template(self.list_template, page=listpage.build(self, listing, problem=problem))

    def understood(self: Any) -> tuple[Listing, Invalid | None]:
        """Return the rows asked for, and why the filter cannot be meant if it cannot.

        In place of a filter typed wrongly all rows are shown; in place of a segment to be mended, none.
        """
        listing = self.listing()
        try:
            _checked = listing.filter
        except Invalid as refusal:
            if listing.applied is None:
                return self.listing(filter="", kept=""), refusal
            listing.show_nothing()
            return listing, refusal
        return listing, None

    def listing(self: Any, **changes: str) -> Listing:
        """Return the rows that the address asks for. ``changes`` overrides single parameters."""
        asked = {name: value for name, value in request.values.items() if name != "csrf_token"} | changes
        reader = self.reader(current_actor())
        return self.rows_as(
            self.model,
            self.filterable(),
            [self.specs[name] for name in columns.shown(self)],
            asked,
            reader,
            within=self.within(),
            default_sort=self.default_sort,
            also=self.row_needs,
            subject=self.segments_of(),
            usual_size=preferences.get(current_actor(), "page_size"),
        )

    # ── whose rows, and what may be asked of them ──

    @classmethod
    def reader(cls, actor: Actor) -> Actor:
        """Return as whom the rows of this screen are read: the actor, unless the screen opens more to them."""
        return actor

    @classmethod
    def within(cls) -> Sequence[ColumnElement[bool]]:
        """Return what every row of this screen meets; nothing where all rows in scope are its own."""
        return ()

    @classmethod
    def filterable(cls: Any) -> Mapping[str, Field]:
        """Return everything this list can be filtered by, as it is masked for whoever acts."""
        return filterable(cls.model)

    @classmethod
    def segments_of(cls: Any) -> str:
        """Return the name under which segments of this list are kept; empty where it can have none."""
        return cls.__name__ if cls.has_segments and "can_list" in cls.base_permissions else ""

    def complete(self: Any) -> None:
        """Say, once all screens are known, that this list can have segments."""
        if name := self.segments_of():
            segments.subjects[name] = segments.Subject(name, self.title, self.model, filterable(self.model))

    @expose("/count")
    @has_access
    @permission_name("list")
    def count(self: Any) -> Response:
        """Answer how many rows a filter finds, counted up to the limit: while it is being built."""
        try:
            return jsonify({"text": listpage.count_text(self.listing().count)})
        except Invalid as refusal:
            return jsonify({"text": str(refusal)})

    @expose("/filter-fields")
    @has_access
    @permission_name("list")
    def filter_fields(self: Any) -> Response:
        """Answer what the list can be filtered by: the condition builder asks when it is opened."""
        return jsonify(filterbar.fields(self))

    @expose("/filter", methods=["POST"])
    @has_access
    @permission_name("list")
    def keep_filter(self: Any) -> AnyResponse:
        """Keep a filter that is too long for an address, and show the list it narrows."""
        text = request.form.get("filter", "")
        filters.parse(text, self.filterable())
        kept = {name: value for name, value in request.args.items() if name not in ("filter", "kept", "page", "after")}
        return redirect(self.url("list", **kept, kept=kept_filters.keep(text)))

    @expose("/export")
    @has_access
    @permission_name("export")
    def export(self: Any) -> Response:
        """Send every row that the list's filter shows as a file. ``format``: xlsx, csv or pdf; ``columns``: names."""
        if request.args.get("format") == "pdf":
            return prints.send_list(self, self.listing())
        file_format = "csv" if request.args.get("format") == "csv" else "xlsx"
        listing, specs = self.exported(dict(request.args.items()), actor=current_actor())
        rows, asked = exports.Rows(listing, specs), {**listing.asked, "format": file_format}
        what, name = self.endpoint, self.title
        return exports.send(exports.columns_of(specs), rows, name=name, what=what, asked=asked, file_format=file_format)

    @expose("/export", methods=["POST"])
    @has_access
    @permission_name("export")
    def export_long(self: Any) -> AnyResponse:
        """Let a job write the file of a long list. ``format``: xlsx or csv."""
        file_format = "csv" if request.args.get("format") == "csv" else "xlsx"
        given = {name: value for name, value in request.args.items() if name != "csrf_token"}
        job_id = longexports.begin(self, given, file_format=file_format)
        flash(str(_("Begun. You may go on working: the file will be here.")), "info")
        return redirect(url_for("JobView.show", pk=job_id))

    @classmethod
    def exported(
        cls: Any, asked: Mapping[str, str], *, actor: Actor, is_frozen: bool = False
    ) -> tuple[Listing, Sequence[Field]]:
        """Return the rows and the fields of an export. Raises Invalid for a filter that cannot be meant.

        ``is_frozen``: what is asked was checked before, and has not been in anybody's hands since.
        """
        known = cls.specs_of()
        specs = columns.asked(cls, asked.get("columns", ""))
        specs = specs or [known[name] for name in cls.export_fields or cls.list_fields]
        more: dict[str, Any] = {"default_sort": cls.default_sort, "subject": cls.segments_of(), "is_frozen": is_frozen}
        more["within"] = cls.within()
        listing = Listing(cls.model, cls.filterable(), specs, asked, cls.reader(actor), **more)
        _checked = listing.filter
        return listing, specs

    def import_url(self: Any) -> str | None:
        """Return the address of the import into this list, if there is one that this person may use."""
        return None

    def row_level(self, _record: Any) -> Mapping[str, str] | None:
        """Return the small letter before a row's name, if the domain has one."""
        return None

    def row_key(self, _record: Any) -> Hashable:
        """Return what the drawing of a row follows from besides its columns, ``row_needs`` and ``row_stamps``."""
        return ()

    def fixed_tabs(self) -> Sequence[tuple[str, object, Mapping[str, Any]]]:
        """Return the house's filters, which stand as tabs above the list: (name, words, filter)."""
        return self.quick_segments

    def row_chips(self, _record: Any) -> Sequence[tuple[str, str]]:
        """Return what stands behind a row's name: (words, colour)."""
        return ()

    def row_more(self, _record: Any) -> Mapping[str, Any]:
        """Return what else the table is told of a row: ``overdue`` marks it."""
        return {}

    def bulk_offered(self: Any) -> Sequence[Mapping[str, Any]]:
        """Return the buttons of the bar over selected rows, as far as this person may press them."""
        return []

    def bulk_url(self: Any) -> str | None:
        """Return where that bar's form is sent."""
        return None
