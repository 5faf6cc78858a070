"""The scope of what hangs on customers: follow-ups, fees, deals."""

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, or_, select, true

from app.base.actor import Actor, Level
from app.base.scope import Owned, Share, is_everything
from app.crm.customers.models import SCOPE, Customer, shared_with


def open_by(share: Share) -> None:
    """Let a domain open customers to people in a further way. To be named with the models, before anybody asks."""
    SCOPE.shared.append(share)


class OfCustomer:
    """Seen by those it belongs to, and by whoever reaches its customer in ``domain``; changed by them and those above.

    ``mine``: the columns that name the people it belongs to. Rows without a customer (``customer_id`` NULL) are seen
    by their people and by level ALL. Ownerless customers are nobody's own, so level OWN does not reach them. What
    hangs on a deleted customer leaves the lists with it.
    """

    def __init__(self, domain: str, *mine: str) -> None:
        self.domain, self.mine = domain, mine
        self.of_customer = Owned(domain, ownerless=domain, shared=[shared_with])

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        reach = actor.reach(self.domain)
        level = reach.write if write else reach.read
        if level == Level.NONE:
            return false()
        if write:
            return self._written(table, actor, level)
        # a row without a customer stays: NOT IN alone would lose it
        gone = or_(table.c.customer_id.is_(None), table.c.customer_id.not_in(_gone()))
        return and_(self._read(table, actor), gone)

    def _mine(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        return or_(*(table.c[name] == actor.id for name in self.mine))

    def _read(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        parents = Customer.__table__.alias()
        allowed = self.of_customer.rows(parents, actor, write=False)
        if is_everything(allowed):
            return allowed
        return or_(self._mine(table, actor), table.c.customer_id.in_(select(parents.c.id).where(allowed)))

    def _written(self, table: FromClause, actor: Actor, level: Level) -> ColumnElement[bool]:
        if level == Level.ALL:
            return true()
        mine = self._mine(table, actor)
        if level == Level.BELOW:
            return or_(mine, table.c.department_id.in_(sorted(actor.departments_below)))
        return or_(mine, table.c.department_id == actor.department_id) if level == Level.DEPARTMENT else mine


def _gone() -> Select[int]:
    parents = Customer.__table__.alias()
    return select(parents.c.id).where(parents.c.deleted_at.is_not(None))
