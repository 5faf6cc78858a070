"""Keeping every move: from where, to where, when, by whom, after how many days."""

from collections.abc import Mapping
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.extensions import db
from app.sales.opportunities.models import Move, Opportunity
from app.sales.opportunities.queries import StageRow


def began(opportunity: Opportunity, *, actor: Actor) -> None:
    """Keep that an opportunity was made."""
    db.session.flush()
    made = {"opportunity_id": opportunity.id, "to_stage": opportunity.stage, "at": opportunity.moved_at}
    db.session.add(Move(**made, by_id=actor.id))


def put(opportunity: Opportunity, stage: StageRow, *, words: str = "", actor: Actor) -> None:
    """Put an opportunity into a stage, with its probability, and keep that."""
    now = clock.now()
    days = (clock.local(now).date() - clock.local(opportunity.moved_at).date()).days
    kept: Mapping[str, Any] = {"from_stage": opportunity.stage, "to_stage": stage.code, "at": now, "days": days}
    db.session.add(Move(**kept, opportunity_id=opportunity.id, by_id=actor.id, words=words[:300] or None))
    opportunity.stage, opportunity.state = stage.code, stage.phase
    opportunity.probability, opportunity.moved_at = stage.probability, now
    opportunity.updated_at = now
