"""What room people have for customers, counted while nobody else can give them any."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.base.scope import unscoped
from app.crm.pool import queries
from app.crm.pool.models import Hand
from app.crm.pool.rules import Room, limits_for
from app.extensions import db

HANDS = Hand.__table__
NEW_HANDS = {
    "postgresql": postgresql.insert(HANDS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(HANDS).on_conflict_do_nothing(),
}


def locked_hands(people: Iterable[int]) -> Mapping[int, Hand]:
    """Keep others from giving these people customers, or taking any for them, until the end of the transaction.

    Whoever changes owners calls this first, for all who are to receive, and only then locks customers: in this
    order nobody waits for one another. Rows are locked in the order of ids. Part of the caller's transaction.
    """
    wanted = sorted(set(people))
    if not wanted:
        return {}
    insert = NEW_HANDS[db.session.get_bind().dialect.name]
    with unscoped("whoever gives customers to somebody counts what they have"):
        db.session.execute(insert, [{"employee_id": key, "claimed_count": 0} for key in wanted])
        rows = select(Hand).where(Hand.employee_id.in_(wanted)).order_by(Hand.employee_id)
        found = db.session.scalars(rows.with_for_update().execution_options(populate_existing=True))
        return {hand.employee_id: hand for hand in found}


def rooms(people: Iterable[int], *, house: int, beyond: bool | None = None) -> Mapping[int, Room]:
    """Return the room of each person: what they hold by level, and their limits. ``house``: the setting hold_limit.

    ``beyond``: whether limits are left unheeded; said by whoever asks of nothing else. Then only those are counted
    whom a limit binds: who has none may hold a hundred thousand. Certain until the end of the transaction only after
    ``locked_hands``.
    """
    holders, limits = queries.holders(people), queries.limits()
    bounds = {key: limits_for(holder, limits, house=house) for key, holder in holders.items()}
    held = queries.held([key for key in holders if beyond is None or (bounds[key] and not beyond)])
    return {key: Room(bounds[key], held.get(key, {})) for key in holders}
