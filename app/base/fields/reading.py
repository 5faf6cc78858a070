"""Finding, reading and showing the fields of a record: the one door for all output is ``seen``."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields.groups import is_among
from app.base.fields.kinds import Choices, Field, Link, Value
from app.base.fields.reach import Phones


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


def value_of(record: Any, spec: Field) -> Value:
    """Return the stored value of a field of a record."""
    if isinstance(spec, Choices):
        return tuple(sorted(getattr(row, spec.code) for row in getattr(record, spec.through)))
    if isinstance(spec, Phones):
        return tuple(row.number for row in getattr(record, spec.through))
    return getattr(record, spec.column or spec.name)


def seen(spec: Field, value: Value, *, actor: Actor | None) -> Value:
    """Return the value, or its mask if the actor may not see the field's group. The one door for all output."""
    return Hidden(spec.masked(value)) if is_hidden(spec, actor) else value


def is_hidden(spec: Field, actor: Actor | None) -> bool:
    """Tell whether the actor sees only the mask of a field."""
    return bool(spec.group) and (actor is None or is_among(spec.group, actor.hidden_groups))


class Hidden(str):
    """A mask that stands in a value's place."""

    __slots__ = ()


def text_of(record: Any, spec: Field, *, actor: Actor | None) -> str:
    """Return a field of a record as this person reads it, without a query where the relation is loaded."""
    if is_hidden(spec, actor):
        return spec.masked(value_of(record, spec))
    if isinstance(spec, Link) and spec.relation:
        other = getattr(record, spec.relation)
        return str(other) if other is not None else str(spec.nobody)
    return spec.text(value_of(record, spec))


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
