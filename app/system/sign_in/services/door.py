"""Through the door and out again: attempts, the lockout, sessions of browsers."""

import secrets
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update
from werkzeug.security import check_password_hash, generate_password_hash

from app.base import clock, logbook, wording
from app.base.actor import Actor, Channel
from app.base.errors import NotAllowed
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.security import queries as security
from app.system.security.queries import Employee
from app.system.sign_in import queries, rules
from app.system.sign_in.models import Attempt, LoginSession, Unlock
from app.system.sign_in.rules import Outcome
from app.system.sign_in.services.tokens import revoke_tokens

#: How an attempt is called in the log.
KINDS = {
    Outcome.SUCCEEDED: Kind.SIGNED_IN,
    Outcome.WRONG: Kind.SIGN_IN_WRONG,
    Outcome.LOCKED: Kind.SIGN_IN_LOCKED,
    Outcome.DISABLED: Kind.SIGN_IN_DISABLED,
}
#: Checked when there is no such account, so that the answer takes as long as for one that exists.
NOBODYS_HASH = generate_password_hash(secrets.token_urlsafe())


def come_in(name: str, password: str, *, address: str | None, channel: Channel, settings: Any) -> User:
    """Return the account that ``name`` and ``password`` open; every attempt is kept.

    Raises NotAllowed, with the same sentence for an unknown name, a wrong password and a disabled account; with
    another one, and whatever the password, while the name is locked (settings.lockout_*), known or not.
    """
    user_id, kept_hash = queries.password_of(name)
    db.session.rollback()  # nothing is held while the password is hashed: that takes long on purpose
    matches = check_password_hash(kept_hash or NOBODYS_HASH, password)
    attempt = Attempt(username=queries.plain_name(name), user_id=user_id, address=address, channel=channel)
    ends = _judge(attempt, matches=matches and bool(kept_hash), settings=settings)
    if ends is not None:
        raise NotAllowed(_("Too many wrong passwords. The account is locked until %(time)s."), time=_time(ends))
    if attempt.outcome != Outcome.SUCCEEDED:
        raise NotAllowed(_("User name or password is wrong."))
    return db.session.get_one(User, user_id)


@transaction
def _judge(attempt: Attempt, *, matches: bool, settings: Any) -> datetime | None:
    """Keep the attempt with its outcome; return until when the name is locked, None if it is not.

    Whoever tries the same account waits here, so that twenty attempts at once are counted one after another.
    """
    user = db.session.get(User, attempt.user_id) if attempt.user_id else None
    if user is not None:
        lock(user)
    ends = _locked_until(attempt, settings)
    attempt.at, attempt.outcome = clock.now(), _outcome(user, is_locked=bool(ends), matches=matches)
    db.session.add(attempt)
    who = Actor(id=attempt.user_id, channel=Channel(attempt.channel), address=attempt.address)
    logbook.note(KINDS[Outcome(attempt.outcome)], title=attempt.username, actor=who)
    if user is not None and attempt.outcome == Outcome.SUCCEEDED:
        user.last_login, user.login_count, user.fail_login_count = attempt.at, (user.login_count or 0) + 1, 0
    return ends


def _outcome(user: User | None, *, is_locked: bool, matches: bool) -> Outcome:
    if is_locked:
        return Outcome.LOCKED
    if user is None or not matches:
        return Outcome.WRONG
    return Outcome.SUCCEEDED if user.is_active else Outcome.DISABLED


def _locked_until(attempt: Attempt, settings: Any) -> datetime | None:
    terms = rules.Lockout.of(settings)
    failures = queries.recent_failures(attempt, since=clock.now() - terms.window - terms.lasting)
    ends = rules.locked_until(failures, terms=terms)
    return ends if ends and ends > clock.now() else None


def _time(moment: datetime) -> str:
    return wording.time_of_day(moment)


@transaction
def open_session(user: User, *, address: str | None, browser: str | None) -> str:
    """Begin a session for a browser; return its secret for the cookie."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    row = LoginSession(secret_hash=queries.digest(secret), user_id=user.id, started_at=now, seen_at=now)
    row.address, row.browser = address, (browser or "")[:200]
    db.session.add(row)
    return secret


@transaction
def sign_out(session: LoginSession, *, actor: Actor | None) -> None:
    """Sign oneself out here, for good: the cookie is worth nothing from the next request on."""
    session.ended_at = session.ended_at or clock.now()
    logbook.note(Kind.SIGNED_OUT, actor=actor)


@transaction
def end_session(session: LoginSession, *, actor: Actor) -> None:
    """Sign another browser of one's own out, for good."""
    session.ended_at = session.ended_at or clock.now()
    logbook.note(Kind.SESSION_ENDED, title=actor.name, detail=_where(session), actor=actor)


def _where(session: LoginSession) -> dict[str, str]:
    return {"browser": session.browser or "", "address": session.address or ""}


@transaction
def end_sessions(user_id: int, *, but: int | None = None) -> None:
    """Sign a person out everywhere, except in the session with the id ``but``."""
    open_ones = (LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.id != (but or 0))
    db.session.execute(update(LoginSession.__table__).where(*open_ones).values(ended_at=clock.now()))


@transaction
def end_other_sessions(actor: Actor, *, but: int | None) -> None:
    """Sign oneself out everywhere but here."""
    end_sessions(actor.id or 0, but=but)
    logbook.note(Kind.SESSION_ENDED, title=actor.name, detail={"which": "others"}, actor=actor)


@transaction
def sign_out_everywhere(employee: Employee, *, actor: Actor) -> None:
    """End all sessions of a person and make all their tokens worthless, from the next request on."""
    security.check_may_touch(employee.id, actor=actor)
    end_sessions(employee.id)
    revoke_tokens(employee.id)
    logbook.note(Kind.SESSION_ENDED, **logbook.about(employee), detail={"which": "all"}, actor=actor)


@transaction
def see_session(session_id: int, *, at: datetime) -> None:
    """Note that a session was used at that moment."""
    table = LoginSession.__table__
    db.session.execute(update(table).where(table.c.id == session_id, table.c.seen_at < at).values(seen_at=at))


@transaction
def unlock(employee: Employee, *, actor: Actor) -> None:
    """Let a locked account try again at once."""
    security.check_may_touch(employee.id, actor=actor)
    row = db.session.get(Unlock, employee.id) or Unlock(user_id=employee.id)
    row.at = clock.now()
    db.session.add(row)
    detail = {"access": logbook.change("locked", "active")}
    logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(employee), detail=detail, actor=actor)
