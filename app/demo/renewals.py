"""What became of services that ended: some customers do not renew, and say why."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Actor, acting
from app.base.history import change_set, update_versioned
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.renewals import services
from app.crm.renewals.models import Line
from app.demo.companies import Maker
from app.extensions import db

ENDED, LONG_OVER, FIRST_CALL = 8, timedelta(days=40), timedelta(days=12)
WHY = (
    ("price", "觉得年费偏高，想先用着不升级。"),
    ("switched", "总公司统一换了别家的系统。"),
    ("no_need", "账已委托代理记账公司。"),
    ("closed_down", "已办理注销登记。"),
    ("unsatisfied", "上次年结问题拖了三天才解决。"),
    ("other", None),
)


def end_services(maker: Maker, actors: Mapping[str, Actor]) -> int:
    """Let owners say of some services, long over, that they are not renewed; return of how many."""
    by_id = {actor.id: actor for actor in actors.values()}
    with acting(SYSTEM):
        rows = _long_over()
    for key, owner_id in maker.random.sample(rows, min(ENDED, len(rows))):
        with acting(by_id[owner_id]) as owner:
            _end(key, owner, *maker.random.choice(WHY))
    return min(ENDED, len(rows))


def _long_over() -> list[tuple[int, int]]:
    found = select(Line.id, Customer.owner_id).join(Customer, Customer.id == Line.customer_id)
    found = found.where(Line.end_on < clock.today() - LONG_OVER, Line.waiting_fee_id.is_(None))
    return [(key, owner) for key, owner in db.session.execute(found.order_by(Line.id)) if owner is not None]


@transaction
def _end(key: int, actor: Actor, reason: str, words: str | None) -> None:
    line = db.session.get_one(Line, key)
    at = datetime.combine((line.end_on or clock.today()) + FIRST_CALL, time(10, 20))
    change_set().issued_at = clock.stored(at)
    services.end(line, reason=reason, words=words or "", actor=actor)
    update_versioned(Line, [key], {"ended_on": at.date()})
