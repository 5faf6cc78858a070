"""The kinds of fields: how each is read, written, shown and masked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, FromClause

from app.base import choices, clock, normal, wording
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal.numbers import integral

Value = Any
#: From the parent's table to a child table and the condition that joins them.
Path = Callable[[FromClause], tuple[FromClause, ColumnElement[bool]]]


@dataclass(frozen=True)
class Field:
    """The parent of all kinds. ``column`` is where the value is stored, ``name`` how the world calls it."""

    kind: ClassVar[str] = "text"
    icon: ClassVar[str] = "abc"
    asked_whole: ClassVar[bool] = False  # whoever sees it masked may still find by the whole value
    is_sealed: ClassVar[bool] = False  # stored encrypted: found only as a whole, never sorted by

    label: object = ""
    name: str = ""
    column: str = ""
    required: bool = False
    help: object = ""
    group: str = ""  # the field group whose permission shows it in full; empty: no mask
    synonyms: tuple[str, ...] = ()  # other headings under which an import may find it
    only: str = ""  # "company" or "person": the customer kind it belongs to
    sortable: bool = False
    wide: bool = False
    needs: str = ""  # the relationship from which a property reads the value: lists load it with the rows

    def parse(self, raw: Value) -> Value:
        """Return the value to store for what was typed, sent or imported; None for nothing. Raises Invalid."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        return self.read(raw)

    def read(self, raw: Value) -> Value:
        """Return the value of something that is not empty. Raises Invalid."""
        return normal.text(str(raw))

    def text(self, value: Value) -> str:
        """Return the value as a person reads it, in their language."""
        return "" if value is None else str(value)

    def typed(self, value: Value) -> str:
        """Return the value as it stands in an input field."""
        return self.text(value)

    def cell(self, value: Value) -> Value:
        """Return the value for a spreadsheet: a real date or number where it is one, else text."""
        return None if value is None else self.text(value)

    def plain(self, value: Value) -> Value:
        """Return the value for JSON."""
        return value

    def masked(self, value: Value) -> str:
        """Return what somebody sees who may not see the value."""
        return "****" if value not in (None, "", ()) else ""


@dataclass(frozen=True)
class Text(Field):
    """One line."""

    max_length: int = 200

    def read(self, raw: Value) -> str:
        return normal.text(integral(raw), max_length=self.max_length)


@dataclass(frozen=True)
class Name(Text):
    """The name of a company or person: brackets full-width, white space collapsed."""

    def read(self, raw: Value) -> str:
        return normal.text(normal.name(integral(raw)), max_length=self.max_length)


@dataclass(frozen=True)
class PersonName(Text):
    """The name of a person who is no customer: as written but for invisible and full-width letters."""

    def read(self, raw: Value) -> str:
        return normal.text(normal.person_name(integral(raw)), max_length=self.max_length)


@dataclass(frozen=True)
class LongText(Text):
    """Several lines."""

    kind: ClassVar[str] = "longtext"
    max_length: int = 4000
    wide: bool = True


@dataclass(frozen=True)
class CreditCode(Text):
    """The unified social credit code 统一社会信用代码. Source: GB 32100-2015."""

    icon: ClassVar[str] = "id"
    max_length: int = 18

    def read(self, raw: Value) -> str:
        return normal.credit_code(integral(raw))


TOO_LARGE_KEY = 2**31  # PostgreSQL would refuse to compare it


@dataclass(frozen=True)
class Choice(Field):
    """One value of a dictionary, stored as its code. ``tree``: choosing a parent finds its children too.

    ``beside``: the attribute of a record that says by which list its value is worded (``choices.beside``).
    """

    kind: ClassVar[str] = "choice"
    icon: ClassVar[str] = "list"
    dictionary: str = ""
    beside: str = ""
    tree: bool = False
    nothing: object = ""  # the words for an empty value, where it has a meaning of its own

    @property
    def values(self) -> choices.Values:
        return choices.values(self.dictionary)

    @property
    def has_branches(self) -> bool:
        """Tell whether a value stands for all below it, too."""
        return self.tree or self.dictionary in choices.trees

    def read(self, raw: Value) -> str:
        code = str(raw).strip()
        if code in self.values.by_code:
            return code
        raise Invalid(_("“%(value)s” is not one of the values of this field."), value=code)

    def text(self, value: Value) -> str:
        found = self.values.by_code.get(value) if value else None
        return found.label if found else str(value or self.nothing)

    def cell(self, value: Value) -> Value:
        return self.text(value) or None

    def typed(self, value: Value) -> str:
        return value or ""


