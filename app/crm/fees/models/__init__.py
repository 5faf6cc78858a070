"""Fees and closed months."""

from app.crm.fees.models.closing import Closing
from app.crm.fees.models.fee import REACH, Fee

__all__ = ["REACH", "Closing", "Fee"]
