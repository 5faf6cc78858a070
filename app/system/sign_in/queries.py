"""Who is at the door."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Select, bindparam, func, or_, select

from app.base import clock
from app.base.scope import unscoped
from app.base.stamps import Cached
from app.extensions import db
from app.system.security.models import Employee
from app.system.security.queries import STAMP
from app.system.sign_in import rules
from app.system.sign_in.models import Attempt, LoginSession, PersonalToken, Unlock


def digest(secret: str) -> str:
    """Return what the tables know of a session's or token's secret: 64 hexadecimal digits."""
    return sha256(secret.encode()).hexdigest()


def session_of(secret: str) -> tuple[LoginSession, User] | None:
    """Return the session with this secret, ended or not, and its account."""
    with unscoped("the question is who this is"):
        row = db.session.execute(_session(), {"digest": digest(secret)}).first()
    return (row[0], row[1]) if row else None


@cache
def _session() -> Select[LoginSession, User]:
    """Return the statement of every request, made once: to make it anew costs 0.3 ms."""
    found = select(LoginSession, User).join(User, User.id == LoginSession.user_id)
    return found.where(LoginSession.secret_hash == bindparam("digest"))


def token_of(secret: str) -> PersonalToken | None:
    """Return the personal token with this secret, revoked or not."""
    with unscoped("the question is who this is"):
        return db.session.scalar(select(PersonalToken).where(PersonalToken.secret_hash == digest(secret)))


def account_of(name: str) -> User | None:
    """Return the account of a user name, employee number, phone (E.164) or e-mail address, in this order."""
    wanted = plain_name(name)
    own = select(User).where(or_(func.lower(User.username) == wanted, func.lower(User.email) == wanted))
    staff = select(User).join(Employee, Employee.id == User.id)
    return (
        db.session.scalars(own.order_by((func.lower(User.username) == wanted).desc()).limit(1)).first()
        or db.session.scalars(staff.where(func.lower(Employee.number) == wanted).limit(1)).first()
    )


def plain_name(name: str) -> str:
    """Return a typed name as it is kept and compared."""
    return name.replace("\x00", "").strip().lower()[:128]


def password_of(name: str) -> tuple[int | None, str | None]:
    """Return the id and password hash of the account of a name; (None, None) if there is none."""
    user = account_of(name)
    return (user.id, user.password) if user else (None, None)


def epoch_of(user_id: int) -> str:
    """Return what a JWT carries of its owner's password, so that it ends with it: when it was set."""
    changed = db.session.scalar(select(Employee.password_changed_at).where(Employee.id == user_id))
    return changed.isoformat() if changed else ""


def recent_failures(attempt: Attempt, *, since: datetime) -> Sequence[datetime]:
    """Return when this name failed before, since ``since``, the last success and the last unlock.

    Under an account all its names count together; a name without an account counts alone.
    """
    table, unlocks = Attempt.__table__, Unlock.__table__
    same = table.c.user_id == attempt.user_id if attempt.user_id else table.c.username == attempt.username
    success = select(func.max(table.c.at)).where(same, table.c.outcome == rules.Outcome.SUCCEEDED)
    unlock = select(unlocks.c.at).where(unlocks.c.user_id == attempt.user_id)
    with unscoped("the lockout counts before anybody is signed in"):
        starts = [moment for moment in (db.session.scalar(success), db.session.scalar(unlock), since) if moment]
        failed = select(table.c.at).where(same, table.c.outcome.in_(rules.FAILURES), table.c.at > max(starts))
        return list(db.session.scalars(failed))


def locked_among(user_ids: Iterable[int], *, terms: rules.Lockout) -> set[int]:
    """Return those of the accounts that are locked now, in two queries whatever their number."""
    ids, now = list(user_ids), clock.now()
    since = now - terms.window - terms.lasting
    failures: dict[int, list[datetime]] = defaultdict(list)
    starts = _unlocked(ids)
    for key, moment, outcome in _recent(ids, since=since):
        if outcome == rules.Outcome.SUCCEEDED:
            failures[key] = []
        elif outcome in rules.FAILURES and moment > starts.get(key, since):
            failures[key].append(moment)
    return {key for key, moments in failures.items() if (rules.locked_until(moments, terms=terms) or now) > now}


