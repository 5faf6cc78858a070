"""What can be done with the pool. One verb, one transaction, one line of history."""

from app.crm.pool.services.rooms import locked_hands, rooms

__all__ = ["locked_hands", "rooms"]
