"""Days and moments, in the business's zone, as a person or a spreadsheet writes them."""

import re
from datetime import date as Date  # noqa: N812 (the function of this module is the noun its callers want)
from datetime import datetime, time, timedelta

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal import days
from app.base.normal.days import FIRST_YEAR, LAST_YEAR
from app.base.normal.words import visible, written

_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (cells have no zone)
_LAST_SERIAL = 110_000  # 2201-02-28
_EXCEL_LEAP_BUG = 60  # Excel counts a 29 February 1900 that never was (ECMA-376 part 1, 18.17.4.1)
_DAY = r"(?P<y>\d{4})(?:-|/|\.|年)(?P<m>\d{1,2})(?:-|/|\.|月)(?P<d>\d{1,2})[日号號]?"
_SOLID_DAY = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_DAY_FIRST = r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"  # with dots, nobody writes the month first
_CLOCK = r"(?:[ Tt]?(?P<H>\d{1,2})[:时時点點](?P<M>\d{1,2})(?:[:分](?P<S>\d{1,2})?(?:\.\d+)?)?秒?)?"
_SHAPES = [re.compile(shape + _CLOCK, re.ASCII) for shape in (_DAY, _SOLID_DAY, _DAY_FIRST)]
_NUMBER = re.compile(r"\d{1,8}(\.\d{1,20})?", re.ASCII)


def date(value: object, *, today: Date | None = None) -> Date:
    """Return a day. A time of day beside it is dropped.

    Understands dates, Excel's serial numbers, 2011-06-14, 2011/6/14, 2011.6.14, 2011年6月14日, 14.6.2011, 20110614
    and, when `today` is given, what people say on that day (see `days`): 今天, 下周一, next Monday, +3, 11-22, 22.11.
    Raises Invalid if there is no such day, or if its year is not within 1900 to 2200.
    """
    return moment(value, today=today).date()


def moment(value: object, *, today: Date | None = None) -> datetime:
    """Return a day with its time (midnight if none is written), naive, in whatever zone it was written.

    Raises Invalid as `date` does, or if there is no such time.
    """
    return _within_years(_read(value, today))


def _read(value: object, today: Date | None) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, Date):
        return datetime.combine(value, time())
    written_form = visible(written(value)).replace(" 年 ", "年").lower()
    if today and isinstance(value, str) and (day := days.named(written_form, today)):
        return datetime.combine(day, time())
    if _NUMBER.fullmatch(written_form) and not _is_solid_day(written_form):
        return _from_serial(float(written_form))
    return _from_text(written_form)


def _is_solid_day(digits: str) -> bool:
    return len(digits) == len("20110614") and digits.isdigit()


def _from_serial(serial: float) -> datetime:
    """Return the moment of Excel's day number (1 = 1 January 1900; the fraction is the time of day)."""
    if FIRST_YEAR <= serial <= LAST_YEAR and serial.is_integer():
        raise Invalid(_("%(year)s is only a year: please write the day too, like 2011-06-14."), year=int(serial))
    if int(serial) == _EXCEL_LEAP_BUG or not 1 <= serial < _LAST_SERIAL:
        raise Invalid(_("This number is no date: please write it like 2011-06-14."))
    if serial < _EXCEL_LEAP_BUG:
        serial += 1
    return _EXCEL_ZERO + timedelta(seconds=round(serial * 86_400))


def _from_text(text: str) -> datetime:
    tight = re.sub(
        r"\s*([-/.年月日号號:])\s*", lambda sign: sign[1] + (" " if sign[1] in "日号號" else ""), text
    ).strip()
    for shape in _SHAPES:
        if found := shape.fullmatch(tight):
            parts = {name: int(digits or 0) for name, digits in found.groupdict().items()}
            return datetime.combine(days.existing(parts["y"], parts["m"], parts["d"]), _clock(parts))
    raise Invalid(_("This is no date: please write it with year, month and day, like 2011-06-14."))


def _clock(parts: dict[str, int]) -> time:
    try:
        return time(parts["H"], parts["M"], parts["S"])
    except ValueError:
        raise Invalid(_("There is no such time of day: please write it like 08:30.")) from None


def _within_years(found: datetime) -> datetime:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Invalid(_("The year %(year)s is not within 1900 and 2200: please check it."), year=found.year)
    return found
