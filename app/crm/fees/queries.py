"""Named reads of fees."""

from app.crm.fees.models import Fee
from app.crm.fees.rules import APPROVED, COUNTED, LIVING, UNREVIEWED

#: The model and its states: what domains above say of fees in their own statements.
__all__ = ["APPROVED", "COUNTED", "LIVING", "UNREVIEWED", "Fee"]
