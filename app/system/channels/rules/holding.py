"""Which messages a person wants by which way, and until when they wait. Moments here are of the business's zone."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.base.errors import Invalid
from app.base.i18n import _
from app.system.channels.rules.lifecycle import EMAIL, ROBOT

#: What a channel carries to whoever has chosen nothing.
ALL, URGENT, CHOSEN = USUALS = ("all", "urgent", "chosen")
INBOX = "inbox"  # the family of the inbox itself: only muted, never chosen
NEVER = "none"  # no quiet hours at all
A_DAY = timedelta(days=1)
_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def time_of_day(text: str) -> str:
    """Return a time of day as it is kept: "08:30". Raises Invalid."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise Invalid(_("“%(text)s” is no time of day. Write it like 08:30."), text=text[:20])
    return f"{int(found[1]):02}:{found[2]}"


def hours(text: str) -> str:
    """Return quiet hours as they are kept: "22:00-07:30", or "none". Raises Invalid."""
    parts = re.split(r"\s*(?:[-–—~～至到])\s*", text.strip())
    if text.strip() in ("", NEVER):
        return NEVER
    if len(parts) != 2:  # noqa: PLR2004 - from, until
        raise Invalid(_("Write quiet hours like 22:00-07:30."))
    begin, end = map(time_of_day, parts)
    if begin == end:
        raise Invalid(_("Quiet hours must end at another time than they begin."))
    return f"{begin}-{end}"


@dataclass(frozen=True)
class Wishes:
    """What a person has chosen: "+email:recalled" (sent), "-inbox:recalled" (muted); quiet hours; digest time."""

    chosen: frozenset[str] = frozenset()
    quiet: str = NEVER
    digest_at: str = ""

    def wants(self, family: str, kind: str, *, usual: str, is_urgent: bool) -> bool:
        """Tell whether a message of a kind goes to them by a family of channels."""
        if f"+{family}:{kind}" in self.chosen:
            return True
        return f"-{family}:{kind}" not in self.chosen and (usual == ALL or (usual == URGENT and is_urgent))

    def mutes(self, kind: str) -> bool:
        """Tell whether a kind shall reach their inbox without a sound."""
        return f"-{INBOX}:{kind}" in self.chosen


@dataclass(frozen=True)
class Hold:
    """Until when a message waits (None: not at all), and whether it then leaves with others of its day."""

    until: datetime | None = None
    is_digest: bool = False


def hold(here: datetime, wishes: Wishes, *, family: str, is_urgent: bool) -> Hold:
    """Return how long a message waits that is told at ``here``. The urgent never does."""
    if is_urgent:
        return Hold()
    if family == EMAIL and wishes.digest_at:
        return Hold(next_at(here, wishes.digest_at), is_digest=True)
    return Hold() if family == ROBOT else Hold(quiet_end(here, wishes.quiet))  # a group has no nights of its own


def next_at(here: datetime, at: str) -> datetime:
    """Return the next moment at a time of day, later than ``here``."""
    meant = datetime.combine(here.date(), _time(at))
    return meant if meant > here else meant + A_DAY


def quiet_end(here: datetime, quiet: str) -> datetime | None:
    """Return when the quiet hours end that it is now; None outside of them. The end itself is no quiet hour."""
    if quiet in ("", NEVER):
        return None
    begin, end = map(_time, quiet.split("-"))
    now = here.time()
    is_quiet = begin <= now < end if begin < end else now >= begin or now < end
    return next_at(here, f"{end:%H:%M}") if is_quiet else None


def _time(text: str) -> time:
    hour, _colon, minute = text.partition(":")
    return time(int(hour), int(minute))


def entries(family: str, kinds: Collection[str], wanted: Collection[str], usual: Collection[str]) -> list[str]:
    """Return what is kept of a column of ticks: only what differs from the usual."""
    added = [f"+{family}:{kind}" for kind in kinds if kind in wanted and kind not in usual]
    return added + [f"-{family}:{kind}" for kind in kinds if kind not in wanted and kind in usual]
