"""What domains above hang on the page of a deal: a section of fields, buttons."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.crm.deals.models import Deal

#: Returns (sections, buttons) of a deal for the person who looks.
Draw = Callable[[Deal], tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]]
_parts: dict[str, Draw] = {}


def hang(name: str, draw: Draw) -> None:
    """Hang something on the page of a deal. Safe to repeat."""
    _parts[name] = draw


def parts(deal: Deal) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the sections and the buttons that hang on a deal."""
    drawn = [draw(deal) for draw in _parts.values()]
    return [one for found, _more in drawn for one in found], [one for _more, found in drawn for one in found]
