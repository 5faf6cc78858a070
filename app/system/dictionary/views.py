"""The screens of the data dictionary."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import abort, redirect, request, url_for
from flask_appbuilder import AppBuilder, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import choices, logbook
from app.base.choices import Item, Values
from app.base.fields import Field, Number, fields_of
from app.base.i18n import _
from app.base.screens import forms, listpage, rights
from app.base.screens.house import language
from app.base.screens.listing import Listing, filterable
from app.base.screens.view import DomainView
from app.extensions import db
from app.system.dictionary import queries, rules, services
from app.system.dictionary.models import Dictionary, DictionaryValue

POLICIES = {
    "locked": (_("Locked: the program relies on the values"), "amber"),
    "closed": (_("Closed to imports"), "sky"),
    "editable": (_("Editable"), "green"),
    "open": (_("Open to imports"), "teal"),
}
LONGEST_CODE = 40
KEYSET = frozenset({"after", "before"})


def in_the_readers_language(dictionary: str) -> Values:
    """Return a dictionary's values with the labels of the language of this answer."""
    return queries.values(dictionary, language())


def _policies() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color) for code, (label, color) in POLICIES.items())


class Counted(Listing):
    """Dictionaries that know how many values they have: one question for all of them."""

    @cached_property
    def rows(self) -> list[Dictionary]:
        found: list[Dictionary] = Listing.rows.func(self)  # type: ignore[attr-defined]
        return queries.with_counts(found)


