"""Rows of a list that are drawn once for all who see them alike.

A row is kept by the values it is drawn of, as they were just read, and by all else that its drawing asks: language,
day, dictionary, rights, columns. So it follows a change of any of them without hearing of it.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request
from markupsafe import Markup

from app.base import clock
from app.base.fields import Choices, Field, Link, is_hidden
from app.base.fields.held import is_held
from app.base.fields.reading import KEPT
from app.base.i18n import catalogue
from app.base.screens.kept import Kept
from app.base.screens.listing import Listing
from app.base.stamps import number

if TYPE_CHECKING:
    from app.base.screens.view import DomainView

MOST_ROWS = 2000
STAMPS = ("dictionary", "security")


class KeptRows:
    """The drawn rows of one page. ``key`` is None for a row that cannot be kept."""

    def __init__(self, view: "DomainView", listing: Listing, *, selectable: bool) -> None:
        self.actor, self.columns = listing.actor, listing.columns
        asked = [*listing.columns, *[spec for spec in view.specs.values() if spec.column in view.row_needs]]
        self.names = list(dict.fromkeys(["id", *view.row_needs, *[spec.column for spec in asked if spec.column]]))
        self.relations = [spec.relation for spec in listing.columns if isinstance(spec, Link)]
        self.lists = [spec.name for spec in listing.columns if isinstance(spec, Choices)]
        self.is_masked = any(is_hidden(spec, self.actor) for spec in asked)
        self.is_used = view.keeps_rows and "shown_once" not in g and all(map(_is_plain, asked))
        self.known: Kept = current_app.extensions.setdefault("kept_rows", Kept(MOST_ROWS))
        columns = [(spec.name, spec.group) for spec in listing.columns]
        self.view_stamps, self.row_key = view.row_stamps, view.row_key
        self.alike = (view.endpoint, *columns, selectable, *self._seen_alike())

    def _seen_alike(self) -> Sequence[Hashable]:
        here = (catalogue(), clock.today(), request.script_root, *map(number, (*STAMPS, *self.view_stamps)))
        return *here, self.actor.role_ids, self.actor.hidden_groups

    def key(self, record: Any) -> Hashable:
        """Return what the drawing of a row follows from."""
        loaded = vars(record)
        try:
            values = [loaded[name] for name in self.names]
            linked = [None if (other := loaded[name]) is None else str(other) for name in self.relations]
            listed = [loaded[KEPT][name] for name in self.lists]
            mine = self.is_masked and is_held(record, self.actor)
            key = (self.alike, mine, self.row_key(record), *values, *linked, *listed)
            hash(key)
        except (KeyError, TypeError):  # not loaded with the rows, or a value that may change inside
            return None
        return key

    def find(self, record: Any) -> tuple[Hashable, Markup | None]:
        """Return by what a row is kept, and the row if it was drawn before."""
        key = self.key(record) if self.is_used else None
        return key, self.known.get(key) if key is not None else None

    def keeping(self, key: Hashable) -> Mapping[str, Any]:
        """Return what tells the table to keep a row once it is drawn."""
        return {"keep": lambda drawn: self.known.keep(key, drawn)} if key is not None else {}


def _is_plain(spec: Field) -> bool:
    """Tell whether the values of a field stand in what is loaded with the rows, and may be kept."""
    if isinstance(spec, Link):
        return bool(spec.relation)
    return (bool(spec.column) or isinstance(spec, Choices)) and not (spec.needs or spec.is_sealed)
