"""Statements: the list, taking a file in, looking what it would bring, and what became of it."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from flask import current_app, flash, request, send_file, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import storage
from app.base.errors import DomainError, Invalid, WrongState
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.reconciliation import services
from app.crm.reconciliation.models import Statement
from app.crm.reconciliation.rules import Upload, banks
from app.crm.reconciliation.views import statementpage as pages
from app.extensions import db

LONGEST_ACCOUNT = 60


class BankStatementView(DomainView):
    route_base = "/bank-statements"
    model = Statement
    title, one, group, icon = _("Bank statements"), _("Bank statement"), _("Service fees"), "file-invoice"
    menu_place = 45
    when_empty = _("No statement yet: import the file that your online bank gives you.")
    base_permissions = ["can_list", "can_show", "can_import", "can_export"]
    list_fields: ClassVar[Sequence[str]] = [
        "file_name",
        "bank",
        "account",
        "first_on",
        "last_on",
        "line_count",
        "known_count",
        "problem_count",
        "sum_in",
        "uploaded_by",
        "imported_at",
    ]
    row_needs = ["state"]
    default_sort = "-uploaded_at"
    has_segments = False

    def import_url(self) -> str | None:
        return self.url("start") if self.may("import") else None

    def row_chips(self, record: Statement) -> Sequence[tuple[str, str]]:
        return [(str(_("Not imported yet")), "amber")] if record.state == Upload.UPLOADED else []

    # ── taking a file in ──

    @expose("/import")
    @has_access
    @permission_name("import")
    def start(self) -> str:
        """Ask for a file."""
        drawn: str = self.render_template("zhike/reconciliation/upload.html", page=pages.start(self))
        return drawn

    @expose("/upload", methods=["POST"])
    @has_access
    @permission_name("import")
    def upload(self) -> Any:
        """Take a file in, and show what it would bring."""
        given = request.files.get("file")
        try:
            if given is None or not given.filename:
                raise Invalid(_("Choose a file first."))
            with tempfile.NamedTemporaryFile(prefix="upload-") as kept:
                given.save(kept)
                kept.flush()
                saved = services.upload(Path(kept.name), file_name=given.filename, actor=self.actor())
        except DomainError as refusal:
            db.session.rollback()
            page = pages.start(self, problem=refusal)
            return self.render_template("zhike/reconciliation/upload.html", page=page), 422
        return redirect(self.url("show", pk=saved.id))

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> Any:
        """Show what importing a file would bring; of one that was imported, what became of it."""
        statement = self.record(pk)
        if statement.state == Upload.IMPORTED:
            return self.render_template("zhike/reconciliation/statement.html", page=pages.result(self, statement))
        return self._preview(statement, services.columns_of(statement))

    def _preview(
        self, statement: Statement, mapping: Sequence[str | None], *, problem: object = None, **typed: str
    ) -> Any:
        found = services.preview(statement, mapping)
        page = pages.preview(self, statement, found, mapping, problem=problem or found.problem, **typed)
        drawn = self.render_template("zhike/reconciliation/preview.html", page=page)
        return (drawn, 422) if problem else drawn

    @expose("/<pk>/preview", methods=["POST"])
    @has_access
    @permission_name("import")
    def preview(self, pk: str) -> Any:
        """Show what the file would bring with the columns that were chosen. Nothing is written."""
        statement = self.record(pk, write=True)
        if statement.state != Upload.UPLOADED:
            return redirect(self.url("show", pk=pk))
        return self._preview(statement, _mapping(statement), **_typed())

    @expose("/<pk>/bring-in", methods=["POST"])
    @has_access
    @permission_name("import")
    def bring_in(self, pk: str) -> Any:
        """Make bank lines of the file."""
        statement = self.record(pk, write=True)
        mapping, typed = _mapping(statement), _typed()
        try:
            services.bring_in(statement, mapping=mapping, **typed, actor=self.actor())
        except WrongState as refusal:
            flash(str(refusal), "danger")
        except DomainError as refusal:
            db.session.rollback()
            return self._preview(self.record(pk), mapping, problem=refusal, **typed)
        else:
            flash(str(_("The statement was imported.")), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/discard", methods=["POST"])
    @has_access
    @permission_name("import")
    def discard(self, pk: str) -> Response:
        """Give a file up that was not imported."""
        statement, service = self.record(pk, write=True), services.discard
        if self.perform(lambda: service(statement, actor=self.actor()), done=_("The file was given up.")):
            return redirect(self.url("list"))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/look-again", methods=["POST"])
    @has_access
    @permission_name("import")
    def look_again(self, pk: str) -> Response:
        """Look once more for fees of the lines that wait."""
        statement = self.record(pk, write=True)
        service, ids = services.look_again, services.waiting(statement)
        self.perform(lambda: service(ids, actor=self.actor()), done=_("Looked again."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/file")
    @has_access
    @permission_name("export")
    def file(self, pk: str) -> Response:
        """Send the file as the bank gave it."""
        statement = self.record(pk)
        with storage.opened(statement.sha256 or "") as stream:
            content = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - the answer closes it
            content.write(stream.read())
            content.seek(0)
        sent: Response = send_file(
            content, mimetype="application/octet-stream", as_attachment=True, download_name=statement.file_name
        )
        return sent

    def lines_url(self, statement: Statement, state: str = "") -> str:
        """Return the list of the lines of a statement."""
        return pages.lines_url(statement.id, state)

    def list_url(self) -> str:
        return url_for("BankLineView.list")

    def limit_mb(self) -> int:
        """Return how large an upload may be."""
        megabytes: int = current_app.config["ZHIKE"].upload_max_mb
        return megabytes


def _mapping(statement: Statement) -> list[str | None]:
    """Return the field of each column as the form says."""
    given = [request.form.get(f"field-{place}") or None for place in range(len(statement.columns))]
    return [name if name in banks.NAMES else None for name in given]


def _typed() -> dict[str, str]:
    bank = request.form.get("bank", "")
    known = {*[layout.bank for layout in banks.LAYOUTS], banks.OTHER}
    return {
        "account": request.form.get("account", "")[:LONGEST_ACCOUNT],
        "bank": bank if bank in known else banks.OTHER,
    }
