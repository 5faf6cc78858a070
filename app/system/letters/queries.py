"""Named reads of letters: always one's own."""

from collections.abc import Iterable, Sequence

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.scope import unscoped
from app.extensions import db
from app.system.letters.models import Letter, Recipient
from app.system.letters.rules import MOST_IN_CONVERSATION
from app.system.security import queries as security
from app.system.security.queries import Employee


def conversation(letter: Letter) -> Sequence[Letter]:
    """Return the letters of a conversation that whoever acts sent or received, oldest first; the newest of too many."""
    first = letter.conversation_id or letter.id
    whole = select(Letter).where(or_(Letter.id == first, Letter.conversation_id == first))
    newest = whole.order_by(Letter.id.desc()).limit(MOST_IN_CONVERSATION)
    return list(reversed(list(db.session.scalars(newest.options(selectinload(Letter.recipients))))))


def unread_in(letters: Iterable[Letter], actor: Actor) -> list[int]:
    """Return which of some letters a person has not read."""
    return [one.id for one in letters for to in one.recipients if to.employee_id == actor.id and to.read_at is None]


def active(people: Iterable[int], departments: Iterable[int]) -> list[int]:
    """Return those of some people, and of departments with those below them, who have an active account."""
    table = Employee.__table__
    houses = {below for one in departments for below in security.departments_below(one)}
    meant = or_(table.c.id.in_(sorted(set(people))), table.c.department_id.in_(sorted(houses)))
    found = select(table.c.id).join(User, User.id == table.c.id).where(User.active, meant)
    return list(db.session.scalars(found.order_by(table.c.id)))


def others(letter: Letter) -> list[int]:
    """Return everybody a letter is between, whoever has put it away."""
    table = Recipient.__table__
    with unscoped("an answer to all goes to all"):
        went = db.session.scalars(select(table.c.employee_id).where(table.c.letter_id == letter.id))
        return sorted({letter.sender_id, *went})
