"""When a service is about to end or has ended, and who is reminded. Pure. Source: FEE-3, FEE-5, DECISIONS "Expiry"."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.i18n import _

A_DAY = timedelta(days=1)
MOST_OFFSET = 3650  # days before or after an end at which anybody may be reminded
MOST_STAGES = 20
LONG_OVERDUE_DAYS = 90  # a renewal after that begins today, not where the old period ended
USUAL_MONTHS = 12


class State(StrEnum):
    """How a line stands on a day: the codes of the dictionary fee_expiry."""

    NORMAL = "normal"
    EXPIRING = "expiring"
    OVERDUE = "overdue"
    WAITING = "renewal_waiting"
    ENDED = "not_renewed"


NORMAL, EXPIRING, OVERDUE, WAITING, ENDED = State


def state(end_on: date | None, *, is_waiting: bool, is_ended: bool, today: date, within_days: int) -> State | None:
    """Return how a line stands on a day; None without any period that counts.

    The last day belongs to the period: what ends today is expiring, not overdue.
    """
    if end_on is None:
        return None
    if is_ended:
        return ENDED
    if is_waiting:
        return WAITING
    if end_on < today:
        return OVERDUE
    return EXPIRING if end_on <= last_expiring_day(today, within_days) else NORMAL


def last_expiring_day(today: date, within_days: int) -> date:
    """Return the last end that is expiring today."""
    return today + timedelta(days=within_days)


def is_limited(covered_until: date | None, *, today: date) -> bool:
    """Tell whether service is limited: there was a period once, and none covers this day."""
    return covered_until is not None and covered_until < today


class Mark(NamedTuple):
    """What is said of a customer wherever it appears. ``days``: overdue for, or left."""

    kind: str
    days: int = 0


LIMITED = "limited"


def marks(
    *,
    due_on: date | None,
    waits: bool,
    covered_until: date | None,
    today: date,
    within_days: int,
    limits: bool,
) -> Sequence[Mark]:
    """Return what is said of a customer: the nearest end that nobody has dealt with, a renewal that waits, the limit.

    ``due_on``: the earliest end among its lines that are neither ended nor waiting; ``limits``: the house does so.
    """
    found = []
    due = state(due_on, is_waiting=False, is_ended=False, today=today, within_days=within_days)
    if due in (EXPIRING, OVERDUE) and due_on is not None:
        found.append(Mark(due, abs((due_on - today).days)))
    if waits:
        found.append(Mark(WAITING))
    if limits and is_limited(covered_until, today=today):
        found.append(Mark(LIMITED))
    return found


# ── what may be done ──

#: Lines of which may be said that they are not renewed.
MAY_END = frozenset({EXPIRING, OVERDUE})
NOT_ENDED: Mapping[State | None, object] = {
    None: _("There is no approved period that could end."),
    NORMAL: _("This service runs on for a while. It can be ended once it is about to expire."),
    WAITING: _("A renewal waits for approval. Have it rejected, or void it, before you end this service."),
    ENDED: _("This service was ended already."),
}


def check_may_end(now: State | None) -> None:
    """Raise WrongState for a line of which it cannot be said that it is not renewed."""
    if now not in MAY_END:
        raise WrongState(NOT_ENDED[now])


def check_may_resume(*, is_ended: bool) -> None:
    """Raise WrongState for a line that nobody has ended."""
    if not is_ended:
        raise WrongState(_("This service was not ended."))


def check_may_renew(end_on: date | None, *, is_waiting: bool) -> None:
    """Raise WrongState without a period to renew, or while a renewal waits that nobody has overlooked knowingly."""
    if end_on is None:
        raise WrongState(_("There is no approved period that could be renewed."))
    if is_waiting:
        raise WrongState(
            _("A renewal of this service waits for approval already. Look at it before you enter another.")
        )


def check_reason(reason: object) -> None:
    """Raise InvalidFields unless it is said why a customer does not renew."""
    if not reason:
        raise InvalidFields({"reason": _("Please say why the customer does not renew.")})


def is_revived(end_on: date | None, ended_end_on: date | None) -> bool:
    """Tell whether a fee approved later prolongs what was ended when it ended on ``ended_end_on``."""
    return end_on is not None and ended_end_on is not None and end_on > ended_end_on


# ── the next period ──


def next_period(start: date | None, end_on: date, *, term_months: int | None, today: date) -> tuple[date, date]:
    """Return (first, last day) of the period that follows: at once, or from today where the old one is long over.

    As long as the product's term says, else as the old period, which began on ``start``.
    """
    is_long_over = (today - end_on).days > LONG_OVERDUE_DAYS
    first = today if is_long_over else end_on + A_DAY
    return first, months_later(first, term_months or _months_of(start, end_on)) - A_DAY


def _months_of(start: date | None, end_on: date) -> int:
    if start is None:
        return USUAL_MONTHS
    after = end_on + A_DAY
    return max(1, round((after - start).days / 30.44)) if after > start else USUAL_MONTHS


def months_later(day: date, months: int) -> date:
    """Return the same day some months later; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


# ── reminders ──


def offsets_of(kept: str | None) -> tuple[int, ...]:
    """Return the days before an end (after it: below zero) of "30, 7, 0, -1", the earliest reminder first."""
    return tuple(sorted({int(one) for one in (kept or "").split(",") if one.strip()}, reverse=True))


def read_offsets(parts: Iterable[str]) -> tuple[int, ...]:
    """Return offsets that were typed. Raises Invalid for what is none, or too many."""
    found = {_offset(part) for part in parts}
    if len(found) > MOST_STAGES:
        raise Invalid(_("At most %(count)s reminders."), count=MOST_STAGES)
    return tuple(sorted(found, reverse=True))


def _offset(text: str) -> int:
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 6 and int(digits) <= MOST_OFFSET:  # noqa: PLR2004 - digits
        return int(text)
    raise Invalid(_("“%(text)s” is no number of days, such as 30, or -7 for a week after."), text=text[:40])


def stage(end_on: date, offsets: Iterable[int], *, today: date) -> int | None:
    """Return the reminder that is due for an end: of several that have come the most urgent; None if none has."""
    left = (end_on - today).days
    return min((one for one in offsets if one >= left), default=None)


def is_told(now: int | None, told: Iterable[int]) -> bool:
    """Tell whether a stage, or a more urgent one, was told before: then it is never told any more."""
    return now is None or any(one <= now for one in told)


def skipped(now: int, offsets: Iterable[int], told: Iterable[int]) -> Sequence[int]:
    """Return the stages that passed untold before ``now`` was told: they are noted, and never told later."""
    before = min(told, default=None)
    return sorted((one for one in offsets if one > now and (before is None or one < before)), reverse=True)
