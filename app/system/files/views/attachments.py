"""The buttons of files: attach, look, download, rename, remove, restore. Each asks for the record first."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from flask import Response, abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import DomainError, Invalid, NotAllowed
from app.base.fields import is_hidden
from app.base.i18n import _
from app.base.scope import may_write, with_deleted
from app.base.screens.view import DomainView, current_actor
from app.base.web import wants_json
from app.extensions import db
from app.system.files import queries, services
from app.system.files.models import HOLDERS, File
from app.system.files.views import answers
from app.system.files.views.tab import limits, name_of

READ_ONLY = _("You may read this record, but not change it. Ask its owner or a supervisor.")


class AttachmentView(DomainView):
    """What is done with one file of a record."""

    route_base = "/attachments"
    model = File
    title, one, group, icon = _("Files of records"), _("File"), _("Administration"), "paperclip"
    base_permissions = ["can_show", "can_add", "can_edit", "can_delete"]
    form_fields = ["name"]
    change, remove = services.rename, services.remove

    # ── gates ──

    def record(self, pk: str, *, write: bool = False, removed: bool = False) -> File:
        """Return a file whose record is in scope and not deleted: 404 otherwise; 403 if only to be read."""
        with with_deleted() if removed else nullcontext():
            file: File = super().record(pk)
        self.holder(file.kind, file.record_id, write=write)
        return file

    def holder(self, kind: str, key: int, *, write: bool = False) -> Any:
        """Return the record files hang on."""
        record = queries.record_of(kind, key)
        if record is None:
            abort(404)
        if write and not may_write(record, current_actor()):
            raise NotAllowed(READ_ONLY)
        return record

    # ── read ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> AnyResponse:
        """Lead to the record."""
        return redirect(self.after_save(self.record(pk)))

    @expose("/<pk>/content")
    @has_access
    @permission_name("show")
    def content(self, pk: str) -> Response:
        """Send a file as it was uploaded, to be kept, never shown in place."""
        file = self.record(pk)
        return answers.download(file, name_of(file))

    @expose("/<pk>/preview")
    @has_access
    @permission_name("show")
    def preview(self, pk: str) -> Response:
        """Show a picture, made anew by us, or a PDF; other files are not shown."""
        file = self.record(pk)
        if file.family == "pdf":
            return answers.shown_pdf(file, name_of(file))
        return answers.picture(file.preview_sha256) if file.preview_sha256 else abort(404)

    @expose("/<pk>/thumbnail")
    @has_access
    @permission_name("show")
    def thumbnail(self, pk: str) -> Response:
        """Show a picture small."""
        file = self.record(pk)
        return answers.picture(file.thumbnail_sha256) if file.thumbnail_sha256 else abort(404)

    # ── change ──

    @expose("/of/<kind>/<int:record>", methods=["POST"])
    @has_access
    @permission_name("add")
    def attach(self, kind: str, record: int) -> AnyResponse:
        """Take files in and hang them on a record. Each is for itself: one refused file keeps no other out."""
        self.holder(kind, record, write=True)
        given = [one for one in request.files.getlist("file") if one.filename]
        if not given:
            raise Invalid(_("Choose a file first."))
        if wants_json():
            return Response(self._attached(kind, record, given[0]).name, 201, mimetype="text/plain")
        for one in given:
            self._attach_and_tell(kind, record, one)
        return redirect(HOLDERS[kind].page(record))

    def _attach_and_tell(self, kind: str, record: int, given: FileStorage) -> None:
        try:
            file = self._attached(kind, record, given)
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
        else:
            flash(str(_("Saved: %(name)s") % {"name": file.name}), "success")

    def _attached(self, kind: str, record: int, given: FileStorage) -> File:
        db.session.rollback()  # a slow store must not hold up whoever else writes
        allowed = limits()
        content = services.take_in(given.stream, name=given.filename or "", limits=allowed)
        holder = self.holder(kind, record, write=True)
        return services.attach(holder, content, kind=kind, actor=current_actor(), limits=allowed)

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> str | AnyResponse:
        """Call a file otherwise."""
        if is_hidden(self.specs["name"], current_actor(), self.record(pk, write=True)):
            raise NotAllowed(_("You see numbers and addresses in names masked, so you cannot rename this file."))
        answer: str | AnyResponse = super().edit(pk)
        return answer

    @expose("/<pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: str) -> AnyResponse:
        """Take a file off its record."""
        file = self.record(pk, write=True)
        done = _("Removed: %(name)s") % {"name": name_of(file)}
        return self._press(file, services.remove, done)

    @expose("/<pk>/restore", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, pk: str) -> AnyResponse:
        """Bring a removed file back."""
        file = self.record(pk, write=True, removed=True)
        return self._press(file, services.restore, _("Restored: %(name)s") % {"name": name_of(file)})

    def _press(self, file: File, service: Any, done: object) -> AnyResponse:
        back = self.after_save(file)
        self.perform(lambda: service(file, actor=current_actor()), done=done)
        return redirect(back)

    # ── furniture ──

    def after_save(self, saved: File) -> str:
        return HOLDERS[saved.kind].page(saved.record_id)

    def crumbs(self) -> Sequence[Mapping[str, Any]]:
        return [{"label": self.title, "url": None}]
