"""What can be done with fees. One verb, one transaction."""

from app.crm.fees.services.changes import changed, on_change

__all__ = ["changed", "on_change"]
