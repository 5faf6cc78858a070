"""From the file to the records: upload, mapping, check, import, result, undo."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from flask import Response, abort, current_app, flash, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import DomainError, Invalid, NotAllowed
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens.outside import not_found
from app.base.screens.view import current_actor
from app.base.tabular.template import write_template
from app.extensions import db
from app.system.imports import rules, services
from app.system.imports.models import ImportRun
from app.system.imports.rules import State
from app.system.imports.services import Target
from app.system.imports.views import outcome, pages
from app.system.jobs import queries as jobs

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_KEY = 9  # digits: more do not fit an INTEGER of PostgreSQL
BEGUN = _("Begun. You may go on working: the result will be here.")
TAKEN_BACK_FROM = rules.LIFECYCLE.steps["undo"].sources


class ImportView(BaseView):
    """The screens of an import; a subclass says of what, and whose permission opens them."""

    kind: ClassVar[str]  # of the target
    title: ClassVar[object]
    back: ClassVar[str]  # endpoint of the list the records appear in
    back_label: ClassVar[object]
    base_permissions = ["can_import"]
    default_view = "start"

    @property
    def target(self) -> Target:
        return services.targets[self.kind]

    def url(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    # ── upload ──

    @expose("/")
    @has_access
    @permission_name("import")
    def start(self) -> str:
        """Offer the templates and the upload, and list what was imported before."""
        return self.render_template("zhike/imports/start.html", page=pages.start(self))

    @expose("/template/<template>.xlsx")
    @has_access
    @permission_name("import")
    def template(self, template: str) -> Response:
        """Send the workbook to begin with."""
        if template not in self.target.templates:
            abort(404)
        stream = io.BytesIO()
        name = str(self.target.templates[template])
        write_template(stream, self.target.fields(template), name=name)
        stream.seek(0)
        return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")

    @expose("/upload", methods=["POST"])
    @has_access
    @permission_name("import")
    def upload(self) -> tuple[str, int] | AnyResponse:
        """Take a file in."""
        given, template = request.files.get("file"), request.form.get("template", "")
        try:
            if given is None or not given.filename:
                raise Invalid(_("Choose a file first."))
            if template not in self.target.templates:
                raise Invalid(_("Choose what the file holds."))
            services.sweep()
            with tempfile.NamedTemporaryFile(prefix="upload-") as kept:
                given.save(kept)
                kept.flush()
                run = self._taken_in(Path(kept.name), given.filename, template)
        except DomainError as refusal:
            db.session.rollback()
            page = pages.start(self, problem=refusal, template=template)
            return self.render_template("zhike/imports/start.html", page=page), 422
        return redirect(self.url("show", pk=run.id))

    def _taken_in(self, path: Path, file_name: str, template: str) -> ImportRun:
        return services.upload(path, file_name=file_name, kind=self.kind, template=template, actor=current_actor())

    # ── one run ──

    def run(self, pk: str, *, write: bool = False) -> ImportRun:
        """Return a run in scope, else 404; to be changed only by whoever uploaded it, else 403."""
        if not (pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_KEY):
            abort(404)
        found = db.session.scalar(select(ImportRun).where(ImportRun.id == int(pk), ImportRun.kind == self.kind))
        if found is None:
            not_found(ImportRun, int(pk))
        if write and not may_write(found, current_actor()):
            raise NotAllowed(_("Only the person who uploaded this file may go on with it."))
        return found

    @expose("/<pk>")
    @has_access
    @permission_name("import")
    def show(self, pk: str) -> str | AnyResponse:
        """Show a run at the step it has reached; ``step=mapping`` goes back to the columns."""
        run = self.run(pk)
        if jobs.goes_on(run.job_id):
            return self.render_template("zhike/imports/working.html", page=outcome.working(self, run))
        if run.state == State.CHECKED and request.args.get("step") != "mapping":
            return self.render_template("zhike/imports/check.html", page=pages.check(self, run, request.args))
        if run.state in (State.UPLOADED, State.CHECKED):
            return self.render_template("zhike/imports/mapping.html", page=pages.mapping(self, run))
        return self.render_template("zhike/imports/result.html", page=outcome.result(self, run))

    @expose("/<pk>/check", methods=["POST"])
    @has_access
    @permission_name("import")
    def check(self, pk: str) -> tuple[str, int] | AnyResponse:
        """Check every row with the mapping that was chosen."""
        run = self.run(pk, write=True)
        wanted = [request.form.get(f"field-{place}") or None for place in range(len(run.columns))]
        try:
            self._check(run, wanted)
        except DomainError as refusal:
            db.session.rollback()
            page = pages.mapping(self, self.run(pk), problem=refusal, wanted=wanted)
            return self.render_template("zhike/imports/mapping.html", page=page), 422
        return redirect(self.url("show", pk=pk))

    @staticmethod
    def _check(run: ImportRun, wanted: list[str | None]) -> None:
        if is_long(run):
            services.in_background(run, services.CHECK, actor=current_actor(), mapping=wanted)
        else:
            services.check(run, wanted, actor=current_actor())

    @expose("/<pk>/choices", methods=["POST"])
    @has_access
    @permission_name("import")
    def choose(self, pk: str) -> AnyResponse:
        """Keep what is wanted of duplicates and new words."""
        run = self.run(pk, write=True)
        self._perform(lambda: self._choose(run), done=_("Your choices are kept."))
        return redirect(self.url("show", pk=pk, **pages.place(request.args)))

    def _choose(self, run: ImportRun) -> None:
        given, proposals = request.form, run.proposals
        kinds = {reason: given[f"choice-{reason}"] for reason in rules.OFFERED if f"choice-{reason}" in given}
        rows = {int(name[4:]): value for name, value in given.items() if name.startswith("row-") and name[4:].isdigit()}
        ticked = [int(place) for place in given.getlist("word") if place.isdigit()]
        words = [
            (proposals[place]["dictionary"], proposals[place]["word"]) for place in ticked if place < len(proposals)
        ]
        services.choose(run, defaults=kinds, rows=rows, words=words, actor=current_actor())

    @expose("/<pk>/import", methods=["POST"])
    @has_access
    @permission_name("import")
    def bring_in(self, pk: str) -> AnyResponse:
        """Keep the choices of the page and import the rows."""
        run = self.run(pk, write=True)
        self._perform(lambda: self._bring_in(run), done=BEGUN if is_long(run) else _("The file was imported."))
        return redirect(self.url("show", pk=pk))

    def _bring_in(self, run: ImportRun) -> None:
        if run.state == State.CHECKED:
            self._choose(run)
        if is_long(run):
            services.in_background(run, services.IMPORT, actor=current_actor())
        else:
            services.import_run(run, actor=current_actor())

    @expose("/<pk>/discard", methods=["POST"])
    @has_access
    @permission_name("import")
    def discard(self, pk: str) -> AnyResponse:
        """Give an import up."""
        run = self.run(pk, write=True)
        service = services.discard
        self._perform(lambda: service(run, actor=current_actor()), done=_("The import was given up."))
        return redirect(self.url("start"))

    @expose("/<pk>/result.xlsx")
    @has_access
    @permission_name("import")
    def result(self, pk: str) -> Response:
        """Send the rows that were not, or would not be, imported, each with its reason."""
        run, stream = self.run(pk), io.BytesIO()
        services.write_result(run, stream)
        stream.seek(0)
        name = _("%(file)s – not imported.xlsx") % {"file": Path(run.file_name).stem}
        return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=str(name))

    @expose("/<pk>/undo", methods=["GET", "POST"])
    @has_access
    @permission_name("import")
    def undo(self, pk: str) -> str | AnyResponse:
        """Show what taking an import back would do; do it on POST."""
        run = self.run(pk, write=True)
        if request.method == "GET":
            if run.state not in TAKEN_BACK_FROM:
                return redirect(self.url("show", pk=pk))
            return self.render_template("zhike/confirm.html", page=outcome.undo(self, run))
        self._perform(lambda: self._undo(run), done=BEGUN if is_long(run) else _("The import was taken back."))
        return redirect(self.url("show", pk=pk))

    @staticmethod
    def _undo(run: ImportRun) -> None:
        if is_long(run):
            services.in_background(run, services.UNDO, actor=current_actor())
        else:
            services.undo(run, actor=current_actor())

    @staticmethod
    def _perform(service: Callable[[], Any], *, done: object) -> None:
        try:
            service()
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
        else:
            flash(str(done), "success")


def is_long(run: ImportRun) -> bool:
    """Tell whether a file is worked on in the background."""
    return run.row_count > current_app.config["ZHIKE"].background_from_rows
