"""Columns that the database holds only encrypted, history included, and the blind index by which they are found.

A model says ``mapped_column(Sealed("table.column"))`` and, to be found by the whole value, beside it
``mapped_column(String(44), index=True, info=blind_of("column"))``, left out of the history. Everything else happens
by itself: what is read is plain, what is written is sealed. Rotation: system.keys.
"""

from app.base.sealed.blind import blind_of, is_value, with_blind
from app.base.sealed.column import Sealed, SealedComparisonError, SealedJSON, SealedLater, Unreadable
from app.base.sealed.ring import KeyRing, Unopened, ring

__all__ = [
    "KeyRing",
    "Sealed",
    "SealedComparisonError",
    "SealedJSON",
    "SealedLater",
    "Unopened",
    "Unreadable",
    "blind_of",
    "is_value",
    "ring",
    "with_blind",
]
