"""Where fields find the values of a dictionary and the names of records. Higher layers supply both."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from flask import g, has_app_context

from app.base.actor import Actor


@dataclass(frozen=True)
class Item:
    """One value a field can take: its code as stored, its label in the reader's language, its colour token."""

    code: str
    label: str
    color: str = "gray"
    parent: str | None = None
    is_active: bool = True
    is_default: bool = False
    words: tuple[str, ...] = ()  # how else it is written, in any language: for search and import


@dataclass(frozen=True)
class Values:
    """All items of one dictionary in order, retired ones included."""

    items: tuple[Item, ...] = ()
    is_open: bool = False  # an import may propose new values

    @cached_property
    def by_code(self) -> Mapping[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def active(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_active)


NO_VALUES = Values()
Source = Callable[[str], Values]
_source: list[Source] = []
#: Items that a dictionary has besides its own, by dictionary: roles that an administrator made.
more: dict[str, Callable[[], tuple[Item, ...]]] = {}


#: The items of a dictionary as a row's own list words them, by dictionary: functions of what stands in the row.
beside: dict[str, Callable[[str], tuple[Item, ...]]] = {}
#: Dictionaries whose values stand below one another: each is named with what stands above it, and follows it.
trees: set[str] = set()


def provide(source: Source) -> None:
    """Name the function that returns the values of a dictionary, in the reader's language."""
    _source[:] = [source]


def values(dictionary: str) -> Values:
    """Return the values of a dictionary; none if it is unknown. Looked up once per request: a list asks 150 times.

    "<dictionary>/<value>": as the list of a row words them in which the value stands (``beside``).
    """
    if not has_app_context():
        return _values(dictionary)
    known: dict[Any, Values] = g.setdefault("dictionaries", {})  # stamps.forget drops it
    at = (dictionary, g.get("language"))
    if at not in known:
        known[at] = _values(dictionary)
    return known[at]


def _values(dictionary: str) -> Values:
    name, _slash, row = dictionary.partition("/")
    if row:
        return Values(beside[name](row))
    found = _source[0](dictionary) if _source else NO_VALUES
    if dictionary in trees:
        found = Values(tuple(_walked(found)), is_open=found.is_open)
    extra = more[dictionary]() if dictionary in more else ()
    return Values(found.items + extra, is_open=found.is_open) if extra else found


def _walked(known: Values) -> Iterator[Item]:
    """Return the items named by their path, each behind its parent; what has no living way to the top stands last."""
    below: dict[str | None, list[Item]] = {}
    for item in known.items:
        below.setdefault(item.parent if item.parent in known.by_code else None, []).append(item)
    waiting, left = list(reversed(below.get(None, []))), dict(known.by_code)
    while waiting:
        item = waiting.pop()
        del left[item.code]
        yield item
        lower = [replace(one, label=f"{item.label} / {one.label}") for one in below.get(item.code, [])]
        waiting += [replace(one, words=(*one.words, one.label)) for one in reversed(lower)]
    yield from left.values()


def branch(known: Values, code: str) -> set[str]:
    """Return a code and all below it."""
    found, before = {code}, 0
    while len(found) > before:
        before = len(found)
        found |= {item.code for item in known.items if item.parent in found}
    return found


def lineage(known: Values, code: str | None) -> list[str]:
    """Return a code, what stands above it, above that, and so on."""
    found: list[str] = []
    while code is not None and code not in found:
        found.append(code)
        item = known.by_code.get(code)
        code = item.parent if item is not None else None
    return found


@dataclass(frozen=True)
class Found:
    """One record a searching choice may offer."""

    value: str
    text: str
    sub: str = ""


class Reference(Protocol):
    """How records of one kind are named and searched, within the scope of whoever asks."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        """Return the name of each record, whether or not the reader may open it."""

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        """Return the best matches the actor may choose."""

    def exists(self, key: int, *, actor: Actor) -> bool:
        """Tell whether the actor may choose this record."""


references: dict[str, Reference] = {}
TOO_LARGE_KEY = 2**31  # for an INTEGER of PostgreSQL: no record has it, and to ask would be an error


def labels(kind: str, ids: Iterable[Any]) -> Mapping[int, str]:
    """Return the names of records of a kind by id; empty for unknown ones."""
    wanted = {number for key in ids if key is not None and (number := int(key)) < TOO_LARGE_KEY}
    return references[kind].labels(wanted) if wanted and kind in references else {}


__all__ = [
    "NO_VALUES",
    "Found",
    "Item",
    "Reference",
    "Values",
    "beside",
    "branch",
    "labels",
    "lineage",
    "more",
    "provide",
    "references",
    "search_items",
    "trees",
    "values",
]


def search_items(known: Values, words: str, *, limit: int) -> list[dict[str, str]]:
    """Return the active items that contain the words, in any language or by initials, as JSON for a choice."""
    wanted = words.casefold()
    found = []
    for item in known.active:
        if not wanted or any(wanted in word.casefold() for word in (item.label, item.code, *item.words)):
            above = known.by_code.get(item.parent or "")
            found.append({"value": item.code, "text": item.label, "sub": above.label if above else ""})
        if len(found) == limit:
            break
    return found
