"""Passwords, and what a person sets for their own account."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import User
from werkzeug.security import check_password_hash, generate_password_hash

from app.base import clock, logbook
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.stamps import raise_stamp
from app.base.transaction import transaction
from app.extensions import db
from app.system.security import queries
from app.system.security import services as security
from app.system.security.queries import STAMP, Employee
from app.system.sign_in import rules
from app.system.sign_in.services.door import NOBODYS_HASH, end_sessions
from app.system.sign_in.services.tokens import revoke_tokens

#: No letters or digits that are taken for one another: the password is read out or copied by hand.
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MADE_UP_LENGTH = 14


def made_up() -> str:
    """Return a password nobody could guess, to be changed by its owner."""
    return "".join(secrets.choice(LETTERS) for _place in range(MADE_UP_LENGTH))


@transaction
def hire_with_password(
    values: Mapping[str, Any], *, password: str, settings: Any, actor: Actor
) -> tuple[Employee, str]:
    """Make an account that can sign in; return it with its first password, made up if ``password`` is empty.

    Raises what ``security.hire`` raises, and Invalid for a weak password.
    """
    employee = security.hire(values, actor=actor)
    new = password or made_up()
    first_password(employee.account, new=new, settings=settings)
    return employee, new


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
    logbook.note(Kind.PASSWORD_CHANGED, title=actor.name, actor=actor)


@transaction
def reset_password(employee: Employee, *, new: str, settings: Any, actor: Actor) -> str:
    """Give somebody a new password, made up if ``new`` is empty; return it. Ends all their sessions and tokens.

    They must change it at the next sign-in. Raises Invalid for a weak one, and for one's own: that is changed
    where the current one is asked for.
    """
    if employee.id == actor.id:
        raise Invalid(_("Change your own password under “My account”, where the current one is asked for."))
    queries.check_may_touch(employee.id, actor=actor)
    chosen = new or made_up()
    _set_password(employee.account, chosen, settings=settings, must_change=True)
    end_sessions(employee.id)
    revoke_tokens(employee.id)
    logbook.note(Kind.PASSWORD_RESET, **logbook.about(employee), actor=actor)
    return chosen


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
def choose_language(actor: Actor, language: str) -> None:
    """Keep the language a person wants for their screens."""
    if staff := db.session.get(Employee, actor.id):
        staff.language = language
