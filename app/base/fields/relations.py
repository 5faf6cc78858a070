"""The kinds of fields that lead to other rows, or are reckoned from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import ColumnElement, FromClause

from app.base import choices, normal
from app.base.errors import Invalid
from app.base.fields.kinds import TOO_LARGE_KEY, Field, Path, Value
from app.base.i18n import _

ANYTHING = Field()


@dataclass(frozen=True)
class Link(Field):
    """Another record, stored as its id. ``to`` is the kind in ``choices.references``, ``relation`` the attribute."""

    kind: ClassVar[str] = "link"
    icon: ClassVar[str] = "link"
    to: str = ""
    relation: str = ""
    nobody: object = ""  # the words for an empty value, where it has a meaning of its own

    def read(self, raw: Value) -> int:
        key = normal.integer(raw)
        if not 0 < key < TOO_LARGE_KEY or not choices.labels(self.to, [key]):
            raise Invalid(_("That record does not exist."))
        return key

    def text(self, value: Value) -> str:
        if value is None:
            return str(self.nobody)
        return choices.labels(self.to, [value]).get(value, f"#{value}")

    def typed(self, value: Value) -> str:
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Reckoned(Field):
    """Only to filter by: what no column holds. ``how(table, code, values)`` is the condition that the row meets it.

    ``inner`` says what the values are; ``code`` is a positive operator of its kind ("is", "in", "below", …).
    ``beside``: the name of a field; where a filter names that one's values too, ``how`` is told them, ``beside=…``, and
    need not be right for other rows.
    """

    inner: Field = ANYTHING
    how: Callable[..., ColumnElement[bool]] | None = None
    beside: str = ""

    @property
    def kind(self) -> str:  # type: ignore[override]
        return self.inner.kind

    @property
    def icon(self) -> str:  # type: ignore[override]
        return self.inner.icon

    def met(
        self, table: FromClause, code: str, values: Sequence[Value], known: Mapping[str, Sequence[Value]]
    ) -> ColumnElement[bool]:
        """Return the condition that a row meets an operator. ``known``: field → values of which a row holds one."""
        assert self.how is not None  # noqa: S101 - every one of them says how
        told = {"beside": known[self.beside]} if self.beside in known else {}
        return self.how(table, code, values, **told)


@dataclass(frozen=True)
class Related(Field):
    """A value that stands in rows hanging on this one (a contact's name, any phone): only to filter by.

    ``inner`` says what the value is, ``column`` where it stands in the child that ``path`` leads to.
    """

    inner: Field = ANYTHING
    path: Path | None = None

    @property
    def kind(self) -> str:  # type: ignore[override]
        return self.inner.kind
