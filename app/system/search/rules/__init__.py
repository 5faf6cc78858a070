"""What a token is, what is asked of the index, and how well a text answers. Pure."""

from app.system.search.rules.asking import LONGEST, Asked, Match, ask
from app.system.search.rules.marking import excerpt, spans
from app.system.search.rules.parts import (
    ADDRESSES,
    CODES,
    DIGITS,
    INITIALS,
    WORDS,
    Manner,
    Part,
    Rank,
    address_form,
    digits_form,
)
from app.system.search.rules.tokens import Every, Some, Term, cutter, safe, same

__all__ = [
    "ADDRESSES",
    "CODES",
    "DIGITS",
    "INITIALS",
    "LONGEST",
    "WORDS",
    "Asked",
    "Every",
    "Manner",
    "Match",
    "Part",
    "Rank",
    "Some",
    "Term",
    "address_form",
    "ask",
    "cutter",
    "digits_form",
    "excerpt",
    "safe",
    "same",
    "spans",
]
