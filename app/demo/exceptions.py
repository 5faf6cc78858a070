"""Customers whose service has run out call all the same: exceptions are asked for, and for one not yet."""

from collections.abc import Mapping

from sqlalchemy import select

from app.base.actor import SYSTEM, Actor, acting
from app.crm.customers.models import Customer
from app.crm.renewals.queries import limited
from app.desk.tickets import services
from app.extensions import db

AGENT = "wangli"
CALLS = (
    ("月末结账报错，催得很急", "续费合同已签，款本周到账，先帮客户把账结了。"),
    ("换了电脑要重装客户端", "客户已口头同意续费，财务下周一付款。"),
    ("发票模块打不开", ""),  # nobody has asked yet
)


def let_be_asked(actors: Mapping[str, Actor]) -> int:
    """Take calls of customers whose service has run out, and ask for exceptions; return of how many."""
    with acting(SYSTEM):
        theirs = (Customer.owner_id == actors[AGENT].id, limited(Customer.__table__))
        found = list(db.session.scalars(select(Customer).where(*theirs).order_by(Customer.id).limit(len(CALLS))))
    for customer, (title, why) in zip(found, CALLS, strict=False):
        about = {"type": "after_sales", "channel": "phone", "title": title, "description": title}
        with acting(actors[AGENT]) as agent:
            ticket = services.open_ticket(customer, about, actor=agent)
            if why:
                services.ask_exception(ticket, {"words": why}, actor=agent, revision=None)
    return len(found)
