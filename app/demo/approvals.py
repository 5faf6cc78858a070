"""Approvals of the demo: key data that agents have proposed, some decided on, one who is away."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from app.base import clock, settings
from app.base.actor import SYSTEM, Actor, acting
from app.base.scope import unscoped
from app.crm.customers.models import Customer
from app.crm.keychanges import services as keychanges
from app.extensions import db
from app.system.approvals import queries
from app.system.approvals import services as approvals
from app.system.settings import services as house

#: (field, new value, or None for the name with 集团 before the legal form; reason)
PROPOSED = (
    ("name", None, "工商变更登记已完成，营业执照已换发。"),
    ("legal_person", "赵立新", "法定代表人变更，客户发来新执照照片。"),
    ("name", None, "客户来电更正全称，与发票抬头一致。"),
    ("legal_person", "钱慧敏", "老板退休，由女儿接任。"),
    ("legal_person", "孙国梁", "公示系统查询结果与我们的登记不一致。"),
)
AGENT, DELEGATE = "wangli", "chenfang"


def change_keys(actors: Mapping[str, Actor]) -> None:
    """Switch the approval of key data on, and let an agent's changes wait; the first two are decided on."""
    with acting(SYSTEM):
        house.change(settings.registered[keychanges.SETTING], True, actor=SYSTEM, revision=0)  # noqa: FBT003 - the value
    agent = actors[AGENT]
    made = []
    with acting(agent):
        for customer, (name, value, reason) in zip(_companies(agent), PROPOSED, strict=False):
            fresh = value or customer.name.replace("有限公司", "集团有限公司")
            made.append(keychanges.propose(customer, {name: fresh}, reason=reason, actor=agent).id)
    _decide(made, actors)


def _companies(agent: Actor) -> list[Customer]:
    filled = (Customer.kind == "company", Customer.legal_person.is_not(None), Customer.owner_id == agent.id)
    with unscoped("the demo tells of everybody's work"):
        return list(db.session.scalars(select(Customer).where(*filled).order_by(Customer.id.desc()).limit(5)))


def _decide(made: list[int], actors: Mapping[str, Actor]) -> None:
    """Approve the first change and reject the second, by whoever is asked; name who decides meanwhile."""
    with acting(SYSTEM):
        case = queries.case_of(keychanges.CODE, made[0])
        head = next(iter(one.employee_id for one in queries.open_seats(case)), None) if case is not None else None
    boss = next((one for one in actors.values() if one.id == head), None)
    if boss is None:
        return
    with acting(boss):
        keychanges.approve(made[:1], "执照已核对。", boss)
        keychanges.reject(made[1:2], "请先上传新执照的照片。", boss)
        today = clock.today()
        values = {"to": actors[DELEGATE].id, "from_on": today + timedelta(days=3), "to_on": today + timedelta(days=10)}
        approvals.delegate({**values, "reason": "年假"}, actor=boss)
