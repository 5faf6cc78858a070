"""One page of a list: filtered, sorted, counted up to a limit, and never with a query per row."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import load_only, selectinload

from app.base import filters, kept_filters, segments
from app.base.actor import Actor, acting
from app.base.fields import Choice, Choices, Field, Link, Phones, Related, fields_of, filters_of, is_hidden
from app.base.fields.held import Holding, holding_of
from app.base.masked_filters import check_asked
from app.base.narrowing import linked, sight
from app.base.screens import childcodes, counts
from app.base.screens.kept import Kept
from app.base.screens.look import PAGE_SIZES
from app.extensions import db

COUNT_LIMIT = counts.LIMIT
LAST_NUMBERED_PAGE = 100
SHALLOW = 200  # rows that may be skipped with all their columns
MOST_LOADINGS = 500
LONGEST_KEY = 9  # digits: more do not fit an INTEGER of PostgreSQL


@dataclass
class Listing:
    """What the address asks for: ``filter``, ``sort``, ``page`` or ``after``/``before`` a row, ``page_size``."""

    model: type[Any]
    fields: Mapping[str, Field]
    columns: Sequence[Field]
    asked: Mapping[str, str]
    actor: Actor
    default_sort: str = "-id"
    searched: ColumnElement[bool] | None = None
    also: Sequence[str] = field(default_factory=tuple)  # further columns the rows need
    subject: str = ""  # the list whose segments may be asked for
    is_frozen: bool = False  # the filter was checked when a job was asked for
    usual_size: int = 25  # rows of a page, where the address says nothing
    within: Sequence[ColumnElement[bool]] = ()  # what every row of the screen meets
    segment_name: str = ""  # of the segment whose conditions these are, or were when an export began

    is_stale = False
    empty_is_smallest = True  # else rows without a value stand behind all others, from the smallest up

    def __post_init__(self) -> None:
        self.segment_name = self.segment_name or (self.applied.name if self.applied else "")

    @cached_property
    def filter(self) -> filters.Group:
        """The conditions asked for. Raises Invalid."""
        found = self._read()
        is_theirs = self.applied is not None and self.applied.owner_id != self.actor.id
        return found if is_theirs or self.is_frozen else check_asked(found, actor=self.actor)

    def _read(self) -> filters.Group:
        if self.applied is not None:
            return segments.read(self.applied, self.fields, actor=self.actor)
        return filters.parse(self.filter_text, self.fields)

    @cached_property
    def typed(self) -> str:
        """The JSON of a filter in the address, or kept under the id ``kept``: it goes before a segment's."""
        return self.asked.get("filter") or kept_filters.text_of(self.asked.get("kept", ""))

    @cached_property
    def segment(self) -> segments.Segment | None:
        """The segment that the address names, in scope of the actor. Raises Missing if there is none."""
        key = self.asked.get("segment", "")
        return segments.find(key, subject=self.subject, actor=self.actor) if key else None

    @property
    def filter_text(self) -> str:
        """The filter's JSON: as typed, else the segment's."""
        return self.typed or (self.segment.text if self.segment else "")

    @property
    def applied(self) -> segments.Segment | None:
        """The segment, if these are its very conditions: not where others were typed."""
        return None if self.typed else self.segment

    @cached_property
    def where(self) -> list[ColumnElement[bool]]:
        extra = [*self.within, *([] if self.searched is None else [self.searched])]
        return [self.filter.sql(self.model, self.actor), *extra]

    @cached_property
    def page_size(self) -> int:
        given = self.asked.get("page_size", "")
        return int(given) if given.isascii() and given.isdigit() and int(given) in PAGE_SIZES else self.usual_size

    @cached_property
    def page(self) -> int:
        given = self.asked.get("page", "1")
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1  # noqa: PLR2004 - digits
        return min(max(number, 1), LAST_NUMBERED_PAGE)

    @cached_property
    def sort(self) -> tuple[str, bool]:
        """The name of the field sorted by ("id" for none), and whether from the largest down."""
        asked = self.asked.get("sort") or (self.segment and self.segment.sort) or self.default_sort
        name, down = asked.lstrip("-"), asked.startswith("-")
        known = self.fields.get(name)
        return (name, down) if known and self.may_sort(known) else ("id", True)

    def may_sort(self, spec: Field) -> bool:
        """Tell whether a list may be sorted by a field: always by an indexed one, by others only while it is short."""
        there = self.model.__table__.c  # type: ignore[attr-defined]
        is_column = spec.column in there and not isinstance(spec, Choices | Link | Related) and not spec.is_sealed
        return is_column and not is_hidden(spec, self.actor) and (spec.sortable or self.count <= COUNT_LIMIT)

    @cached_property
    def count(self) -> int:
        """How many rows match, counted no further than one above COUNT_LIMIT. A first page that is all is counted."""
        if "rows" in vars(self) and not (self._offset or self._edge or self.has_more):
            return len(self.rows)
        with acting(self.actor):
            return counts.up_to_limit(select(self.key).where(*self.where))

    @cached_property
    def rows(self) -> list[Any]:
        """The records of this page, with the relations that its columns show."""
        with acting(self.actor):
            found = self._deep() if self._offset > SHALLOW else self._shallow()
            self.has_more = len(found) > self.page_size
            page = found[: self.page_size]
            childcodes.load(page, self.model, self.columns)
        return page[::-1] if "before" in self.asked else page

    @property
    def _offset(self) -> int:
        row = _number(self.asked.get("row", ""))
        return 0 if self._edge else row - 1 if row else (self.page - 1) * self.page_size

    def _shallow(self) -> list[Any]:
        return list(db.session.scalars(self._page_of(self._loading())))

    def _deep(self) -> list[Any]:
        """Skip over the keys, on the index alone, and load only the rows that are shown."""
        key, ids = self.key, list(db.session.scalars(self._page_of(select(self.key))))
        loaded = db.session.scalars(self._loading().where(key.in_(ids)))
        by_id = {getattr(row, key.key): row for row in loaded}
        return [by_id[one] for one in ids if one in by_id]

    @property
    def key(self) -> Any:
        return getattr(self.model, self.model.__mapper__.primary_key[0].key)  # type: ignore[attr-defined]

    @cached_property
    def _edge(self) -> int:
        """The row that keyset paging starts behind; 0 for none."""
        return _number(self.asked.get("before") or self.asked.get("after") or "")

    def _page_of(self, wanted: Any) -> Any:
        """Return the statement narrowed to this page, and one row more if there are more."""
        backward = "before" in self.asked
        beyond = [self._beyond(self._edge, backward=backward)] if self._edge else []
        ordered = wanted.where(*self.where, *beyond).order_by(*self.order(backward=backward))
        return ordered.offset(self._offset).limit(self.page_size + 1)

    def order(self, *, backward: bool = False) -> list[Any]:
        """Return what the rows are ordered by; NULL is the smallest, or the largest."""
        name, down = self.sort
        down = down != backward
        key = self.key.desc() if down else self.key.asc()
        if name == "id":
            return [key]
        column = getattr(self.model, self.fields[name].column)
        if not self.model.__table__.c[column.key].nullable:  # type: ignore[attr-defined]
            return [column.desc() if down else column.asc(), key]  # PostgreSQL reads its index, which NULLS forbids
        ordered = column.desc() if down else column.asc()
        return [ordered.nulls_first() if self._empty_first(down=down) else ordered.nulls_last(), key]

    def _empty_first(self, *, down: bool) -> bool:
        return down != self.empty_is_smallest

    def _beyond(self, edge: int, *, backward: bool) -> ColumnElement[bool]:
        """Return the condition of standing behind the row ``edge`` in the order shown."""
        name, down = self.sort
        down = down != backward
        key = self.key
        further = key < edge if down else key > edge
        if name == "id":
            return further
        column = getattr(self.model, self.fields[name].column)
        value = db.session.scalar(select(column).where(key == edge))
        if value is None:
            same = and_(column.is_(None), further)
            return or_(column.is_not(None), same) if self._empty_first(down=down) else same
        past = column < value if down else column > value
        past = past if self._empty_first(down=down) else or_(past, column.is_(None))
        return or_(past, and_(column == value, further))

    def _loading(self) -> Any:
        """Return the statement of whole rows, with what their columns need."""
        shown = tuple((type(spec), spec.name, spec.column, spec.needs) for spec in self.columns)
        key = (type(self), self.model, shown, *self.also, self._holding is not None, sight())
        found = _loadings.get(key)
        if found is None:
            found = select(self.model).options(*self._options())
            _loadings.keep(key, found)
        return found

    @property
    def _links(self) -> list[str]:
        return [spec.relation for spec in self.columns if isinstance(spec, Link) and spec.relation]

    def _options(self) -> list[Any]:
        held = self._holding.columns if self._holding else ()
        wanted = {"id", "revision", *held, *self.also, *[spec.column for spec in self.columns if spec.column]}
        wanted |= {spec.beside for spec in self.columns if isinstance(spec, Choice) and spec.beside}
        known = [name for name in wanted if name in self.model.__mapper__.column_attrs]  # type: ignore[attr-defined]
        relations = [spec.through for spec in self.columns if isinstance(spec, Choices | Phones)]
        relations = [name for name in relations if name not in childcodes.relations(self.model, self.columns)]
        relations += dict.fromkeys(spec.needs for spec in self.columns if spec.needs)
        loads = [linked(getattr(self.model, name)) for name in self._links]
        loads += [selectinload(getattr(self.model, name)) for name in relations]
        loads += holding.loads() if (holding := self._holding) else ()
        return [load_only(*[getattr(self.model, name) for name in known]), *loads]

    @property
    def _holding(self) -> Holding | None:
        """How the rows tell whose they are, if a column is masked but for those."""
        more = [self.fields[name] for name in self.also if name in self.fields]
        is_asked = any(is_hidden(spec, self.actor) for spec in [*self.columns, *more])
        return holding_of(self.model) if is_asked else None

    def show_nothing(self) -> None:
        """Show no row at all, in place of a segment whose conditions cannot be meant any more."""
        self.filter, self.searched, self.is_stale = filters.NO_FILTER, false(), True

    def frozen(self) -> dict[str, str]:
        """Return what the address asks for, with the conditions and the order of a segment as they are now."""
        asked = {name: value for name, value in self.asked.items() if name not in ("segment", "kept")}
        name, down = self.sort
        return asked | {"filter": self.filter_text, "sort": f"-{name}" if down else name}

    def url(self, **changes: object) -> str:
        """Return this list's query string with some parameters changed; None removes one."""
        kept = {name: value for name, value in self.asked.items() if value and name not in PLACE}
        merged = kept | {name: value for name, value in changes.items() if value is not None}
        for name, value in changes.items():
            if value is None:
                merged.pop(name, None)
        return "?" + urlencode(merged)


#: Statements without conditions, by all that they are made of: to make one anew costs a page half a millisecond.
_loadings = Kept(MOST_LOADINGS)


PLACE = frozenset({"page", "after", "before", "row"})  # parameters that say where in the list one is


def _number(text: str) -> int:
    """Return a positive whole number, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else 0


def without(text: str | None, place: int) -> str | None:
    """Return a filter's JSON without its node at ``place`` of the upper level; None if nothing is left."""
    raw = json.loads(text or "{}")
    ((joint, nodes),) = raw.items()
    left = [node for number, node in enumerate(nodes) if number != place]
    return json.dumps({joint: left}, ensure_ascii=False) if left else None


def filterable(model: type[Any]) -> dict[str, Field]:
    """Return everything a list of this model can be filtered by: its fields, and what hangs on its rows."""
    return dict(fields_of(model)) | filters_of(model)
