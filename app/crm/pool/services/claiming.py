"""Taking customers out of the pool, and putting them back. Source: POOL-1, POOL-5."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.base import choices, clock
from app.base.actor import Actor
from app.base.bulk import Applied
from app.base.history import change_set, explain
from app.base.i18n import _
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.customers import services as owning
from app.crm.customers.queries import Held
from app.crm.pool import queries, rules
from app.crm.pool.rules import Day, Room, Terms
from app.crm.pool.services.rooms import locked_hands, rooms


@transaction
def claim(ids: Sequence[int], *, actor: Actor, terms: Terms) -> Applied:
    """Let the actor hold customers of their pools, as far as the rules allow; say of each other why not.

    The claims of the day are counted with the claiming: neither releasing nor taking back gives one back.
    """
    assert actor.id is not None  # noqa: S101 - the system claims nothing
    hand = locked_hands([actor.id])[actor.id]
    open_ones = queries.claimable(actor)
    rows = customers.locked(ids, lambda table: table.c.owner_id.is_(None) & open_ones.rows(table))
    today = clock.today()
    day = rules.day_of(hand.claimed_on, hand.claimed_count, today=today, most=terms.claim_per_day)
    room = rooms([actor.id], house=terms.hold_limit)[actor.id]
    round_ = _Round(day, room, customers.let_go_by(actor.id, rows), terms)
    refused: dict[int, object] = {key: lasting(why) for key in ids if (why := round_.take(rows.get(key))) is not None}
    if round_.taken:
        hand.claimed_on, hand.claimed_count = today, round_.day.count
        _explain(_("Claimed from the pool"))
        with owning.because("claim"):
            owning.bring_to(round_.taken, actor.id, department_id=actor.department_id, actor=actor)
        owning.told(round_.taken)
    return Applied(round_.taken, refused)


class _Round:
    """One claiming: what is taken so far, and what may still be."""

    def __init__(self, day: Day, room: Room, let_go: Mapping[int, datetime], terms: Terms) -> None:
        self.day, self.room, self.let_go, self.terms = day, room, let_go, terms
        self.taken: list[int] = []

    def take(self, row: Held | None) -> object | None:
        """Count a customer as taken, or return why it is not."""
        why = rules.NOT_THERE if row is None else self._why_not(row)
        if why is None and row is not None:
            self.room.take(row.level)
            self.day = Day(self.day.count + 1, self.day.most)
            self.taken.append(row.id)
        return why

    def _why_not(self, row: Held) -> object | None:
        let_go_at, terms = self.let_go.get(row.id), self.terms
        let_go_on = clock.local(let_go_at).date() if let_go_at else None
        return (
            rules.why_not_yet(let_go_on, today=clock.today(), cooling_days=terms.cooling_days)
            or rules.why_embargoed(row.since_at, now=clock.now(), hours=terms.embargo_hours)
            or rules.why_full(_in_words(self.room.full(row.level)))
            or rules.why_enough(self.day)
        )


def _in_words(limit: tuple[str | None, int] | None) -> tuple[str | None, int] | None:
    if limit is None or limit[0] is None:
        return limit
    known = choices.values("customer_level").by_code
    return known[limit[0]].label if limit[0] in known else limit[0], limit[1]


@transaction
def release(ids: Sequence[int], *, reason: str | None, words: str = "", actor: Actor) -> Applied:
    """Put customers back into the pool, and keep why. They stay in their department.

    ``reason``: a code of release_reason. Raises InvalidFields without one.
    """
    rules.check_release(reason)
    rows = customers.locked(ids, lambda table: customers.writable(actor) & table.c.owner_id.is_not(None))
    free = [key for key, row in rows.items() if rules.may_release(row.owner_id or 0, actor)]
    _explain(_("Released to the pool"))
    changed = owning.let_go(free, how="release", reason=reason, words=words, actor=actor)
    owning.told(changed)
    refused: dict[int, object] = {
        key: lasting(rules.NOT_YOURS if key in rows else rules.NOBODYS) for key in ids if key not in changed
    }
    return Applied(changed, refused)


def _explain(note: object) -> None:
    """Write on the change set why it was made, unless a run has said more."""
    if not change_set().note:
        explain(note)
