"""What can be done with the pool. One verb, one transaction, one line of history."""

from app.crm.pool.services.claiming import claim, release
from app.crm.pool.services.rooms import locked_hands, rooms
from app.crm.pool.services.ruling import (
    change_limit,
    change_pool,
    create_limit,
    create_pool,
    delete_limit,
    delete_pool,
    seed,
)

__all__ = [
    "change_limit",
    "change_pool",
    "claim",
    "create_limit",
    "create_pool",
    "delete_limit",
    "delete_pool",
    "locked_hands",
    "release",
    "rooms",
    "seed",
]
