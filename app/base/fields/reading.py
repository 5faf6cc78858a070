"""Finding, reading and showing the fields of a record: the one door for all output is ``seen``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields.groups import is_among
from app.base.fields.held import is_held, is_shown_once
from app.base.fields.kinds import Choice, Choices, Field, Value
from app.base.fields.reach import Phones
from app.base.fields.relations import Link


def value_column(spec: Field, table: FromClause) -> ColumnElement[Any]:
    """Return the column of ``table`` in which a field's value stands."""
    return table.c[spec.column or spec.name]


def field(spec: Field) -> dict[str, Field]:
    """Return the ``info`` of a mapped column that carries ``spec``."""
    return {"field": spec}


def fields_of(model: type[Any]) -> Mapping[str, Field]:
    """Return the fields of a mapped class by name, in the order of the class's columns, then ``__fields__``."""
    return _fields_of(model)  # type: ignore[arg-type]  # mypy doubts that a class can be hashed


@cache
def _fields_of(model: type[Any]) -> Mapping[str, Field]:
    found: dict[str, Field] = {}
    for column in model.__table__.columns:
        if spec := column.info.get("field"):
            name = spec.name or column.name.removesuffix("_id") if isinstance(spec, Link) else spec.name or column.name
            found[name] = replace(spec, name=name, column=column.name)
    for spec in getattr(model, "__fields__", ()):
        found[spec.name] = spec
    words = getattr(model, "__synonyms__", {})
    return {name: replace(spec, synonyms=words[name]) if name in words else spec for name, spec in found.items()}


_more_filters: dict[type[Any], dict[str, Field]] = {}


def add_filters(model: type[Any], *specs: Field) -> None:
    """Let the lists of a model be asked for what hangs on its rows in a domain above. Safe to repeat."""
    _more_filters.setdefault(model, {}).update({spec.name: spec for spec in specs})


def filters_of(model: type[Any]) -> dict[str, Field]:
    """Return what a list of this model can only be filtered by: its ``__filters__``, and those added."""
    own = {spec.name: spec for spec in getattr(model, "__filters__", ())}
    return own | _more_filters.get(model, {})


KEPT = "_kept_codes"


def keep_codes(record: Any, spec: Choices, codes: Iterable[str]) -> None:
    """Give a record the codes of a field, so that its relationship need not be loaded: only where all just read."""
    vars(record).setdefault(KEPT, {})[spec.name] = tuple(sorted(codes))


def value_of(record: Any, spec: Field) -> Value:
    """Return the stored value of a field of a record."""
    if isinstance(spec, Choices):
        kept = vars(record).get(KEPT)
        if kept and spec.name in kept:
            return kept[spec.name]
        return tuple(sorted(getattr(row, spec.code) for row in getattr(record, spec.through)))
    if isinstance(spec, Phones):
        return tuple(row.number for row in getattr(record, spec.through))
    return getattr(record, spec.column or spec.name)


def seen(spec: Field, value: Value, *, actor: Actor | None, record: Any = None) -> Value:
    """Return the value, or its mask if the actor may not see the field's group. The one door for all output.

    ``record``: to which the value belongs; without one, owner and supervisors see what everybody of their role does.
    """
    return Hidden(spec.masked(value)) if is_hidden(spec, actor, record) else value


def is_hidden(spec: Field, actor: Actor | None, record: Any = None) -> bool:
    """Tell whether the actor sees only the mask of a field, of this record if one is named.

    Without a record: whether they may filter, sort and search by the field, which only a permission allows.
    """
    if not spec.group:
        return False
    if actor is None:
        return True
    if not is_among(spec.group, actor.hidden_groups):
        return False
    return record is None or not (is_held(record, actor) or is_shown_once(record, spec.name))


class Hidden(str):
    """A mask that stands in a value's place."""

    __slots__ = ()


def worded(spec: Field, row: Value) -> Field:
    """Return a field in the words of a row, in whose attribute ``beside`` stands ``row``; others as they are."""
    if not isinstance(spec, Choice) or not spec.beside or row is None:
        return spec
    return replace(spec, dictionary=f"{spec.dictionary}/{row}", beside="")


def worded_for(spec: Field, record: Any) -> Field:
    """Return a field in the words of a record."""
    beside = getattr(spec, "beside", "")
    return worded(spec, getattr(record, beside, None)) if beside else spec


def text_of(record: Any, spec: Field, *, actor: Actor | None) -> str:
    """Return a field of a record as this person reads it, without a query where the relation is loaded."""
    if is_hidden(spec, actor, record):
        return spec.masked(value_of(record, spec))
    if isinstance(spec, Link) and spec.relation:
        other = getattr(record, spec.relation)
        return str(other) if other is not None else str(spec.nobody)
    return worded_for(spec, record).text(value_of(record, spec))


def parsed(
    specs: Mapping[str, Field], raw: Mapping[str, Value], *, complain: Callable[[str, str], None]
) -> dict[str, Value]:
    """Return the values of all known fields in ``raw``; each refusal goes to ``complain(name, sentence)``."""
    values: dict[str, Value] = {}
    for name, spec in specs.items():
        if name in raw:
            try:
                values[name] = spec.parse(raw[name])
            except Invalid as refusal:
                complain(name, str(refusal))
    return values
