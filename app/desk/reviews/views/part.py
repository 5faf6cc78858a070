"""What a ticket's page shows of reviews: its ratings, the link for the customer, and where the revisit is."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.base import wording
from app.base.i18n import _
from app.base.scope import may_write
from app.desk.reviews import queries, rules
from app.desk.reviews.models import Rating
from app.desk.reviews.views.revisits import DIMENSIONS
from app.desk.tickets.queries import Parts, Ticket

ASK, LINK = "can_revisit", "can_link"
SCREEN = "RevisitView"


def draw(view: Any, ticket: Ticket, there: Parts) -> tuple[object, Markup] | None:
    """Return the card of the ratings; None where there is none and none can be asked for."""
    if ticket.phase not in rules.RATEABLE and not ticket.reopened:
        return None
    is_seen = there.has["ratings"] and view.appbuilder.sm.has_access("can_show", "RatingView")
    found = queries.ratings_of(ticket.id) if is_seen else []
    link_url = _link_url(view, ticket, found)
    if not found and not link_url:
        return None
    page = {"ratings": [_drawn(one) for one in found], "link_url": link_url}
    return _("Ratings"), Markup(render_template("zhike/reviews/part.html", page=page))  # noqa: S704 - a template's


def _drawn(one: Rating) -> dict[str, Any]:
    word, tone = rules.STATES[one.state]
    words = zip(rules.DIMENSIONS, one.grades, strict=False)
    return {
        "url": url_for("RatingView.show", pk=one.id),
        "state": word,
        "tone": tone,
        "score": wording.number(one.score) if one.score is not None else "",
        "grades": [(DIMENSIONS[name], rules.GRADES[code][0]) for name, code in words],
        "words": one.words or "",
        "rater": rules.RATERS.get(one.rater or "", ""),
        "at": wording.instant(one.rated_at) if one.rated_at else "",
    }


def _link_url(view: Any, ticket: Ticket, found: Sequence[Rating]) -> str:
    """Return where a link is made: for whoever may, while nobody has rated this solving."""
    is_rated = any(one.solving == ticket.reopened and one.state not in (rules.PENDING, rules.VOID) for one in found)
    if is_rated or ticket.phase not in rules.RATEABLE or not view.appbuilder.sm.has_access(LINK, SCREEN):
        return ""
    return url_for("RevisitView.link", pk=ticket.id) if may_write(ticket, view.actor()) else ""


def revisit_url(view: Any, ticket: Ticket) -> str | None:
    """Return where a revisit is written down; None for who has no such screen."""
    if not view.appbuilder.sm.has_access(ASK, SCREEN):
        return None
    return url_for("RevisitView.ask", pk=ticket.id)
