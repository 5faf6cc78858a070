"""When somebody may come in, and what a password must be. Pure: no database, no request, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.base.errors import Invalid
from app.base.i18n import _

#: The passwords everybody tries first, in lower case. Longer ones are refused too when they only repeat these.
COMMON = frozenset(
    [
        "1234567890",
        "12345678910",
        "123456789012",
        "0123456789",
        "9876543210",
        "1111111111",
        "0000000000",
        "8888888888",
        "6666666666",
        "1122334455",
        "1234512345",
        "123123123123",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "1qaz2wsx3edc",
        "1q2w3e4r5t",
        "1q2w3e4r5t6y",
        "asdfghjkl1",
        "asdfghjkl123",
        "zxcvbnm123",
        "abc1234567",
        "abcd123456",
        "abc123456789",
        "a123456789",
        "a1234567890",
        "aa123456789",
        "password12",
        "password123",
        "password1234",
        "passw0rd123",
        "p@ssw0rd123",
        "admin12345",
        "admin123456",
        "administrator",
        "root123456",
        "iloveyou123",
        "woaini1314",
        "woaini5201314",
        "5201314520",
        "1314520520",
        "woaini520520",
        "wangyi1234",
        "zhang12345",
        "letmein1234",
        "welcome123",
        "welcome1234",
        "changeme123",
        "football123",
        "baseball123",
        "sunshine123",
        "princess123",
        "superman123",
        "dragon12345",
        "monkey12345",
        "qazwsxedcrfv",
        "zaq12wsxcde3",
        "1qazxsw23edc",
        "qwe123456789",
        "q1w2e3r4t5",
        "q1w2e3r4t5y6",
        "147258369147",
        "1472583690",
        "7894561230",
        "kehu123456",
        "zhike123456",
        "zhike12345",
        "crm1234567",
        "1357924680",
        "2468013579",
    ]
)
LONGEST_PASSWORD = 200


class Outcome(StrEnum):
    """How an attempt to come in ended."""

    SUCCEEDED = "succeeded"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"


#: What counts towards the lockout: the right password of a disabled account too, or it could be told from a wrong one.
FAILURES = (Outcome.WRONG, Outcome.DISABLED)


@dataclass(frozen=True)
class Lockout:
    """How many failures within ``window`` lock a name, and for how long."""

    allowed: int
    window: timedelta
    lasting: timedelta

    @classmethod
    def of(cls, settings: Any) -> "Lockout":
        """Return the terms an installation has set (settings.lockout_*)."""
        minutes = (settings.lockout_window_minutes, settings.lockout_minutes)
        return cls(settings.lockout_failures, *[timedelta(minutes=count) for count in minutes])


def locked_until(failures: Iterable[datetime], *, terms: Lockout) -> datetime | None:
    """Return the moment until which a name is locked, or None.

    ``failures``: the moments of wrong passwords since the last success or unlock. Locked for ``terms.lasting``
    from the failure that was the ``terms.allowed``-th within ``terms.window``.
    """
    moments, ends, allowed = sorted(failures), None, terms.allowed
    for place in range(allowed - 1, len(moments)):
        if moments[place] - moments[place - allowed + 1] <= terms.window:
            ends = moments[place] + terms.lasting
    return ends


def check_password(password: str, *, shortest: int, username: str) -> None:
    """Raise Invalid unless the password is long enough, not a common one, and not the user's own name."""
    if len(password) < shortest:
        raise Invalid(_("The password needs at least %(count)s characters."), count=shortest)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(_("The password may have at most %(count)s characters."), count=LONGEST_PASSWORD)
    plain = password.lower()
    if plain in COMMON or len(set(plain)) < 4 or plain == username.lower():  # noqa: PLR2004 - aaaa, abab
        raise Invalid(_("Many people use this password, so it is tried first. Choose another one."))


#: Since so recently, a session counts as in use.
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Openness:
    """How long a session stays open without a request, and in all."""

    idle: timedelta
    longest: timedelta

    @classmethod
    def of(cls, settings: Any) -> "Openness":
        """Return the terms an installation has set (settings.session_*)."""
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(minutes=settings.session_max_minutes))


def is_open(*, started: datetime, seen: datetime, now: datetime, terms: Openness) -> bool:
    """Tell whether a session that was not ended by hand is still open."""
    return now - seen < terms.idle and now - started < terms.longest


TOO_MANY_DAYS = 100_000  # of a token: refused with a sentence, and no number is too long for a computer
TOO_LARGE_KEY = 2**31  # no row has such an id; PostgreSQL would refuse the question


def own_path(asked: str) -> str:
    """Return the path that may be followed after signing in: one of this house, else the first page.

    Never a host, whatever the Host header claims; browsers take a backslash for a slash.
    """
    path = asked.split("#", maxsplit=1)[0]
    is_ours = path.startswith("/") and path[1:2] not in {"/", "\\"} and path.isprintable() and "\\" not in path
    return path if is_ours else "/"
