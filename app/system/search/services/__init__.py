"""The index: what it knows of, keeping it true, building it anew."""

from app.base import filters
from app.base.fields import fields_of
from app.system.search.queries.kinds import Kind, Line, Watch, kinds
from app.system.search.queries.narrowing import narrowing
from app.system.search.rules import ADDRESSES, CODES, DIGITS, INITIALS, WORDS, Manner, Part, Rank
from app.system.search.services.frequencies import count_tokens
from app.system.search.services.keeping import keep
from app.system.search.services.rebuilding import check, rebuild, unknown
from app.system.search.services.watching import watch

__all__ = [
    "ADDRESSES",
    "CODES",
    "DIGITS",
    "INITIALS",
    "WORDS",
    "Kind",
    "Line",
    "Manner",
    "Part",
    "Rank",
    "Watch",
    "check",
    "count_tokens",
    "keep",
    "rebuild",
    "register",
    "unknown",
]


def register(kind: Kind) -> None:
    """Let a domain's records be found, and hear from now on of every change of their texts."""
    kinds[kind.code] = kind
    watch(kind)
    own = fields_of(kind.model)
    for part in kind.parts:
        if part.manner is WORDS and part.source == part.mark:
            filters.narrowed |= {
                (kind.model, spec.name): narrowing(kind, part) for spec in part.fields if own.get(spec.name) == spec
            }
