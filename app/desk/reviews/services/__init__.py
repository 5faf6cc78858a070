"""What can be done with revisits and ratings. One verb, one transaction."""

from app.desk.reviews.services.answering import object_to, reply, uphold, void
from app.desk.reviews.services.closing import close_all
from app.desk.reviews.services.going import go_with_tickets
from app.desk.reviews.services.linking import look, make_link, rate_by_link
from app.desk.reviews.services.revisiting import SOLVED, agents, check_solved, not_reached, revisit

__all__ = [
    "SOLVED",
    "agents",
    "check_solved",
    "close_all",
    "go_with_tickets",
    "look",
    "make_link",
    "not_reached",
    "object_to",
    "rate_by_link",
    "reply",
    "revisit",
    "uphold",
    "void",
]
