"""The view every domain's screens extend: Flask-AppBuilder's ModelView, drawn and guarded by the house.

A subclass names its model, its columns and one service per button. What upstream does otherwise and this does
not: rows outside the scope reach no form, action or choice; nothing changes on GET; a refused form leaves nothing
in the session; active filters belong to the request; relation fields load no table.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import Response, abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.base import choices, masked_filters
from app.base.actor import Actor, acting
from app.base.errors import Conflict, DomainError, Invalid, InvalidFields, NotAllowed
from app.base.fields import Choice, Field, Link, Reckoned, Related, fields_of, is_hidden, value_of
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import conflicts, filterbar, forms, listpage, markup
from app.base.screens.lists import Lists, current_actor
from app.base.screens.outside import not_found
from app.base.sealed import Unreadable
from app.extensions import db

MOST_CHOICES = 20
NO_KEY = "row-key"  # stands for the key where the address of a row is built
LONGEST_KEY = 9  # digits: more do not fit an INTEGER of PostgreSQL


class DomainView(Lists, ModelView):
    """A list-and-form screen whose buttons obey scope and permission and call one service each."""

    # ── what a subclass says ──
    model: ClassVar[type[Any]]
    list_fields: ClassVar[Sequence[str]] = ()
    form_fields: ClassVar[Sequence[str]] = ()
    form_template: ClassVar[str] = "zhike/form.html"
    form_sections: ClassVar[Sequence[tuple[str, object, Sequence[str]]]] = ()
    title: ClassVar[object] = ""
    one: ClassVar[object] = ""  # one such record, for "New …"
    group: ClassVar[object] = ""
    icon: ClassVar[str] = "list"
    when_empty: ClassVar[object] = ""  # where the rows come from: said while there are none
    default_sort: ClassVar[str] = "-id"
    row_needs: ClassVar[Sequence[str]] = ()  # columns that rows need besides list_fields, for row_level and row_actions
    row_stamps: ClassVar[Sequence[str]] = ()  # of what else, kept under a stamp, the drawing of a row asks
    keeps_rows: ClassVar[bool] = False  # a row follows from its columns, row_needs and the reader's rights alone
    has_segments: ClassVar[bool] = True  # people may keep filters of this list under a name
    export_fields: ClassVar[Sequence[str]] = ()  # empty: those of the list
    create: ClassVar[Callable[..., Any] | None] = None  # service(values, *, actor) -> record
    change: ClassVar[Callable[..., Any] | None] = None  # service(record, values, *, actor, revision)
    remove: ClassVar[Callable[..., Any] | None] = None  # service(record, *, actor)

    has_history: ClassVar[bool] = False  # system.audit's mixin sets it
    asks_why: ClassVar[bool] = False  # before deleting: system.recycle's mixin sets it

    # ── what upstream would else generate from the model ──
    exclude_route_methods = {"download", "action", "action_post"}
    search_columns: ClassVar[list[str]] = []
    search_form = add_form = edit_form = FlaskForm
    page_size = 25

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "model" in vars(cls):
            cls.datamodel = SQLAInterface(cls.model)
            key = cls.model.__mapper__.primary_key[0].key
            cls.list_columns = cls.show_columns = cls.add_columns = cls.edit_columns = [key]
            cls.list_title = cls.show_title = cls.add_title = cls.edit_title = cls.title

    @property
    def specs(self) -> Mapping[str, Field]:
        return fields_of(self.model)

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        """Return the fields of the screen's model, where no screen is at hand."""
        return fields_of(cls.model)

    # ── one record ──

    def record(self, pk: str, *, write: bool = False, rows: Any = None) -> Any:
        """Return the record (of ``rows``, if given) if it is in scope, else 404. ``write``: 403 if only to be read."""
        if not (pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_KEY):
            abort(404)
        key = getattr(self.model, self.model.__mapper__.primary_key[0].key)  # type: ignore[attr-defined]
        with acting(self.reader(current_actor())):
            wanted: Any = select(self.model) if rows is None else rows
            found = db.session.scalar(wanted.where(key == int(pk), *self.within()))
        if found is None:
            not_found(self.model, int(pk))
        if write and not may_write(found, current_actor()):
            raise NotAllowed(_("You may read this record, but not change it. Ask its owner or a supervisor."))
        return found

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | AnyResponse:
        """Show one record."""
        record = self.record(pk)
        page = listpage.record_page(self, record)
        return self.render_template("zhike/record.html", page=page)

    # ── forms ──

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> str | AnyResponse:
        """Make a record by form."""
        if self.create is None:
            abort(404)
        form = forms.default(forms.fill(self.form(), None))
        forms.fill(form, None)
        return self._answer(form, None, lambda: type(self).create(forms.values(form), actor=current_actor()))  # type: ignore[misc]

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> str | AnyResponse:
        """Change a record by form."""
        if self.change is None:
            abort(404)
        record = self.record(pk, write=True)
        form = forms.fill(self.form(record), record)
        revision = _number(form.revision.data)
        return self._answer(form, record, lambda: self._change(record, form, revision))

    def _change(self, record: Any, form: Any, revision: int | None) -> Any:
        if revision is None:
            raise Invalid(_("This page was open for too long, or in two windows. Reload it and try again."))
        type(self).change(record, forms.values(form), actor=current_actor(), revision=revision)  # type: ignore[misc]
        return record

    def form(self, record: Any = None) -> Any:
        """Return the form for a new record, or for ``record`` without the fields this person sees only masked."""
        known = [self.specs[name] for name in self.form_names(record)]
        specs = [spec for spec in known if record is None or not is_hidden(spec, current_actor(), record)]
        specs = [spec for spec in specs if not (spec.is_sealed and isinstance(_held(record, spec), Unreadable))]
        return forms.form_class(specs, choices_url=self.url("choices", field="-").removesuffix("/-"))()

    def form_names(self, _record: Any) -> Sequence[str]:
        """Return the names of the fields of the form."""
        return self.form_fields

    def _answer(self, form: Any, record: Any, save: Callable[[], Any]) -> str | AnyResponse:
        if not form.is_submitted() or not form.validate():
            return self._form_page(form, record)
        try:
            saved = save()
        except Conflict:
            return self._conflict_page(form, record)
        except InvalidFields as refusal:
            return self._form_page(form, record, problems=refusal.problems)
        except DomainError as refusal:
            return self._form_page(form, record, problem=refusal)
        flash(str(_("Saved: %(name)s") % {"name": saved}), "success")
        return redirect(self.after_save(saved))

    def after_save(self, saved: Any) -> str:
        """Return the address to go to after a form was saved."""
        return self.url("show", pk=self.key(saved))

    def _form_page(
        self, form: Any, record: Any, *, problem: object = None, problems: Mapping[str, object] | None = None
    ) -> Any:
        name = str(record) if record is not None else ""
        db.session.rollback()  # whatever a refused service left behind must not be saved by the next commit
        loose = []
        for field_name, sentence in (problems or {}).items():
            if field_name in form:
                form[field_name].errors = [str(sentence)]
            else:
                loose.append(str(sentence))
        page = listpage.form_page(self, form, record, name=name, problem=problem or " ".join(loose) or None)
        status = 200 if not form.is_submitted() else 422
        page |= self.form_more(form, record, problem)
        return self.render_template(self.form_template, page=page, form=forms.fill(form, None)), status

    def form_more(self, _form: Any, _record: Any, _problem: object) -> Mapping[str, Any]:
        """Return what else the form's template is told; ``problem``: the refusal, if it was one."""
        return {}

    def _conflict_page(self, form: Any, record: Any) -> Any:
        db.session.rollback()
        page = conflicts.build(self, self.record(str(self.key(record))), form)
        return self.render_template("zhike/conflict.html", page=page), 409

    # ── delete ──

    @expose("/<pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: str) -> AnyResponse:
        """Delete a record; where it can be restored, the domain's service says so."""
        if self.remove is None:
            abort(404)
        record = self.record(pk, write=True)
        name = str(record)
        service: Callable[..., Any] = type(self).remove  # type: ignore[assignment]
        self.perform(lambda: service(record, actor=current_actor()), done=_("Deleted: %(name)s") % {"name": name})
        return redirect(self.url("list"))

    def perform(self, service: Callable[[], Any], *, done: object) -> bool:
        """Run a service; tell the person what was done, or why not. Returns whether it was done."""
        try:
            service()
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return False
        flash(str(done), "success")
        return True

    # ── choices ──

    @expose("/choices/<field>")
    @has_access
    @permission_name("list")
    def choices(self, field: str) -> Response:
        """Answer a searching choice: what the person may choose, best first. ``q``: the words typed."""
        spec = self.choosable(field)
        spec = spec.inner if isinstance(spec, Related | Reckoned) else spec
        words = request.args.get("q", "").strip()[:60]
        if isinstance(spec, Link):
            found = choices.references[spec.to].search(words, actor=current_actor(), limit=MOST_CHOICES)
            mine = filterbar.me(spec, words) if request.args.get("me") else []
            return jsonify(mine + [{"value": one.value, "text": one.text, "sub": one.sub} for one in found])
        if isinstance(spec, Choice):
            return jsonify(choices.search_items(spec.values, words, limit=MOST_CHOICES))
        return abort(404)

    def choosable(self, name: str) -> Field | None:
        """Return the field of that name whose values may be searched here."""
        return self.filterable().get(name) or self.specs.get(name)

    # ── small things templates and pages ask for ──

    def actor(self) -> Actor:
        return current_actor()

    def crumbs(self) -> Sequence[Mapping[str, Any]]:
        return listpage.crumbs(self)

    def conflict_title(self) -> object:
        return _("Somebody saved first")

    def may_filter(self, spec: Field) -> bool:
        """Tell whether this person may filter by a field."""
        return bool(masked_filters.operators_for(spec, current_actor()))

    def drawn(self, record: Any, name: str) -> Markup:
        """Return a field as it is drawn on the record's page."""
        return markup.draw(self.specs[name], record, actor=current_actor(), short=False)

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        """Return the buttons of one row, as far as this person may press them."""
        if self.change is None or not self.may("edit"):
            return []
        return [{"label": _("Edit"), "icon": "edit", "url": self.row_url("edit", record)}]

    def url(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    def row_url(self, method: str, record: Any, **values: str) -> str:
        """Return an address of one row: built once for a whole page of rows."""
        known: dict[Any, str] = g.setdefault("row_urls", {})
        at = (self.endpoint, method, *values.items())
        if at not in known:
            known[at] = self.url(method, pk=NO_KEY, **values)
        return known[at].replace(NO_KEY, str(self.key(record)), 1)

    def may(self, permission: str) -> bool:
        """Tell whether the person may press a button of this screen: "add", "edit", "delete", …"""
        whose, known = g.setdefault("may", (None, {}))
        if whose is not g.actor:
            known = {}
            g.may = (g.actor, known)
        at = (self.endpoint, permission)
        if at not in known:
            known[at] = self._may(permission)
        found: bool = known[at]
        return found

    def _may(self, permission: str) -> bool:
        name = permission if permission.startswith("can_") else f"can_{permission}"
        return name in self.base_permissions and self.appbuilder.sm.has_access(name, self.class_permission_name)

    def key(self, record: Any) -> Any:
        return getattr(record, self.model.__mapper__.primary_key[0].key)  # type: ignore[attr-defined]


def _held(record: Any, spec: Field) -> Any:
    return value_of(record, spec) if record is not None else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


__all__ = ["DomainView", "current_actor"]
