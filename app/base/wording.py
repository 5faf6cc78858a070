"""How days, moments, counts and amounts are written: the one place, in the reader's language.

Tables, papers and forms say 2026-11-22 14:05, 12,345 and ¥12,345.60 in all three languages; lists say how near a day
is (Today 09:12, 3 days ago, 11-26 Thu), headings name it in full. Moments are naive UTC, shown in the business's zone.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_day_names
from flask_babel import get_locale

from app.base import clock
from app.base.i18n import _, ngettext

#: A day in full, this year's and any other's. Source: CLDR's MMMEd and yMMMEd, with a space before the weekday.
LONG = {"zh": ("M月d日 EEE", "y年M月d日 EEE"), "en": ("EEEE, d MMMM", "EEEE, d MMMM y")}
NAMED = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
#: Days back that are counted, not dated.
COUNTED_DAYS = 6
#: A size is told in the unit in which it has at most so many digits before the point.
SIZE_DIGITS_END = 1000
#: In seconds.
A_MINUTE, AN_HOUR, A_DAY = 60, 3600, 86400


def within(noun: object) -> str:
    """Return a noun as it stands within a sentence: "Customer" is "customer" there; "API key" and 客户 stay."""
    word = str(noun)
    return word[:1].lower() + word[1:] if word[1:2].islower() else word


# ── exact ──


def day(value: date) -> str:
    """Return 2026-11-22."""
    return value.isoformat()


def instant(moment: datetime) -> str:
    """Return 2026-11-22 14:05."""
    return clock.local(moment).isoformat(" ", "minutes")[:16]


def second(moment: datetime) -> str:
    """Return 2026-11-22 14:05:09."""
    return clock.local(moment).isoformat(" ", "seconds")[:19]


def time_of_day(moment: datetime) -> str:
    """Return 14:05."""
    return instant(moment)[11:]


def machine(moment: datetime) -> str:
    """Return 2026-11-22T14:05:09+08:00, as programs read it."""
    return clock.local(moment).isoformat(timespec="seconds")


def stamp(moment: datetime) -> str:
    """Return 20261122-1405, as it stands in the name of a file."""
    return f"{clock.local(moment):%Y%m%d-%H%M}"


def number(value: float | Decimal) -> str:
    """Return 12,345.6: the three languages write numbers alike (a test asks CLDR)."""
    return f"{value:,}"


def span(seconds: int | None) -> str:
    """Return how long something took, in words: the two largest units; "" for None."""
    if seconds is None:
        return ""
    if seconds < A_MINUTE:
        return str(_("under a minute"))
    days, hours, minutes = seconds // A_DAY, seconds % A_DAY // AN_HOUR, seconds % AN_HOUR // A_MINUTE
    words = (
        ngettext("%(n)s day", "%(n)s days", days, n=number(days)) if days else "",
        ngettext("%(n)s hour", "%(n)s hours", hours, n=hours) if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes, n=minutes) if minutes else "",
    )
    return " ".join([str(one) for one in words if one][:2])


def yuan(amount: Decimal | float) -> str:
    """Return ¥12,345.60."""
    return f"-¥{-amount:,.2f}" if amount < 0 else f"¥{amount:,.2f}"


def size(size_bytes: int) -> str:
    """Return the size of a file: 820 B, 64 KB, 1.4 MB."""
    told, unit = float(size_bytes), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if told < SIZE_DIGITS_END:
            break
        told, unit = told / 1024, larger
    return f"{told:.0f} {unit}" if unit in ("B", "KB") else f"{told:.1f} {unit}"


# ── in words ──


def weekday(value: date) -> str:
    """Return 周四, 週四 or Thu."""
    return _weekdays(language())[value.weekday()]


def dated(value: date) -> str:
    """Return a day with its weekday: 2026-11-22 周日."""
    return f"{day(value)} {weekday(value)}"


def ago(moment: datetime) -> str:
    """Return how near a moment is: Today 09:12, Yesterday 16:40, 3 days ago, 11-26 Thu, 2027-03-18."""
    here = clock.local(moment)
    return _near(here.date(), clock.today(), here.isoformat(" ", "minutes")[11:16])


def near(value: date) -> str:
    """Return how near a day is, as ``ago``."""
    return _near(value, clock.today(), "")


def long_day(value: date) -> str:
    """Return a day in full: 11月24日 周二, 11月24日 週二, Tuesday, 24 November; another year's with its year."""
    return _long(value, language(), value.year != clock.today().year)


def heading(value: date) -> str:
    """Return a day as a heading of a timeline: Today · Tuesday, 24 November."""
    named = _named((value - clock.today()).days)
    return f"{named} · {long_day(value)}" if named else long_day(value)


def _near(value: date, today: date, at: str) -> str:
    days = (value - today).days
    if named := _named(days):
        return f"{named} {at}".rstrip()
    if -COUNTED_DAYS <= days < 0:
        return str(ngettext("%(num)s day ago", "%(num)s days ago", -days))
    return f"{day(value)[5:]} {weekday(value)}" if value.year == today.year else day(value)


def _named(days: int) -> str:
    return str(NAMED[days]) if days in NAMED else ""


def language() -> str:
    """Return the code of the reader's language: zh_Hans, zh_Hant or en."""
    return _code(get_locale())


@lru_cache
def _code(locale: Locale | None) -> str:
    return str(locale) if locale else "en"


@lru_cache
def _weekdays(language: str) -> dict[int, str]:
    return dict(get_day_names("abbreviated", locale=language))


@lru_cache(maxsize=1000)
def _long(value: date, language: str, with_year: bool) -> str:  # noqa: FBT001 - a key of the cache
    return format_date(value, LONG[language[:2]][with_year], locale=language)