def locked_now(*, terms: rules.Lockout) -> Mapping[int, str]:
    """Return the names of the people whose accounts are locked now, by id: one statement over the last attempts."""
    table, now = Attempt.__table__, clock.now()
    since = now - terms.window - terms.lasting
    recent = (
        select(table.c.user_id, table.c.at, table.c.outcome, Unlock.at.label("opened"), Employee.name)
        .join(Employee, Employee.id == table.c.user_id)
        .outerjoin(Unlock, Unlock.user_id == table.c.user_id)
        .where(table.c.at > since)
        .order_by(table.c.at, table.c.id)
    )
    with unscoped("whether an account is locked is no secret of the log"):
        rows = db.session.execute(recent).all()
    failures: dict[int, list[datetime]] = defaultdict(list)
    for row in rows:
        _count(failures[row.user_id], row, since=row.opened or since)
    names = {row.user_id: row.name for row in rows}
    return {key: names[key] for key, found in failures.items() if (rules.locked_until(found, terms=terms) or now) > now}


def _count(failures: list[datetime], row: Any, *, since: datetime) -> None:
    if row.outcome == rules.Outcome.SUCCEEDED:
        failures.clear()
    elif row.outcome in rules.FAILURES and row.at > since:
        failures.append(row.at)


def _newest(limit: int, since: datetime) -> tuple[tuple[int, str, datetime], ...]:
    made = select(Employee.id, Employee.name, User.created_on).join(User, User.id == Employee.id)
    made = made.where(User.created_on >= since).order_by(User.created_on.desc(), Employee.id.desc()).limit(limit)
    return tuple((key, name, at) for key, name, at in db.session.execute(made))


#: ``newest_accounts(limit, since)``: (id, name, when it was made), newest first; asked anew when any account changed.
newest_accounts = Cached(STAMP, _newest)


def _unlocked(ids: list[int]) -> dict[int, datetime]:
    rows = select(Unlock.__table__.c.user_id, Unlock.__table__.c.at).where(Unlock.__table__.c.user_id.in_(ids))
    return {key: moment for key, moment in db.session.execute(rows)}  # noqa: C416 - dict() of rows loses their types


def _recent(ids: list[int], *, since: datetime) -> Sequence[Any]:
    table = Attempt.__table__
    recent = select(table.c.user_id, table.c.at, table.c.outcome).where(table.c.user_id.in_(ids), table.c.at > since)
    with unscoped("whether an account is locked is no secret of the log"):
        return db.session.execute(recent.order_by(table.c.at, table.c.id)).all()


def with_access(people: list[Employee], *, terms: rules.Lockout) -> list[Employee]:
    """Tell each of the people their ``access``: "active", "locked" or "disabled"."""
    locked = locked_among([one.id for one in people], terms=terms)
    for one in people:
        one.access = "disabled" if not one.is_active else "locked" if one.id in locked else "active"
    return people


def attempts_of(user_id: int, *, limit: int) -> Sequence[Attempt]:
    """Return a person's last attempts to come in, newest first."""
    found = select(Attempt).where(Attempt.user_id == user_id).order_by(Attempt.at.desc(), Attempt.id.desc())
    return list(db.session.scalars(found.limit(limit)))


def sessions_of(user_id: int, *, terms: rules.Openness) -> Sequence[LoginSession]:
    """Return the open sessions of a person, the last used first."""
    now = clock.now()
    found = select(LoginSession).where(
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.started_at > now - terms.longest,
        LoginSession.seen_at > now - terms.idle,
    )
    return list(db.session.scalars(found.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())))


def tokens_of(user_id: int) -> Sequence[PersonalToken]:
    """Return a person's tokens, newest first."""
    found = select(PersonalToken).where(PersonalToken.user_id == user_id)
    return list(db.session.scalars(found.order_by(PersonalToken.id.desc())))
