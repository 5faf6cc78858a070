"""What can be done with letters. One verb, one transaction."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import insert, update

from app.base import clock
from app.base.actor import Actor
from app.base.inbox import Place, tell
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.extensions import db
from app.system.letters import queries, rules
from app.system.letters.models import Letter, Recipient

TABLE = Recipient.__table__


@transaction
def send(values: Mapping[str, Any], *, actor: Actor) -> Letter:
    """Send a letter. ``values``: subject, body, people (ids), departments (ids as text; with those below).

    Raises InvalidFields for one to nobody, to too many, or without words.
    """
    departments = [int(one) for one in values.get("departments") or ()]
    people = set(queries.active(values.get("people") or (), departments)) - {actor.id}
    rules.check_recipients(people)
    return _send(values["subject"], rules.check_body(values.get("body")), people, conversation=None, actor=actor)


@transaction
def reply(letter: Letter, body: str, *, to_all: bool, actor: Actor) -> Letter:
    """Answer a letter: to its sender, or to everybody it is between. Raises InvalidFields as ``send``."""
    everybody = queries.others(letter)
    meant: Iterable[int] = everybody if to_all or letter.sender_id == actor.id else [letter.sender_id]
    people = set(queries.active(meant, ())) - {actor.id}
    rules.check_recipients(people, field="body")
    words = rules.check_body(body)
    first = letter.conversation_id or letter.id
    return _send(rules.reply_subject(letter.subject), words, people, conversation=first, actor=actor)


def _send(subject: str, body: str, people: Collection[int], *, conversation: int | None, actor: Actor) -> Letter:
    letter = Letter(subject=subject, body=body, sender_id=actor.id, conversation_id=conversation)
    db.session.add(letter)
    db.session.flush()
    rows = [{"letter_id": letter.id, "employee_id": key} for key in sorted(people)]
    db.session.execute(insert(TABLE), rows)
    tell(
        sorted(people),
        "letter",
        params={"subject": subject},
        link=Place("LetterView.show", letter.id),
        key=f"letter:{letter.id}",
        actor=actor,
    )
    return letter


@transaction
def read(ids: Collection[int], *, actor: Actor) -> None:
    """Note that the actor has read some letters; when each was first read stays."""
    mine = TABLE.c.employee_id == actor.id, TABLE.c.letter_id.in_(sorted(ids)), TABLE.c.read_at.is_(None)
    db.session.execute(update(TABLE).where(*mine).values(read_at=clock.now()))


@transaction
def put_away(letter: Letter, *, actor: Actor) -> None:
    """Take a letter out of one's own list. Whoever else has it keeps it."""
    key, letters = letter.id, Letter.__table__
    with unscoped("it is one's own copy alone"):
        mine = TABLE.c.employee_id == actor.id, TABLE.c.letter_id == key
        db.session.execute(update(TABLE).where(*mine).values(put_away_at=clock.now()))
        sent = letters.c.id == key, letters.c.sender_id == actor.id
        db.session.execute(update(letters).where(*sent).values(put_away_at=clock.now()))
    db.session.expire_all()
