"""What domains above say of a deal that must stay: something hangs on it, as a fee that pays for it."""

from collections.abc import Callable

from app.base.errors import Invalid

#: Says why a deal (its id) stays; None if nothing keeps it.
Says = Callable[[int], object]
_keepers: dict[str, Says] = {}


def hangs_on(name: str, says: Says) -> None:
    """Let a domain forbid that deals are deleted. Said again, it is the same."""
    _keepers[name] = says


def check_free(key: int) -> None:
    """Raise Invalid for a deal that something hangs on."""
    for says in _keepers.values():
        if (sentence := says(key)) is not None:
            raise Invalid(sentence)
