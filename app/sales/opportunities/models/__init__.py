"""Opportunities, their stages, and every move between these."""

from app.sales.opportunities.models.opportunity import REACH, Opportunity
from app.sales.opportunities.models.stage import Move, Stage

__all__ = ["REACH", "Move", "Opportunity", "Stage"]
