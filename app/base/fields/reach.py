"""How people are reached: numbers and addresses, each with what stands in its place for who may not see it."""

from dataclasses import dataclass
from typing import ClassVar

from app.base import normal
from app.base.fields.kinds import Path, Text, Value

SHORTEST_MASKED = 11  # of a shorter number nothing is shown


@dataclass(frozen=True)
class Phone(Text):
    """A telephone number, stored as E.164."""

    kind: ClassVar[str] = "phone"
    icon: ClassVar[str] = "phone"
    max_length: int = 32
    phone_kind: str = "main"

    def read(self, raw: Value) -> str:
        return normal.phone(raw)

    def text(self, value: Value) -> str:
        return normal.phone_display(value) if value else ""

    def masked(self, value: Value) -> str:
        """Keep the ends: 138****5678."""
        shown = normal.phone_display(value).replace(" ", "").split("-")[-1] if value else ""
        return f"{shown[:3]}****{shown[-4:]}" if len(shown) >= SHORTEST_MASKED else "****" if shown else ""


@dataclass(frozen=True)
class Phones(Phone):
    """Several numbers, kept in child rows; the value is a tuple of E.164 numbers in the order given."""

    through: str = ""  # relationship whose rows carry the numbers
    path: Path | None = None
    max_length: int = 400

    def parse(self, raw: Value) -> tuple[str, ...]:
        parts = raw if isinstance(raw, list | tuple) else [raw]
        return tuple(
            dict.fromkeys(number for part in parts if str(part or "").strip() for number in normal.phones(part))
        )

    def text(self, value: Value) -> str:
        return "、".join(normal.phone_display(number) for number in value or ())

    def typed(self, value: Value) -> str:
        return "; ".join(normal.phone_display(number) for number in value or ())

    def plain(self, value: Value) -> Value:
        return list(value or ())

    def masked(self, value: Value) -> str:
        return "、".join(Phone.masked(Phone(), number) for number in value or ())


@dataclass(frozen=True)
class Email(Text):
    icon: ClassVar[str] = "mail"

    def read(self, raw: Value) -> str:
        return normal.text(normal.email(str(raw)), max_length=self.max_length)

    def masked(self, value: Value) -> str:
        """Keep a letter and where it is: w****@qq.com."""
        name, _at, host = (value or "").partition("@")
        return f"{name[:1]}****@{host}" if name else ""


@dataclass(frozen=True)
class Account(Text):
    """By what name somebody is known on a network: WeChat, QQ."""

    def masked(self, value: Value) -> str:
        """Keep a letter: w****."""
        return f"{value[:1]}****" if value else ""
