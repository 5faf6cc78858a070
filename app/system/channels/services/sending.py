"""Sending what waits: a letter is taken with a lease, sent while nothing is held, and noted behind a fence.

At least once: a letter whose sender dies before it noted the answer is sent again when its lease is over. Copies can
come of nothing else, for no letter may take longer to send than its lease lasts.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock

from sqlalchemy import update

from app.base import clock, stamps
from app.base.actor import SYSTEM, Channel, acting
from app.base.engine import reading
from app.base.errors import DomainError
from app.base.i18n import _
from app.base.public import House
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.extensions import db
from app.system.channels import queries, rules
from app.system.channels.models import Delivery
from app.system.channels.rules.lifecycle import FAILED, MOST_TAKEN, SENDING, WAITING, State
from app.system.channels.services import posts
from app.system.channels.services.letters import Account, Out
from app.system.channels.services.wire import Limits, Undelivered
from app.system.channels.services.writing import written

log = logging.getLogger("zhike.channels")
ROWS = Delivery.__table__
TAKEN = (ROWS.c.id, ROWS.c.channel_id, ROWS.c.person_id, ROWS.c.message_id, ROWS.c.since_at)
GATHERED_AT_ONCE = 2000
SHARE_OF_LEASE = 0.75  # so long may sending take: nobody else takes the letter before
MOST_SECONDS = 50  # of one run, which every minute begins again


@dataclass(frozen=True)
class Taken:
    """A letter in the hands of this sender. ``attempt`` and ``lease_until`` are the fence before its end."""

    letter: str
    attempt: int
    channel_id: int
    people: tuple[int, ...]
    messages: tuple[int, ...]
    since_at: datetime
    lease_until: datetime


_busy, _asked = Lock(), Event()


def send_waiting(*, house: House, allowed_hosts: Sequence[str], lease_seconds: float) -> int:
    """Send all that is due; return how many letters left. One thread of a process does it, others leave it at that."""
    _asked.set()
    sent = 0
    while _asked.is_set() and _busy.acquire(blocking=False):
        try:
            _asked.clear()
            limits = Limits(allowed_hosts, lease_seconds * SHARE_OF_LEASE)
            sent += _Round(house, limits, lease_seconds).run()
        finally:
            _busy.release()
    return sent


class _Round:
    """One run over all that is due, with a way out for each channel that stands open until its end."""

    def __init__(self, house: House, limits: Limits, lease_seconds: float) -> None:
        self.house, self.limits, self.lease_seconds = house, limits, lease_seconds
        self.outs: dict[int, tuple[Account, Out]] = {}
        self.open = ExitStack()

    def run(self) -> int:
        sent, ends = 0, time.monotonic() + MOST_SECONDS
        with self.open, acting(SYSTEM.by(Channel.WORKER)):
            while time.monotonic() < ends:
                stamps.forget()  # rights, channels and templates are those of this moment
                gather()
                taken = take(lease_seconds=self.lease_seconds)
                if taken is None:
                    break
                sent += self._done(taken)
        return sent

    def _done(self, taken: Taken) -> bool:
        """Send a letter and note what became of it; tell whether it arrived."""
        try:
            answer = self._sent(taken)
        except Undelivered as refusal:
            db.session.rollback()
            failed(taken, refusal)
            return False
        except DomainError as refusal:
            db.session.rollback()
            failed(taken, Undelivered(lasting(refusal)))
            return False
        except Exception:  # whatever it is, other letters must leave
            db.session.rollback()
            log.exception("letter failed", extra={"letter": taken.letter})
            failed(taken, Undelivered(_("Something went wrong on our side: the log says what.")))
            return False
        return arrived(taken, answer)

    def _sent(self, taken: Taken) -> str:
        begun = time.monotonic()
        with reading():
            account, out = self._out(taken.channel_id)
            letter = written(account, taken.people, taken.messages, taken.letter, house=self.house)
            db.session.rollback()  # nothing is held while the letter is on its way
        if time.monotonic() - begun > self.lease_seconds - self.limits.seconds:
            raise Undelivered(_("It took too long to write the letter."))
        return out.send(letter)

    def _out(self, channel_id: int) -> tuple[Account, Out]:
        channel = queries.by_id(channel_id)
        if channel is None:
            raise Undelivered(_("The channel is gone."), is_final=True)
        account = Account.of(channel)
        kept = self.outs.get(channel_id)
        if kept is None or kept[0] != account:  # somebody has set it anew meanwhile
            way: AbstractContextManager[Out] = posts.opened(account, self.limits)
            self.outs[channel_id] = (account, self.open.enter_context(way))
        return self.outs[channel_id]


# ── the steps, each a transaction of its own ──


@transaction
def gather() -> int:
    """Make letters of due rows that leave with others: once made, a letter stays the same at every try."""
    now, groups = clock.now(), defaultdict(list)
    for row in queries.loose(now, _channels(), limit=GATHERED_AT_ONCE):
        groups[row.channel_id, row.gather].append(row)
    for rows in groups.values():
        mine = ROWS.c.id.in_([row.id for row in rows])
        db.session.execute(update(ROWS).where(mine).values(letter=rows[0].mail_id))
    return len(groups)


def _channels() -> list[int]:
    return [way.id for way in queries.ways()]


@transaction
def take(*, lease_seconds: float) -> Taken | None:
    """Take the next letter for so long; None if there is none that nobody else has."""
    now = clock.now()
    while (head := queries.next_head(now, _channels())) is not None and head.tries >= MOST_TAKEN:
        words = _("It was interrupted %(times)s times, and is not tried any more.", times=head.tries)
        end = {"state": str(State.GIVEN_UP), "ended_at": now, "problem": lasting(words), "lease_until": None}
        db.session.execute(update(ROWS).where(_of(head.letter)).values(**end))
    if head is None:
        return None
    attempt, lease = head.tries + 1, now + timedelta(seconds=lease_seconds)
    took = update(ROWS).where(_of(head.letter)).values(state=str(SENDING), tries=attempt, lease_until=lease)
    rows = sorted(db.session.execute(took.returning(*TAKEN)), key=lambda row: row.id)
    people = tuple(dict.fromkeys(row.person_id for row in rows))
    messages = tuple(row.message_id for row in rows)
    return Taken(head.letter, attempt, rows[0].channel_id, people, messages, rows[0].since_at, lease)


def _of(letter: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a condition
    return (ROWS.c.letter == letter) & ROWS.c.state.in_([str(WAITING), str(FAILED), str(SENDING)])


def _mine(taken: Taken):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a condition
    """Return the condition that a letter is still in this sender's hands."""
    held = (ROWS.c.tries == taken.attempt) & (ROWS.c.lease_until == taken.lease_until)
    return (ROWS.c.letter == taken.letter) & (ROWS.c.state == str(SENDING)) & held


@transaction
def arrived(taken: Taken, answer: str) -> bool:
    """Note that a letter was taken by the other side; False if it is in other hands by now."""
    after = rules.lifecycle.state_after(SENDING, "arrive")
    values = {"state": str(after), "ended_at": clock.now(), "answer": answer or None, "problem": None}
    return _noted(taken, **values, lease_until=None)


@transaction
def failed(taken: Taken, refusal: Undelivered) -> bool:
    """Note why a letter did not arrive, and when it is tried again; or that it is given up."""
    now = clock.now()
    again = None
    if not refusal.is_final:
        again = rules.lifecycle.next_try(taken.attempt, now=now, since_at=taken.since_at)
    after = rules.lifecycle.state_after(SENDING, "fail" if again else "give_up")
    values = {"state": str(after), "problem": lasting(refusal), "next_try_at": again, "lease_until": None}
    return _noted(taken, **values, ended_at=None if again else now)


def _noted(taken: Taken, **values: object) -> bool:
    return bool(db.session.execute(update(ROWS).where(_mine(taken)).values(**values)).rowcount)  # type: ignore[attr-defined]
