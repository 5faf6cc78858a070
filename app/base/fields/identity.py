"""The number of an identity document 证件号码: sealed in the database, masked on screens, found only as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, or_

from app.base import normal
from app.base.fields.kinds import Text, Value
from app.base.normal.numbers import integral
from app.base.sealed import is_value

ENDS = 4  # characters left at either end of a long number, such as 4101**********1234
LONG, SHORT = 15, 8  # from so many characters on four, or two, are left at either end; of shorter ones nothing


@dataclass(frozen=True)
class IdentityNumber(Text):
    """Its document is another field; the rules of the domain compare both."""

    kind: ClassVar[str] = "sealed"
    icon: ClassVar[str] = "id"
    is_sealed: ClassVar[bool] = True
    asked_whole: ClassVar[bool] = True
    max_length: int = 40

    def read(self, raw: Value) -> str:
        is_rounded = isinstance(raw, float) and abs(raw) >= normal.FIRST_ROUNDED
        return normal.identity_number("", raw if is_rounded else integral(raw))

    def masked(self, value: Value) -> str:
        """Keep the ends: 4101**********1234, E1*****78."""
        length = len(value or "")
        kept = ENDS if length >= LONG else ENDS // 2 if length >= SHORT else 0
        return f"{value[:kept]}{'*' * (length - 2 * kept)}{value[-kept:]}" if kept else super().masked(value)

    def met(self, table: Any, code: str, values: Sequence[Value]) -> ColumnElement[bool]:
        """Return the condition that a row holds one of these whole values; "empty": that it holds none."""
        column: str = self.column or self.name
        if code == "empty":
            empty: ColumnElement[bool] = table.c[column].is_(None)
            return empty
        return or_(*[is_value(table, column, value) for value in values])
