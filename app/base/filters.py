"""Typed conditions over fields: each operator with its negation, NULL-safe, joined by AND and OR.

A filter travels as JSON: ``{"all": [condition or group, …]}`` or ``{"any": […]}``, two levels, 30 conditions;
a condition is ``{"field": "region", "op": "is_not", "value": "410100"}``. A negated operator is the exact
complement of its positive one: it also finds the rows where nothing was filled in.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, and_, or_, select, true

from app.base import choices, clock
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import Choice, Choices, Field, IdentityNumber, Phone, Phones, Reckoned, Related, value_column
from app.base.i18n import _
from app.base.operators import OPERATORS, Operator
from app.base.sentences import AROUND, Sentence, marked

MOST_CONDITIONS = 30
MOST_VALUES = 200
ME = "me"  # in a field of persons: whoever asks; in one of departments: theirs


#: What an index of texts says of the rows that can hold a piece of text in a field; None if it cannot help.
narrowed: dict[tuple[type[Any], str], Callable[[str], ColumnElement[bool] | None]] = {}


#: Field → values of which one must be there, for other conditions of the filter say so.
Known = Mapping[str, tuple[Any, ...]]
NOTHING: Known = MappingProxyType({})


class Node(Protocol):
    """A condition, or a group of them."""

    def sql(self, model: type[Any], actor: Actor, known: Known = NOTHING) -> ColumnElement[bool]: ...


@dataclass(frozen=True)
class Condition:
    """One line of the builder, its values already read by the field."""

    field: Field
    operator: Operator
    values: tuple[Any, ...]

    def sql(self, model: type[Any], actor: Actor, known: Known = NOTHING) -> ColumnElement[bool]:
        code, table = self.operator.negation_of or self.operator.code, model.__table__  # type: ignore[attr-defined]
        met = _met(self.field, table, code, self._resolved(actor), known)
        if self.operator.negated:
            return met.is_not(true())
        helped = narrowed[model, self.field.name](self.values[0]) if self._is_helped(model) else None
        return met if helped is None else and_(helped, met)

    def named(self, actor: Actor) -> Known:
        """Return the values of which a row must hold one, by the name of the field."""
        return {self.field.name: self._resolved(actor)} if self.operator.code in NAMING else NOTHING

    def _is_helped(self, model: type[Any]) -> bool:
        return self.operator.code == "contains" and (model, self.field.name) in narrowed

    def _resolved(self, actor: Actor) -> tuple[Any, ...]:
        spec: Any = inner_of(self.field)
        return tuple((getattr(actor, MINE[spec.to]) or 0) if is_me(spec, value) else value for value in self.values)


@dataclass(frozen=True)
class Group:
    """Conditions joined by AND (``every``) or OR."""

    nodes: tuple[Node, ...]
    every: bool = True

    def sql(self, model: type[Any], actor: Actor, known: Known = NOTHING) -> ColumnElement[bool]:
        if self.every:
            known = {**known, **{k: v for one in self._own() for k, v in one.named(actor).items()}}
        parts = [node.sql(model, actor, known) for node in self.nodes]
        if not parts:
            return true()
        return and_(*parts) if self.every else or_(*parts)

    def _own(self) -> list[Condition]:
        return [node for node in self.nodes if isinstance(node, Condition)]


def is_me(spec: Field, value: Any) -> bool:
    """Tell whether a value means whoever asks, or their department."""
    return value == ME and getattr(inner_of(spec), "to", "") in MINE


def inner_of(spec: Field) -> Field:
    """Return what the values of a field are, where it leads to other rows."""
    return spec.inner if isinstance(spec, Related | Reckoned) else spec


#: What "me" means in a field that leads to records of a kind: the key of the actor; 0, of no row, for who has none.
MINE = {"employee": "id", "department": "department_id"}
NAMING = frozenset({"is", "in"})
NO_FILTER = Group(())


def operators_of(spec: Field) -> tuple[Operator, ...]:
    """Return the operators a field can be asked with."""
    return OPERATORS[spec.kind]


def parse(text: str | None, fields: Mapping[str, Field]) -> Group:
    """Return the filter that ``text`` (JSON) says. Raises Invalid with a sentence for anything it cannot mean."""
    if not text:
        return NO_FILTER
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(_("This filter cannot be read. Build it anew.")) from error
    group = _group(raw, fields, depth=1)
    if sum(1 for _condition in conditions(group)) > MOST_CONDITIONS:
        raise Invalid(_("A filter may have at most %(count)s conditions."), count=MOST_CONDITIONS)
    return group


def conditions(group: Group) -> Iterator[Condition]:
    """Return every condition of a filter, from the first to the last."""
    for node in group.nodes:
        if isinstance(node, Group):
            yield from conditions(node)
        else:
            yield node  # type: ignore[misc]


def _group(raw: Any, fields: Mapping[str, Field], *, depth: int) -> Group:
    if not isinstance(raw, dict) or len(raw) != 1 or depth > 2:  # noqa: PLR2004 - two levels
        raise Invalid(_("This filter cannot be read. Build it anew."))
    ((joint, nodes),) = raw.items()
    if joint not in {"all", "any"} or not isinstance(nodes, list) or len(nodes) > MOST_CONDITIONS:
        raise Invalid(_("This filter cannot be read. Build it anew."))
    return Group(tuple(_node(node, fields, depth=depth) for node in nodes), every=joint == "all")


def _node(raw: Any, fields: Mapping[str, Field], *, depth: int) -> Node:
    if not isinstance(raw, dict) or "field" not in raw:
        return _group(raw, fields, depth=depth + 1)
    spec = fields.get(str(raw["field"]))
    if spec is None:
        raise Invalid(_("There is no field “%(name)s” to filter by."), name=str(raw["field"])[:40])
    operator = next((known for known in operators_of(spec) if known.code == raw.get("op")), None)
    if operator is None:
        raise Invalid(_("“%(field)s” cannot be asked that way."), field=spec.label)
    return Condition(spec, operator, _values(spec, operator, raw.get("value")))


def _values(spec: Field, operator: Operator, raw: Any) -> tuple[Any, ...]:
    if operator.arity == 0:
        return ()
    given = raw if isinstance(raw, list) else [raw]
    given = [value for value in given if value not in (None, "")]
    most = {1: 1, 2: 2, "days": 1}.get(operator.arity, MOST_VALUES)
    if not given or len(given) > most or (operator.arity == 2 and len(given) != most):  # noqa: PLR2004 - from, to
        raise Invalid(_("The condition on “%(field)s” needs a value."), field=spec.label)
    if operator.arity == "days":
        return (_days(given[0]),)
    return tuple(_read(spec, operator, value) for value in given)


MOST_DAYS = 36_600  # a hundred years


def _days(raw: Any) -> int:
    if str(raw).isascii() and str(raw).isdigit() and 0 < int(raw) <= MOST_DAYS:
        return int(raw)
    raise Invalid(_("Give a whole number of days, at least 1."))


PARTS = frozenset({"contains", "starts", "ends"})


def _read(spec: Field, operator: Operator, raw: Any) -> Any:
    code = operator.negation_of or operator.code
    if isinstance(raw, dict | list):
        raise Invalid(_("This filter cannot be read. Build it anew."))
    if code in PARTS:
        return str(raw).strip().replace("\x00", "")[:200]
    if is_me(spec, raw):
        return ME
    inner = inner_of(spec)
    if isinstance(inner, Choices):
        return Choice.read(inner, raw)
    if isinstance(inner, Phones):
        return Phone.read(inner, raw)
    return inner.read(str(raw))


# ── what a positive operator means in SQL ────────────────────────────────────────────────────────


def _met(spec: Field, table: FromClause, code: str, values: Sequence[Any], known: Known) -> ColumnElement[bool]:
    return spec.met(table, code, values, known) if isinstance(spec, Reckoned) else _held(spec, table, code, values)


def _held(spec: Field, table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    if isinstance(spec, Related):
        child, joined = spec.path(table)  # type: ignore[misc]
        if code == "empty":
            return ~select(child.c[spec.column]).where(joined).exists()
        return (
            select(child.c[spec.column]).where(joined, _asked(spec.inner, child.c[spec.column], code, values)).exists()
        )
    if isinstance(spec, Choices):
        return _tagged(spec, table, code, values)
    if isinstance(spec, Phones):
        child, joined = spec.path(table)  # type: ignore[misc]
        rows = select(child.c.number).where(joined)
        return ~rows.exists() if code == "empty" else rows.where(child.c.number.in_(values)).exists()
    if isinstance(spec, IdentityNumber):
        return spec.met(table, code, values)
    return _asked(spec, value_column(spec, table), code, values)


def _asked(spec: Field, column: ColumnElement[Any], code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    if code == "empty":
        return or_(column.is_(None), column == "") if spec.kind in {"text", "longtext", "phone"} else column.is_(None)
    if spec.kind in {"date", "moment"}:
        return _when(spec, column, code, values)
    if isinstance(spec, Choice) and spec.has_branches:
        return column.in_(sorted(set().union(*[choices.branch(spec.values, value) for value in values])))
    if isinstance(column.type, Sentence) and code in AROUND:  # in whatever language
        before, behind = AROUND[code]
        return or_(*[_like("contains", marked(column), f"{before}{value}{behind}") for value in values])
    return ASKED[code](column, values)


def _like(how: str, column: Any, value: str) -> ColumnElement[bool]:
    """Return LIKE, whatever the case; where there is none, as in Chinese, without folding the case of every row."""
    return getattr(column, how if value.lower() == value.upper() else f"i{how}")(value, autoescape=True)  # type: ignore[no-any-return]


ASKED: Mapping[str, Callable[[Any, Sequence[Any]], ColumnElement[bool]]] = {
    "is": lambda column, values: column == values[0],
    "in": lambda column, values: column.in_(values),
    "contains": lambda column, values: _like("contains", column, values[0]),
    "starts": lambda column, values: _like("startswith", column, values[0]),
    "ends": lambda column, values: _like("endswith", column, values[0]),
    "below": lambda column, values: column < values[0],
    "above": lambda column, values: column > values[0],
    "between": lambda column, values: column.between(min(values), max(values)),
    "true": lambda column, _values: column.is_(true()),
}


def _tagged(spec: Choices, table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    child, joined = spec.path(table)  # type: ignore[misc]
    codes = child.c[spec.code]
    if code == "empty":
        return ~select(codes).where(joined).exists()
    if code == "every":
        return and_(*[select(codes).where(joined, codes == value).exists() for value in values])
    return select(codes).where(joined, codes.in_(values)).exists()


def _when(spec: Field, column: ColumnElement[Any], code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    first, last = _days_meant(code, values)
    if spec.kind == "date":
        return and_(column >= first if first else true(), column <= last if last else true(), column.is_not(None))
    return and_(
        column >= _midnight(first) if first else true(),
        column < _midnight(last + timedelta(days=1)) if last else true(),
        column.is_not(None),
    )


def _days_meant(code: str, values: Sequence[Any]) -> tuple[date | None, date | None]:
    """Return the first and the last day a date operator means, both included."""
    if code in {"last_days", "next_days"}:
        today, reach = clock.today(), timedelta(days=values[0])
        return (today - reach, today) if code == "last_days" else (today, today + reach)
    days = sorted(_day(value) for value in values)
    one = timedelta(days=1)
    return {
        "on": (days[0], days[0]),
        "before": (None, days[0] - one),
        "after": (days[0] + one, None),
        "between": (days[0], days[-1]),
    }[code]


def _day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def _midnight(day: date) -> datetime:
    return clock.stored(datetime.combine(day, time()))
