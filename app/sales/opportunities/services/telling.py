"""One message per person: which opportunity came to them, or how many."""

from app.base import inbox
from app.base.actor import Actor
from app.base.bulk import Given
from app.base.inbox import Place
from app.extensions import db
from app.sales.opportunities.models import Opportunity


def tell_one(opportunity: Opportunity, *, actor: Actor) -> None:
    """Tell whoever has an opportunity now, unless they took it themselves."""
    db.session.flush()
    if opportunity.owner_id is not None and opportunity.owner_id != actor.id:
        place = Place("OpportunityView.show", opportunity.id)
        inbox.tell([opportunity.owner_id], "opportunity_given", link=place, actor=actor)


def tell_given(run_id: int, given: Given, actor: Actor) -> None:
    """Tell whoever got opportunities by a run how many, in the transaction that ends it."""
    for person, count in given.get("got", ()):
        if count and person != actor.id:
            params = {"count": count, "words": given.get("words", "")}
            place, key = Place("BoardView.board"), f"opportunities given:{run_id}"
            inbox.tell([person], "opportunities_given", params=params, link=place, key=key, actor=actor)
