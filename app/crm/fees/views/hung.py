"""What domains above hang on the ledger and on a fee's page: a tab beside the states, a part beside the fee."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.crm.fees.models import Fee

#: Returns a tab (label, icon, url, count) of what is not in the ledger but belongs to its work; None for who may not.
Tab = Callable[[], Mapping[str, Any] | None]
#: Returns (title, what stands under it) of a fee; None if there is nothing to say. ``back``: where buttons lead.
Beside = Callable[[Any, Fee, str], tuple[object, Markup] | None]

_tabs: dict[str, Tab] = {}
_beside: dict[str, Beside] = {}


def hang(name: str, *, tab: Tab | None = None, beside: Beside | None = None) -> None:
    """Hang something on the ledger. Safe to repeat."""
    if tab is not None:
        _tabs[name] = tab
    if beside is not None:
        _beside[name] = beside


def tabs() -> Sequence[Mapping[str, Any]]:
    """Return the tabs that this person sees."""
    return [drawn for tab in _tabs.values() if (drawn := tab()) is not None]


def parts(view: Any, fee: Fee, *, back: str = "") -> Sequence[Mapping[str, Any]]:
    """Return what stands beside a fee."""
    found = [draw(view, fee, back) for draw in _beside.values()]
    return [{"title": one[0], "html": one[1]} for one in found if one is not None]
