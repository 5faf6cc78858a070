"""What domains above say of a customer wherever it appears: in lists, in hits of the search, over forms."""

from collections.abc import Callable, Sequence
from typing import Any

#: (words in the reader's language, colour)
Mark = tuple[str, str]
_markers: dict[str, tuple[Callable[[Any], Sequence[Mark]], Sequence[str]]] = {}


def mark_with(name: str, say: Callable[[Any], Sequence[Mark]], *, needs: Sequence[str]) -> None:
    """Let a domain mark customers. ``needs``: the columns of a customer that it looks at. Safe to repeat."""
    _markers[name] = (say, needs)


def marks(customer: Any) -> list[Mark]:
    """Return all that is said of a customer, without a statement where ``mark_needs`` was loaded with it."""
    return [mark for say, _needs in _markers.values() for mark in say(customer)]


def mark_needs() -> list[str]:
    """Return the columns that ``marks`` looks at."""
    return list(dict.fromkeys(name for _say, needs in _markers.values() for name in needs))
