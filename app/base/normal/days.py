"""Days without their year, or named as seen from today: 11-22, 22.11., 后天, 下周一, next Monday, +3."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date as Date  # noqa: N812 (as in dates)
from datetime import timedelta

from app.base.errors import Invalid
from app.base.i18n import _

FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS = 12
_WORDS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "yesterday": -1,
    "今天": 0, "今日": 0, "today": 0,
    "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "後天": 2, "大后天": 3, "大後天": 3,
}  # fmt: skip
_WEEKS = {"上": -1, "last": -1, "本": 0, "这": 0, "這": 0, "this": 0, "下": 1, "next": 1}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6} | {
    name: place for place, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
}
_WEEKDAY = re.compile(
    r"(?P<week>[上本这這下])?个?(?:周|週|星期|礼拜|禮拜)(?P<day>[一二三四五六日天])"
    r"|(?:(?P<w>last|this|next) )?(?P<d>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?"
)
_STEPS = re.compile(
    r"(?P<sign>[+-])(?P<n>\d{1,4})|(?P<m>\d{1,4}) ?(?:天|日|days? )(?P<way>前|后|後|ago|later)", re.ASCII
)
_UNYEARED = re.compile(r"(?P<a>\d{1,2}) ?(?P<sign>[-/.月]) ?(?P<b>\d{1,2}) ?(?P<end>[.日号號]?)", re.ASCII)
_TOO_SHORT = re.compile(r"\d{1,4}", re.ASCII)


def named(text: str, today: Date) -> Date | None:
    """Return the day that somebody means on this day, None if the text is none of this kind.

    Raises Invalid if it may be two days, or is no day at all.
    """
    if text in _WORDS:
        return today + timedelta(days=_WORDS[text])
    if _TOO_SHORT.fullmatch(text) and not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Invalid(_("This number is no date: please write it like 2011-06-14."))
    return next((read(found, today) for shape, read in _SHAPES if (found := shape.fullmatch(text))), None)


def existing(year: int, month: int, day: int) -> Date:
    """Return a day. Raises Invalid, and says why, if there is none such."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(_("The year %(year)s is not within 1900 and 2200: please check it."), year=year)
    if not 1 <= month <= MONTHS:
        raise Invalid(_("There is no month %(month)s: please write the date like 2011-06-14."), month=month)
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise Invalid(
            _("There is no day %(day)s in %(year)s-%(month)s: that month has %(days)s days."),
            day=day, year=year, month=f"{month:02}", days=days,
        )  # fmt: skip
    return Date(year, month, day)


def _of_week(found: re.Match[str], today: Date) -> Date:
    """Return a weekday of last week, this one or the next; weeks begin on Monday."""
    week = found["week"] or found["w"]
    if not week:
        raise Invalid(_("Of which week? Please write “this Friday” or “next Friday”, or the date."))
    days = 7 * _WEEKS[week] + _WEEKDAYS[found["day"] or found["d"]] - today.weekday()
    return today + timedelta(days=days)


def _in_days(found: re.Match[str], today: Date) -> Date:
    back = found["sign"] == "-" or found["way"] in ("前", "ago")
    days = int(found["n"] or found["m"])
    return today + timedelta(days=-days if back else days)


def _of_year(found: re.Match[str], today: Date) -> Date:
    """Return a day of this year: month before day, but for 22.11. and what can only be read the other way round."""
    first, second, sign, end = int(found["a"]), int(found["b"]), found["sign"], found["end"]
    if sign != "." or end not in ("", "."):
        return existing(today.year, first, second)
    if not end and first <= MONTHS and second <= MONTHS and first != second:
        ways = {"first": f"{first:02}-{second:02}", "second": f"{second:02}-{first:02}"}
        raise Invalid(_("This may be %(first)s or %(second)s: please write the month first, like that."), **ways)
    is_day_first = bool(end) or first > MONTHS
    return existing(today.year, second, first) if is_day_first else existing(today.year, first, second)


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Date], Date]], ...] = (
    (_WEEKDAY, _of_week),
    (_STEPS, _in_days),
    (_UNYEARED, _of_year),
)
