"""Coming in and going out. Each function is one verb and one transaction."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update
from werkzeug.security import check_password_hash, generate_password_hash

from app.base import clock
from app.base.actor import Actor, Channel
from app.base.errors import Invalid, NotAllowed
from app.base.i18n import _
from app.base.stamps import raise_stamp
from app.base.transaction import transaction
from app.extensions import db
from app.system.security.models import Employee
from app.system.security.queries import STAMP
from app.system.sign_in import queries, rules
from app.system.sign_in.models import Attempt, LoginSession, PersonalToken, Unlock
from app.system.sign_in.rules import Outcome

TOKEN_PREFIX = "zk_"  # noqa: S105 - how our tokens begin, no secret
LONGEST_TOKEN_DAYS = 366
#: Checked when there is no such account, so that the answer takes as long as for one that exists.
NOBODYS_HASH = generate_password_hash(secrets.token_urlsafe())


def come_in(name: str, password: str, *, address: str | None, channel: Channel, settings: Any) -> User:
    """Return the account that ``name`` and ``password`` open; every attempt is kept.

    Raises NotAllowed, with the same sentence for an unknown name, a wrong password and a disabled account;
    with another one, and whatever the password, while the account is locked (settings.lockout_*).
    """
    user = queries.account_of(name)
    ends = user and _locked_until(user, settings)
    matches = check_password_hash(user.password if user and user.password else NOBODYS_HASH, password)
    outcome = _outcome(user, is_locked=bool(ends), matches=matches)
    _keep_attempt(name, user and user.id, outcome=outcome, address=address, channel=channel)
    if ends:
        raise NotAllowed(_("Too many wrong passwords. The account is locked until %(time)s."), time=_time(ends))
    if outcome is not Outcome.SUCCEEDED or user is None:
        raise NotAllowed(_("User name or password is wrong."))
    return user


def _outcome(user: User | None, *, is_locked: bool, matches: bool) -> Outcome:
    if is_locked:
        return Outcome.LOCKED
    if user is None or not matches:
        return Outcome.WRONG
    return Outcome.SUCCEEDED if user.is_active else Outcome.DISABLED


def _locked_until(user: User, settings: Any) -> datetime | None:
    window, lasting = timedelta(minutes=settings.lockout_window_minutes), timedelta(minutes=settings.lockout_minutes)
    failures = queries.recent_failures(user.id, since=clock.now() - window - lasting)
    ends = rules.locked_until(failures, allowed=settings.lockout_failures, window=window, lasting=lasting)
    return ends if ends and ends > clock.now() else None


def _time(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"


@transaction
def _keep_attempt(name: str, user_id: int | None, *, outcome: Outcome, address: str | None, channel: Channel) -> None:
    row = {"username": name.strip().lower()[:128], "user_id": user_id, "at": clock.now()}
    db.session.add(Attempt(**row, address=address, channel=channel, outcome=outcome))


@transaction
def open_session(user: User, *, address: str | None, browser: str | None) -> str:
    """Begin a session for a browser; return its secret for the cookie."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    row = LoginSession(secret_hash=queries.digest(secret), user_id=user.id, started_at=now, seen_at=now)
    row.address, row.browser = address, (browser or "")[:200]
    db.session.add(row)
    return secret


@transaction
def end_session(session: LoginSession) -> None:
    """Sign one browser out, for good: the cookie is worth nothing from the next request on."""
    session.ended_at = session.ended_at or clock.now()


@transaction
def end_sessions(user_id: int, *, but: int | None = None) -> None:
    """Sign a person out everywhere, except in the session with the id ``but``."""
    open_ones = (LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.id != (but or 0))
    db.session.execute(update(LoginSession.__table__).where(*open_ones).values(ended_at=clock.now()))


@transaction
def see_session(session_id: int, *, at: datetime) -> None:
    """Note that a session was used at that moment."""
    table = LoginSession.__table__
    db.session.execute(update(table).where(table.c.id == session_id, table.c.seen_at < at).values(seen_at=at))


@transaction
def change_password(actor: Actor, *, current: str, new: str, keep_session: int | None, settings: Any) -> None:
    """Change one's own password and end all other sessions. Raises Invalid for a wrong or weak one."""
    user = db.session.get_one(User, actor.id)
    if not check_password_hash(user.password or NOBODYS_HASH, current):
        raise Invalid(_("The current password is wrong."))
    if current == new:
        raise Invalid(_("The new password is the old one. Choose another."))
    _set_password(user, new, settings=settings, must_change=False)
    end_sessions(user.id, but=keep_session)


@transaction
def reset_password(user: User, *, new: str, settings: Any) -> None:
    """Give somebody a new password, which they must change at the next sign-in; ends all their sessions."""
    _set_password(user, new, settings=settings, must_change=True)
    end_sessions(user.id)
    revoke_tokens(user.id)


@transaction
def first_password(user: User, *, new: str, settings: Any) -> None:
    """Set the password of an account that is being made."""
    _set_password(user, new, settings=settings, must_change=True)


def _set_password(user: User, new: str, *, settings: Any, must_change: bool) -> None:
    rules.check_password(new, shortest=settings.password_min_length, username=user.username)
    user.password = generate_password_hash(new)
    if staff := db.session.get(Employee, user.id):
        staff.password_changed_at, staff.must_change_password = clock.now(), must_change
        raise_stamp(STAMP)


@transaction
def unlock(user: User) -> None:
    """Let a locked account try again at once."""
    row = db.session.get(Unlock, user.id) or Unlock(user_id=user.id)
    row.at = clock.now()
    db.session.add(row)


@transaction
def issue_token(actor: Actor, *, name: str, days: int) -> str:
    """Make a personal token for ``days`` days; return it, for the only time."""
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Invalid(_("A token may be valid for 1 to %(count)s days."), count=LONGEST_TOKEN_DAYS)
    if not name.strip():
        raise Invalid(_("Give the token a name that says what uses it."))
    secret, now = TOKEN_PREFIX + secrets.token_urlsafe(32), clock.now()
    row = PersonalToken(user_id=actor.id, name=name.strip()[:60], secret_hash=queries.digest(secret), hint=secret[:8])
    row.created_at, row.expires_at = now, now + timedelta(days=days)
    db.session.add(row)
    return secret


@transaction
def revoke_token(token: PersonalToken) -> None:
    """Make a token worthless from the next request on."""
    token.revoked_at = token.revoked_at or clock.now()


@transaction
def revoke_tokens(user_id: int) -> None:
    """Make all tokens of a person worthless."""
    table = PersonalToken.__table__
    mine = (table.c.user_id == user_id, table.c.revoked_at.is_(None))
    db.session.execute(update(table).where(*mine).values(revoked_at=clock.now()))


@transaction
def see_token(token_id: int) -> None:
    """Note that a token was used now."""
    table = PersonalToken.__table__
    db.session.execute(update(table).where(table.c.id == token_id).values(used_at=clock.now()))


@transaction
def choose_language(actor: Actor, language: str) -> None:
    """Keep the language a person wants for their screens."""
    if staff := db.session.get(Employee, actor.id):
        staff.language = language
