"""The recycle bin: what was deleted, to be looked at, restored, or deleted for good."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from functools import cached_property
from typing import Any

from flask import flash, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, and_
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import recycle
from app.base.actor import Actor
from app.base.bulk import Action
from app.base.errors import DomainError, InvalidFields, NotAllowed
from app.base.fields import Field, Text
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import forms
from app.base.screens.listing import Listing
from app.base.screens.outside import not_found
from app.base.screens.view import DomainView
from app.extensions import db
from app.system.recycle import queries, services
from app.system.recycle.models import BinEntry
from app.system.recycle.views import pages
from app.system.runs.services import Subject
from app.system.runs.views import BulkActions

RESTORE = Action(
    "restore",
    _("Restore"),
    services.restore_many,
    lambda _given: ["deleted_at"],
    icon="arrow-back-up",
    after=services.remove_again,
    hinder=services.keep_edited,
    finds_deleted=True,
)
PURGE = Action(
    "purge",
    _("Delete permanently"),
    services.purge_many,
    lambda _given: [],
    icon="trash-x",
    danger=True,
    is_final=True,
    asks=_("To be sure"),
)
TYPED = Text(_("Type its name"), name="typed", column="typed", required=True)


class BinSubject(Subject):
    """The entries of those kinds alone whose lists a person may open."""

    def meant(self, *, filter_text: str | None, ticked: Sequence[int] | None, actor: Actor) -> ColumnElement[bool]:
        asked = super().meant(filter_text=filter_text, ticked=ticked, actor=actor)
        return and_(asked, BinEntry.kind.in_(queries.readable(actor)))


class RecycleView(BulkActions, DomainView):
    route_base = "/recycle"
    model = BinEntry
    title, one, group, icon = _("Recycle bin"), _("Record in the recycle bin"), _("Customers"), "trash"
    when_empty = _("What is deleted waits here and can be restored.")
    base_permissions = ["can_list", "can_show", "can_restore", "can_purge", "can_export"]
    list_fields = ["name", "kind", "reason", "words", "binned_by", "binned_at"]
    form_fields = ["kind", "binned_by", "binned_at", "reason", "words"]
    menu_place = 1100  # the last of its group
    default_sort = "-binned_at"
    row_needs = ["record_id"]
    bulk_actions = (RESTORE, PURGE)
    subject_kind = BinSubject

    def complete(self) -> None:
        super().complete()
        type(self).quick_segments = [
            (kind.code, kind.label, {"all": [{"field": "kind", "op": "is", "value": kind.code}]})
            for kind in recycle.kinds.values()
        ]

    # ── what may be seen ──

    def listing(self, **changes: str) -> Listing:
        return _narrowed(super().listing(**changes))

    @classmethod
    def exported(cls, asked: Mapping[str, str], *, actor: Actor) -> tuple[Listing, Sequence[Field]]:
        listing, specs = super().exported(asked, actor=actor)
        return _narrowed(listing), specs

    def record(self, pk: str, *, write: bool = False) -> BinEntry:
        entry: BinEntry = super().record(pk)
        if entry.kind not in queries.readable(self.actor()):
            not_found(BinEntry, entry.id)
        if write and not may_write(entry, self.actor()):
            raise NotAllowed(_("You may read this record, but not change it. Ask its owner or a supervisor."))
        return entry

    def may_restore(self, entry: BinEntry) -> bool:
        """Tell whether this person brings records of this kind back."""
        return self.may("restore") and queries.may_restore(recycle.kinds[entry.kind], self.actor())

    def row_actions(self, record: BinEntry) -> Sequence[Mapping[str, Any]]:
        return pages.actions(self, record, is_mine=record.is_mine)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a deleted record as it was, who deleted it and why, and what hinders its return."""
        entry = self.record(pk)
        page = pages.build(self, entry, is_mine=may_write(entry, self.actor()))
        return self.render_template("zhike/binned.html", page=page)

    # ── restore ──

    @expose("/<pk>/restore", methods=["POST"])
    @has_access
    @permission_name("restore")
    def restore(self, pk: str) -> Response:
        """Bring a record back. ``way``: round what hinders it, such as without its credit code."""
        entry = self.record(pk, write=True)
        if not self.may_restore(entry):
            raise NotAllowed(_("You may not delete such records, nor restore them."))
        kind, key, name = recycle.kinds[entry.kind], entry.record_id, entry.name
        ways = [way for way in request.form.getlist("way") if way in kind.ways]
        done = _("Restored: %(name)s") % {"name": name}
        if self.perform(lambda: services.restore(entry, actor=self.actor(), ways=ways), done=done):
            return redirect(url_for(f"{kind.screen}.show", pk=key))
        db.session.rollback()
        return redirect(self.url("show", pk=pk) if queries.entry_of(kind.code, key) else self.url("list"))

    # ── delete for good ──

    @expose("/<pk>/purge", methods=["GET", "POST"])
    @has_access
    @permission_name("purge")
    def purge(self, pk: str) -> Any:
        """Ask for the record's name, and delete it for good."""
        entry = self.record(pk, write=True)
        form, name = forms.form_class([TYPED], choices_url="")(), entry.name
        if not form.is_submitted() or not form.validate():
            return self._ask(entry, form)
        try:
            services.purge(entry, typed=forms.values(form)["typed"], actor=self.actor())
        except InvalidFields as refusal:
            form.typed.errors = [str(refusal)]
            return self._ask(self.record(pk, write=True), form)
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
            return redirect(self.url("list"))
        flash(str(_("Permanently deleted: %(name)s") % {"name": name}), "success")
        return redirect(self.url("list"))

    def _ask(self, entry: BinEntry, form: Any) -> Any:
        page = pages.purge_page(self, entry)
        asked = None if page["problem"] else forms.fill(form, None)
        return self.render_template("zhike/confirm.html", page=page, form=asked), 422 if form.errors else 200


class Owned(Listing):
    """Entries of the kinds a person may open, which know whether they are theirs: one question for all of a page."""

    @cached_property
    def rows(self) -> list[Any]:
        found = super().rows
        mine = queries.writable([entry.id for entry in found], self.actor)
        for entry in found:
            entry.is_mine = entry.id in mine
        return found


def _narrowed(listing: Listing) -> Listing:
    given = {one.name: getattr(listing, one.name) for one in dataclass_fields(listing)}
    return Owned(**{**given, "searched": BinEntry.kind.in_(queries.readable(listing.actor))})
