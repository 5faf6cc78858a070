"""When something is agreed, and how long something took."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar

from app.base import clock, normal, wording
from app.base.errors import Invalid
from app.base.fields.kinds import Moment, Number, Text, Value
from app.base.i18n import _

#: The time that is meant by a day alone.
OPENING = time(9)
WITH_TIME = re.compile(r"(.*\S)[ Tt](\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)")
LENGTH = re.compile(r"(?:(\d{1,4})[:：](\d{1,2}))|(?:(\d{1,4}) ?(?:分钟?|分鐘|min|m))? ?(?:(\d{1,5}) ?(?:秒|s|sec)?)?")
TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
A_MINUTE = 60


@dataclass(frozen=True)
class Appointment(Moment):
    """An instant that a person types: any day that is understood, with a time; without one, the opening of the day."""

    def read(self, raw: Value) -> datetime:
        text = str(raw).strip()
        parts = WITH_TIME.fullmatch(text)
        if parts is None or not isinstance(raw, str):
            found = normal.moment(raw, today=clock.today())
            return clock.stored(found if found.time() != time() else datetime.combine(found.date(), OPENING))
        day = normal.date(parts[1], today=clock.today())
        return clock.stored(normal.moment(f"{day} {parts[2].replace('：', ':')}"))


@dataclass(frozen=True)
class Duration(Number):
    """How long something took, in seconds. Typed as seconds, or as minutes:seconds."""

    icon: ClassVar[str] = "hourglass"

    def read(self, raw: Value) -> int:
        parts = LENGTH.fullmatch(str(raw).strip().lower())
        if parts is None or not any(parts.groups()):
            raise Invalid(_("Write how long it took in seconds, or as minutes:seconds, such as 3:20."))
        minutes, seconds = parts[1] or parts[3] or 0, parts[2] or parts[4] or 0
        return int(super().read(int(minutes) * A_MINUTE + int(seconds)))

    def text(self, value: Value) -> str:
        return "" if value is None else f"{value // A_MINUTE}:{value % A_MINUTE:02}"

    def typed(self, value: Value) -> str:
        return self.text(value)


@dataclass(frozen=True)
class Span(Duration):
    """How long something lasted, hours and days too: read in its two largest units, typed as a Duration."""

    def text(self, value: Value) -> str:
        return wording.span(value)

    def typed(self, value: Value) -> str:
        return super().text(value)


@dataclass(frozen=True)
class TimeOfDay(Text):
    """A time of day in the business's zone, as 02:00."""

    max_length: int = 5

    def read(self, raw: Value) -> str:
        met = TIME.fullmatch(str(raw).strip())
        if met is None:
            raise Invalid(_("Write a time of day between 00:00 and 23:59, such as 02:00."))
        return f"{int(met[1]):02}:{met[2]}"
