"""The types of sealed columns. What cannot be opened is shown as a sentence, and written back as it was."""

import json
import logging
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from app.base import clock
from app.base.sealed.ring import FORM, UNREADABLE, Unopened, key_of, ring

log = logging.getLogger("zhike.sealed")
NULL_CHECKS = frozenset({operators.is_, operators.is_not})
A_MINUTE = 60
_told: dict[tuple[str, str], Any] = {}


class Unreadable(str):
    """The sentence that stands in the place of a value which no key opens. Saved again, the value stays what it was."""

    __slots__ = ("token",)
    token: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unreadable) and other.token == self.token

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.token)

    @classmethod
    def of(cls, token: str) -> "Unreadable":
        """Return it for a sealed value, in the language of whoever reads."""
        made = cls(str(UNREADABLE))
        made.token = token
        return made


class Opened(str):
    """A value together with how it is sealed: written once more, as into the history, it stays the very same."""

    __slots__ = ("place", "token")
    token: str
    place: str

    @classmethod
    def of(cls, plain: str, token: str, *, place: str) -> "Opened":
        """Return it for a value and what seals it in the column ``place``."""
        made = cls(plain)
        made.token, made.place = token, place
        return made


class SealedComparisonError(Exception):
    """A statement compares or sorts a sealed column: it would never find anything. A programming error."""


class Sealed(TypeDecorator[str]):
    """A text that is stored encrypted. ``place``: "table.column", the same for the column's history."""

    impl = Text
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Lets a statement ask whether there is a value, or whether two places hold the very same sealed one."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            """Return the condition. Raises SealedComparisonError for all else."""
            is_copy = op is operators.is_distinct_from and _place_of(other[0]) == self.type.place  # type: ignore[attr-defined]
            if op in NULL_CHECKS or is_copy:
                return super().operate(op, *other, **kwargs)
            raise SealedComparisonError(f"{self.type.place}: {op.__name__}")  # type: ignore[attr-defined]

    comparator_factory = Comparator  # type: ignore[assignment]

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Seal what goes into the database."""
        if value is None or isinstance(value, Unreadable):
            return None if value is None else value.token
        if isinstance(value, Opened) and value.place == self.place and ring().is_current(value.token):
            return value.token
        return ring().seal(self.written(value), place=self.place)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        """Open what comes out of the database."""
        if value is None:
            return None
        try:
            return self.read(ring().open(value, place=self.place), value)
        except Unopened as error:
            if error.key:
                _tell(self.place, error.key)
            return self.unread(value)

    def written(self, value: Any) -> str:
        """Return the text that is sealed."""
        return str(value)

    def read(self, text: str, token: str) -> Any:
        """Return the value of the text that was opened."""
        return Opened.of(text, token, place=self.place)

    def sealed(self, value: Any) -> Any:
        """Return a value that is to be written in several places, already sealed."""
        if value is None or isinstance(value, Opened | Unreadable):
            return value
        return self.read(value, ring().seal(value, place=self.place))

    def unread(self, token: str) -> Any:
        """Return what stands in the place of a value that no key opens."""
        return Unreadable.of(token)


class SealedLater(Sealed):
    """A text in a column that was not always sealed: what was stored before is read as it is."""

    cache_ok = True

    def unread(self, token: str) -> Any:
        """Return the plain value of old rows; raise Unopened for others: such a text is not used by halves."""
        if token.startswith(f"{FORM}|"):
            raise Unopened(key_of(token))
        return token


class SealedJSON(SealedLater):
    """Lists and dictionaries, stored encrypted. What was stored before it was sealed is read as it is."""

    cache_ok = True

    def written(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def read(self, text: str, token: str) -> Any:  # noqa: ARG002 - as above
        return json.loads(text)

    def unread(self, token: str) -> Any:
        return json.loads(super().unread(token))


def _place_of(other: Any) -> str:
    return getattr(getattr(other, "type", None), "place", "")


def _tell(place: str, key: str) -> None:
    """Write it into the operation log, at most once a minute for each column and key; never the value."""
    now = clock.now()
    if (place, key) not in _told or (now - _told[place, key]).total_seconds() >= A_MINUTE:
        _told[place, key] = now
        log.error("sealed value cannot be opened: check ENCRYPTION_KEYS", extra={"column": place, "key": key})
