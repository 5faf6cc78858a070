"""How a rating is written down, and who hears of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base import clock, inbox, normal, settings
from app.base.actor import SYSTEM, Actor
from app.base.errors import WrongState
from app.base.inbox import Place
from app.base.scope import unscoped, with_deleted
from app.base.transaction import lock
from app.desk.reviews import queries, rules
from app.desk.reviews.models import Rating
from app.desk.tickets import services as tickets
from app.desk.tickets.queries import Ticket, dispatchers_of
from app.desk.tickets.services import keycustomers
from app.extensions import db
from app.system.security import queries as security

REOPENS = "rating_low_reopens"  # the setting


def pending(ticket: Ticket) -> Rating:
    """Return the rating that a solved ticket waits for. Raises WrongState if it is rated already. Ticket locked."""
    found = queries.living(ticket)
    if found is None:
        found = Rating(ticket_id=ticket.id, solving=ticket.reopened, person_id=ticket.assignee_id)
        found.state = rules.PENDING
        db.session.add(found)
        db.session.flush()
    lock(found)
    rules.check_state(found.state, "rate")
    return found


def write(rating: Rating, ticket: Ticket, values: Mapping[str, Any], *, rater: str, channel: str, actor: Actor) -> None:
    """Fill in a rating; tell the people rated, and of a low one whoever is above them. ``values["agent"]``: as well."""
    rating.person_id, rating.agent_id = ticket.assignee_id, values.get("agent")
    for name in rules.DIMENSIONS:
        setattr(rating, name, str(values[name]))
    rating.score = rules.score(rating.grades)
    rating.overall = values.get("overall")
    rating.words = normal.text(values.get("words")) or None
    rating.rater, rating.channel, rating.by_id = rater, channel, actor.id
    rating.rated_at, rating.state = clock.now(), rules.RATED
    db.session.flush()
    tell(rating, rating.rated, "rating_given", actor=actor)
    if rules.is_low(rating.grades):
        above = superiors(rating, ticket)
        tell(rating, above, "rating_low", words=rating.words or "", actor=actor)
        keepers = [one for one in keycustomers.whose(ticket) if one not in above]
        tell(rating, keepers, "rating_low_key", actor=actor)


def ticket_of(rating: Rating) -> Ticket:
    """Return the ticket of a rating, whether or not whoever was rated still sees it, or it is in the bin."""
    with unscoped("who decides about a rating follows from its ticket"), with_deleted():
        return db.session.get_one(Ticket, rating.ticket_id)


def superiors(rating: Rating, ticket: Ticket) -> list[int | None]:
    """Return who decides about a rating: the heads of the departments of those rated, but none of these themselves.

    Else whoever dispatches such tickets.
    """
    known = security.departments_of(rating.rated)
    heads = [security.head_of(house) for key in rating.rated if (house := known.get(key)) is not None]
    found: list[int | None] = [key for key in heads if key is not None and key not in rating.rated]
    return found or [key for key in dispatchers_of(ticket) if key not in rating.rated]


def tell(rating: Rating, people: Sequence[int | None], kind: str, *, words: str = "", actor: Actor) -> None:
    """Tell people of a rating, whoever did it excepted."""
    wanted = [key for key in dict.fromkeys(people) if key is not None and key != actor.id]
    if wanted:
        params, link = {"words": words[:200]}, Place("RatingView.show", rating.id)
        inbox.tell(wanted, kind, params=params, link=link, actor=actor)


def reopens(rating: Rating, ticket: Ticket) -> bool:
    """Reopen a ticket with a low rating where the house wants that; tell whether it was."""
    if not rules.is_low(rating.grades) or not settings.value(REOPENS):
        return False
    words = rating.words or str(rules.STATES[rules.RATED][0])
    try:
        tickets.reopen(ticket, {"words": words[:300]}, actor=SYSTEM, revision=None)
    except WrongState:  # the flow has no such way, or the ticket is closed for too long
        return False
    return True
