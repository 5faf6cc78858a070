"""What customers think of the work, in the demo: most are content, a few are not, and some of those are answered."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor, acting
from app.base.history import insert_versioned
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.demo.companies import Maker
from app.desk.reviews.models import Rating
from app.desk.tickets.models import Ticket
from app.extensions import db

MANAGER, WORST = "gaoxiang", 1
DIMENSIONS = ("attitude", "skill", "response")
GRADES = ((4, 4, 4), (4, 4, 3), (3, 4, 3), (4, 3, 2), (2, 3, 2), (1, 2, 2))
WEIGHTS = (40, 25, 15, 10, 6, 4)
#: By the worst grade: what they said.
WORDS: Mapping[int, Sequence[str]] = {
    4: ("很快就好了。", "师傅讲得清楚。", "", "服务很好，谢谢。"),
    3: ("可以。", "", "问题解决了。"),
    2: ("等得有点久。", "打了两次电话才有人来。"),
    1: ("约好的时间没到，也没人通知。",),
}
REPLY = "确实是我没有提前打电话，已经向客户道歉，以后出发前先联系。"


def rate(maker: Maker, actors: Mapping[str, Actor]) -> int:
    """Let the customers of revisited tickets have rated; return how many."""
    with acting(actors[MANAGER]):
        return _keep(maker)


@transaction
def _keep(maker: Maker) -> int:
    met = (Ticket.phase.in_(["reviewed", "closed"]), Ticket.end.is_distinct_from("unrevisited"))
    with unscoped("the demo tells of everybody's work"):
        found = db.session.scalars(
            select(Ticket).where(*met, Ticket.assignee_id.is_not(None)).order_by(Ticket.id)
        ).all()
    insert_versioned(Rating, [_row(maker, one) for one in found])
    return len(found)


def _row(maker: Maker, ticket: Ticket) -> dict[str, Any]:
    pick = maker.random
    grades = pick.choices(GRADES, WEIGHTS)[0]
    is_by_link, is_answered = pick.random() < 1 / 3, WORST in grades
    at = min((ticket.solved_at or ticket.moved_at) + timedelta(minutes=pick.randrange(30, 1200)), clock.now())
    return {
        "ticket_id": ticket.id, "solving": ticket.reopened, "person_id": ticket.assignee_id,
        "agent_id": None if ticket.created_by_id == ticket.assignee_id else ticket.created_by_id,
        "state": "replied" if is_answered else "rated",
        **{name: str(grade) for name, grade in zip(DIMENSIONS, grades, strict=True)},
        "score": (Decimal(sum(grades)) / len(grades)).quantize(Decimal("0.01")),
        "overall": round(sum(grades) / len(grades)) + 1 if is_by_link else None,
        "words": pick.choice(WORDS[min(grades)]) or None,
        "rater": "customer" if is_by_link else "agent",
        "channel": "link" if is_by_link else "phone",
        "by_id": None if is_by_link else ticket.created_by_id, "rated_at": at, "created_at": at,
        "reply": REPLY if is_answered else None, "replied_at": at + timedelta(hours=3) if is_answered else None,
        **dict.fromkeys(("objection", "objected_at", "decision", "decided_by_id", "decided_at")),
    }  # fmt: skip