@dataclass(frozen=True)
class Choices(Choice):
    """Several values of a dictionary; the value is a sorted tuple of codes. ``through`` names the child table."""

    kind: ClassVar[str] = "choices"
    through: str = ""  # relationship whose rows carry the codes
    code: str = "code"
    path: Path | None = None

    def parse(self, raw: Value) -> tuple[str, ...]:
        given = raw if isinstance(raw, list | tuple | set) else [raw or ""]
        parts = [part for one in given for part in str(one).split(",")]
        return tuple(sorted({self.read(part) for part in parts if part.strip()}))

    def text(self, value: Value) -> str:
        return "、".join(super(Choices, self).text(code) for code in value or ())

    def plain(self, value: Value) -> Value:
        return list(value or ())


@dataclass(frozen=True)
class Date(Field):
    kind: ClassVar[str] = "date"
    icon: ClassVar[str] = "calendar"

    def read(self, raw: Value) -> date:
        return normal.date(raw, today=clock.today())

    def text(self, value: Value) -> str:
        return wording.day(value) if value else ""

    def cell(self, value: Value) -> Value:
        return value

    def plain(self, value: Value) -> Value:
        return value.isoformat() if value else None


@dataclass(frozen=True)
class Moment(Field):
    """An instant: stored in UTC, read and shown in the business's zone."""

    kind: ClassVar[str] = "moment"
    icon: ClassVar[str] = "clock"

    def read(self, raw: Value) -> datetime:
        return clock.stored(normal.moment(raw, today=clock.today()))

    def text(self, value: Value) -> str:
        return wording.instant(value) if value else ""

    def cell(self, value: Value) -> Value:
        return clock.local(value).replace(tzinfo=None, microsecond=0) if value else None

    def plain(self, value: Value) -> Value:
        return wording.machine(value) if value else None


@dataclass(frozen=True)
class Number(Field):
    """A number; ``places`` behind the point."""

    kind: ClassVar[str] = "number"
    icon: ClassVar[str] = "123"
    places: int = 0
    low: int | None = None
    high: int | None = None

    def read(self, raw: Value) -> int | Decimal:
        value = normal.decimal(raw, places=self.places) if self.places else normal.integer(raw)
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise Invalid(_("The number must be between %(low)s and %(high)s."), low=self.low, high=self.high)
        return value

    def text(self, value: Value) -> str:
        return "" if value is None else wording.number(value)

    def typed(self, value: Value) -> str:
        return "" if value is None else str(value)

    def cell(self, value: Value) -> Value:
        return value

    def plain(self, value: Value) -> Value:
        return str(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Percent(Number):
    """How much of a whole, 0 to 100: drawn as a bar."""


@dataclass(frozen=True)
class Money(Number):
    """An amount in yuan (CNY)."""

    icon: ClassVar[str] = "currency-yuan"
    places: int = 2

    def text(self, value: Value) -> str:
        return "" if value is None else wording.yuan(value)


@dataclass(frozen=True)
class Boolean(Field):
    kind: ClassVar[str] = "boolean"
    icon: ClassVar[str] = "toggle-left"

    def parse(self, raw: Value) -> bool | None:
        return None if raw is None or raw == "" else normal.boolean(raw)

    def text(self, value: Value) -> str:
        return "" if value is None else str(_("Yes") if value else _("No"))

    def typed(self, value: Value) -> str:
        return "" if value is None else "1" if value else "0"
