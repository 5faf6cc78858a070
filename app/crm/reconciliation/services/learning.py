"""Remembering who paid for whom, as people confirmed it; and forgetting it again."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import delete, select, tuple_, update

from app.base import clock
from app.base.actor import Actor
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.reconciliation.models import Payer
from app.crm.reconciliation.rules import names
from app.extensions import db

PAYERS = Payer.__table__


class Paid(NamedTuple):
    """That somebody paid for a customer."""

    name: str
    customer_id: int


def learn(paid: Iterable[Paid]) -> None:
    """Remember payers whose name is not the customer's own; companies that hand on money teach nothing."""
    counted = _counted(paid)
    if not counted:
        return
    known = customers.known_as(key for _word, key in counted)
    fresh = {at: one for at, one in counted.items() if names.core(known[at[1]].name) != at[0]}
    have = _known(fresh)
    for word, key in have:
        _again(word, key, fresh[word, key][1])
    rows = [
        {"word": word, "name": name, "customer_id": key, "times": times, "last_at": clock.now()}
        for (word, key), (name, times) in fresh.items()
        if (word, key) not in have
    ]
    if rows:
        db.session.connection().execute(PAYERS.insert(), rows)


def unlearn(paid: Iterable[Paid]) -> None:
    """Take back what confirmations taught that were taken back."""
    counted = _counted(paid)
    for (word, key), (_name, times) in counted.items():
        _again(word, key, -times)
    if counted:
        db.session.connection().execute(delete(PAYERS).where(PAYERS.c.times <= 0))


def _counted(paid: Iterable[Paid]) -> dict[tuple[str, int], tuple[str, int]]:
    """Return name and times by (word, customer)."""
    told = [one for one in paid if one.name and not names.is_collector(one.name)]
    times = Counter((names.core(one.name), one.customer_id) for one in told)
    called = {(names.core(one.name), one.customer_id): one.name for one in told}
    return {at: (called[at], count) for at, count in sorted(times.items())}


def _known(wanted: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    at = tuple_(Payer.word, Payer.customer_id)
    found = select(Payer.word, Payer.customer_id).where(at.in_(list(wanted))).with_for_update()
    return {(word, key) for word, key in db.session.execute(found)}


def _again(word: str, customer_id: int, times: int) -> None:
    here = (PAYERS.c.word == word, PAYERS.c.customer_id == customer_id)
    values = {"times": PAYERS.c.times + times, "last_at": clock.now()}
    db.session.connection().execute(update(PAYERS).where(*here).values(values))


@transaction
def forget(payer: Payer, *, actor: Actor) -> None:
    """Forget that somebody pays for a customer: no proposal goes by it any more."""
    db.session.delete(payer)
