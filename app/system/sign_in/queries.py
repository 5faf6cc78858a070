"""Who is at the door."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select

from app.base.scope import unscoped
from app.extensions import db
from app.system.security.models import Employee
from app.system.sign_in.models import Attempt, LoginSession, PersonalToken, Unlock
from app.system.sign_in.rules import Outcome


def digest(secret: str) -> str:
    """Return what the tables know of a session's or token's secret: 64 hexadecimal digits."""
    return sha256(secret.encode()).hexdigest()


def session_of(secret: str) -> tuple[LoginSession, User] | None:
    """Return the session with this secret, ended or not, and its account."""
    found = select(LoginSession, User).join(User, User.id == LoginSession.user_id)
    with unscoped("the question is who this is"):
        row = db.session.execute(found.where(LoginSession.secret_hash == digest(secret))).first()
    return (row[0], row[1]) if row else None


def token_of(secret: str) -> PersonalToken | None:
    """Return the personal token with this secret, revoked or not."""
    with unscoped("the question is who this is"):
        return db.session.scalar(select(PersonalToken).where(PersonalToken.secret_hash == digest(secret)))


def account_of(name: str) -> User | None:
    """Return the account of a user name, employee number, phone (E.164) or e-mail address, in this order."""
    wanted = name.strip().lower()
    own = select(User).where(or_(func.lower(User.username) == wanted, func.lower(User.email) == wanted))
    staff = select(User).join(Employee, Employee.id == User.id)
    return (
        db.session.scalars(own.order_by(func.lower(User.username) == wanted).limit(1)).first()
        or db.session.scalars(staff.where(func.lower(Employee.number) == wanted).limit(1)).first()
    )


def recent_failures(user_id: int, *, since: datetime) -> Sequence[datetime]:
    """Return when wrong passwords were given for the account since then, the last success and the last unlock."""
    attempts, unlocks = Attempt.__table__, Unlock.__table__
    success = select(func.max(attempts.c.at)).where(
        attempts.c.user_id == user_id, attempts.c.outcome == Outcome.SUCCEEDED
    )
    unlock = select(unlocks.c.at).where(unlocks.c.user_id == user_id)
    with unscoped("the lockout counts before anybody is signed in"):
        starts = [moment for moment in (db.session.scalar(success), db.session.scalar(unlock), since) if moment]
        wrong = select(attempts.c.at).where(
            attempts.c.user_id == user_id, attempts.c.outcome == Outcome.WRONG, attempts.c.at > max(starts)
        )
        return list(db.session.scalars(wrong.order_by(attempts.c.at)))


def sessions_of(user_id: int, *, started_after: datetime) -> Sequence[LoginSession]:
    """Return the sessions of a person that were not ended, newest first."""
    found: Any = select(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.started_at > started_after
    )
    return list(db.session.scalars(found.order_by(LoginSession.seen_at.desc())))


def tokens_of(user_id: int) -> Sequence[PersonalToken]:
    """Return a person's tokens, newest first."""
    found = select(PersonalToken).where(PersonalToken.user_id == user_id)
    return list(db.session.scalars(found.order_by(PersonalToken.id.desc())))