class DictionaryView(DomainView):
    """All dictionaries, and the values of one."""

    route_base = "/dictionaries"
    model = Dictionary
    title, one, group, icon = _("Dictionaries"), _("Dictionary"), _("Administration"), "vocabulary"
    menu_place = 40
    base_permissions = ["can_list", "can_show"]
    list_fields = ["name_zh_hans", "name_en", "code", "policy", "values_in_use", "values_retired"]
    default_sort = "name_zh_hans"
    has_segments = False
    rows_as = Counted
    value_fields: Sequence[str] = (
        "label_zh_hans", "color", "code", "label_zh_hant", "label_en", "position", "is_default", "is_active"
    )  # fmt: skip

    @property
    def specs(self) -> Mapping[str, Field]:
        counts = (Number(_("In use"), name="values_in_use"), Number(_("Retired"), name="values_retired"))
        return {**super().specs, **{spec.name: spec for spec in counts}}

    def listing(self, **changes: str) -> Listing:
        plain = super().listing(**changes)
        # their keys are words: they are paged by number, not behind a key
        asked = {"page_size": "100"} | {name: word for name, word in plain.asked.items() if name not in KEYSET}
        return replace(plain, asked=asked)

    def record(self, pk: str, *, write: bool = False) -> Dictionary:  # noqa: ARG002 - everybody reads, nobody changes
        found = (
            db.session.get(Dictionary, pk) if len(pk) <= LONGEST_CODE and pk.isascii() and pk.isprintable() else None
        )
        return found or abort(404)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show the values of a dictionary."""
        dictionary = self.record(pk)
        return self.render_template("zhike/list.html", page=ValueView.values_page(self, dictionary))

    def form_names(self, _record: Any) -> Sequence[str]:
        return ()


class ValueView(DomainView):
    """One value of a dictionary: add, edit, take out of use."""

    route_base = "/dictionary-values"
    model = DictionaryValue
    title, one, group, icon = _("Dictionary values"), _("Value"), _("Administration"), "vocabulary"
    base_permissions = ["can_add", "can_edit", "can_retire"]
    has_segments = False
    form_fields = ["code", "label_zh_hans", "label_zh_hant", "label_en", "parent_code", "color", "position"]
    form_fields += ["is_default"]
    create, change = services.add_value, services.change_value

    @staticmethod
    def values_page(screen: DictionaryView, dictionary: Dictionary) -> dict[str, Any]:
        """Return the page of a dictionary: its values as a list."""
        view = _value_view()
        above = ("parent_code",) if dictionary.code in choices.trees else ()
        page = listpage.build(view, view.listing_of(dictionary, (*screen.value_fields, *above)))
        title = queries.name_in(dictionary, language())
        add = url_for("ValueView.add", dictionary=dictionary.code)
        may_add = view.may("add") and dictionary.policy != rules.LOCKED
        return page | {
            "title": title,
            "crumbs": listpage.crumbs(screen),
            "add_url": add if may_add else None,
            "empty": None,
        }

    def listing_of(self, dictionary: Dictionary, names: Sequence[str]) -> Listing:
        """Return the values of one dictionary that the address asks for."""
        fields = {name: spec for name, spec in filterable(DictionaryValue).items() if name != "dictionary"}
        asked = {name: value for name, value in request.args.items() if name != "csrf_token"}
        columns = [self.specs[name] for name in names]
        listing = Listing(DictionaryValue, fields, columns, asked, self.actor(), default_sort="position")
        listing.searched, listing.also = DictionaryValue.dictionary_code == dictionary.code, ("dictionary_code",)
        return listing

    @expose("/")
    @has_access
    @permission_name("edit")
    def list(self) -> Response:
        """Lead to the dictionaries: values stand there."""
        return redirect(url_for("DictionaryView.list"))

    @expose("/<pk>")
    @has_access
    @permission_name("edit")
    def show(self, pk: str) -> Response:
        """Lead to the dictionary of a value."""
        return redirect(url_for("DictionaryView.show", pk=self.record(pk).dictionary_code))

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> str | Response:
        """Add a value to the dictionary named in the address."""
        dictionary = db.session.get(Dictionary, request.args.get("dictionary", "")[:LONGEST_CODE]) or abort(404)
        form = forms.fill(forms.default(forms.fill(self.form(), None)), None)
        create = services.add_value
        return self._answer(form, None, lambda: create(dictionary, forms.values(form), actor=self.actor()))

    def form_names(self, record: Any) -> Sequence[str]:
        dictionary = record.dictionary_code if record is not None else request.args.get("dictionary", "")
        left_out = {"code"} if record is not None else set()
        left_out |= set() if dictionary in choices.trees else {"parent_code"}
        return [name for name in self.form_fields if name not in left_out]

    @expose("/<pk>/retire", methods=["POST"])
    @has_access
    @permission_name("retire")
    def retire(self, pk: str) -> Response:
        """Take a value out of use; records that have it keep it."""
        return self._press(pk, services.retire_value, _("Out of use. Records that have it keep it."))

    @expose("/<pk>/revive", methods=["POST"])
    @has_access
    @permission_name("retire")
    def revive(self, pk: str) -> Response:
        """Offer a retired value again."""
        return self._press(pk, services.revive_value, _("In use again."))

    def _press(self, pk: str, service: Callable[..., Any], done: object) -> Response:
        value = self.record(pk, write=True)
        code = value.dictionary_code
        self.perform(lambda: service(value, actor=self.actor()), done=done)
        return redirect(url_for("DictionaryView.show", pk=code))

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        found = list(super().row_actions(record))
        if not self.may("retire"):
            return found
        verb, label = ("retire", _("Take out of use")) if record.is_active else ("revive", _("Use again"))
        shape = {"icon": "archive" if record.is_active else "restore", "method": "POST"}
        return [*found, {"label": label, "url": self.url(verb, pk=record.id), **shape}]

    def after_save(self, saved: Any) -> str:
        return url_for("DictionaryView.show", pk=saved.dictionary_code)

    def crumbs(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"label": self.group, "url": None},
            {"label": DictionaryView.title, "url": url_for("DictionaryView.list")},
        ]


def _value_view() -> ValueView:
    from flask import current_app  # noqa: PLC0415 - one use

    found = next(view for view in current_app.extensions["house"].baseviews if isinstance(view, ValueView))
    assert isinstance(found, ValueView)  # noqa: S101 - for the type checker
    return found


def _log_items() -> Mapping[str, logbook.Item]:
    """Return what the lines of the log are called that tell of a changed value."""
    known = fields_of(DictionaryValue)
    names = ("code", *services.LABELS, "is_active")
    own = {name: logbook.Item(known[name].label, known[name].text) for name in names}
    return own | {"dictionary": logbook.Item(_("Dictionary")), "words": logbook.Item(_("New words"))}


BUTTON_ICONS = {"archive", "restore"}  # for the sprite


def register(appbuilder: AppBuilder) -> None:
    choices.provide(in_the_readers_language)
    choices.references["dictionary"] = queries.DictionaryNames()
    choices.more["dictionary_policy"] = _policies
    rights.words |= {"can_retire": _("Take out of use")}
    logbook.items |= _log_items()
    appbuilder.add_view(DictionaryView, "DictionaryView", label=_("Dictionaries"), category="system")
    appbuilder.add_view_no_menu(ValueView)


__all__ = ["DictionaryView", "ValueView", "register"]
