"""What can be found: every domain says it of its own records."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from app.base.actor import Actor
from app.system.search.rules import DIGITS, Part


@dataclass(frozen=True)
class Watch:
    """Rows on which a record's texts depend: a change of ``columns`` concerns the record that ``key`` leads to.

    With ``via`` the key is not the record's id: it returns the statement that finds the records by the keys.
    """

    model: type[Any]
    columns: frozenset[str]
    key: str = "id"
    via: Callable[[Collection[int]], Select[Any]] | None = None


@dataclass(frozen=True)
class Line:
    """How a hit is shown."""

    title: str
    facts: Sequence[str] = ()  # as this person reads them
    marks: Sequence[tuple[str, str]] = ()  # what must not be overlooked: (words, colour)


@dataclass(frozen=True)
class Kind:
    """Records of one model that can be found. All its functions work on many records at once.

    ``mark``: the letter its tokens carry. ``screen``: whoever may open its list may find its records; ``endpoint``
    shows one. ``texts``: by id the texts of records that are not deleted, as (part, text), whatever the scope.
    ``lines``: how records, of which the actor may see all, are shown. ``numbers``: the records at which a whole
    number stands. ``newest``: the column that says when a record was last changed, indexed with the id. ``hides``: by
    id the parts that the actor does not see of single records, though they see these: they find nothing by them.
    """

    code: str
    mark: str
    model: type[Any]
    label: object
    icon: str
    screen: str
    endpoint: str
    parts: tuple[Part, ...]
    texts: Callable[[Sequence[int]], Mapping[int, list[tuple[str, str]]]]
    lines: Callable[[Sequence[int], Actor], Mapping[int, Line]]
    watches: tuple[Watch, ...]
    numbers: Callable[[str], Select[Any] | None] = lambda _words: None
    newest: str = "updated_at"
    hides: Callable[[Sequence[int], Actor], Mapping[int, Collection[str]]] | None = None

    @property
    def digits(self) -> Part:
        """The part that holds its numbers. A kind with ``numbers`` has one."""
        return next(part for part in self.parts if part.manner is DIGITS)


kinds: dict[str, Kind] = {}
