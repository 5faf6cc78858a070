"""Testing a channel: one letter to oneself, now, and what came of it in words."""

from app.base import clock
from app.base.actor import Actor
from app.base.engine import reading
from app.base.public import House
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.extensions import db
from app.system.channels import queries
from app.system.channels.rules import words
from app.system.channels.services import posts
from app.system.channels.services.letters import Account
from app.system.channels.services.wire import Limits, Undelivered
from app.system.channels.services.writing import person_of, sample


def try_out(channel_id: int, *, house: House, limits: Limits, actor: Actor) -> str:
    """Send a test to whoever asks, and note when, and the problem. Returns the answer of the other side.

    Raises Undelivered, with the problem. Call it outside any transaction: nothing is held meanwhile.
    """
    with reading():
        account, letter = _written(channel_id, house, actor)
        db.session.rollback()
    try:
        if isinstance(letter, Undelivered):
            raise letter
        with posts.opened(account, limits) as out:
            answer = out.send(letter)
    except Undelivered as refusal:
        _note(channel_id, refusal)
        raise
    _note(channel_id, None)
    return answer


def _written(channel_id: int, house: House, actor: Actor):  # type: ignore[no-untyped-def]  # noqa: ANN202 - two
    channel = queries.by_id(channel_id)
    assert channel is not None  # noqa: S101 - the screen has just found it
    account = Account.of(channel)
    domain = (channel.from_address or "").partition("@")[2] or "zhike.invalid"
    now = f"{clock.now():%Y%m%d%H%M%S%f}"
    mail_id = words.mail_id(message=0, person=actor.id or 0, channel=account.id, second=now, domain=domain)
    try:
        return account, sample(account, person_of(actor.id or 0), mail_id, house=house)
    except Undelivered as refusal:
        return account, refusal


@transaction
def _note(channel_id: int, problem: Undelivered | None) -> None:
    channel = queries.by_id(channel_id)
    if channel is not None:
        channel.tested_at, channel.tested_problem = clock.now(), lasting(problem) if problem else None
