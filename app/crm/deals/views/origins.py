"""Where deals lead back to: each domain above says how its records are opened."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, url_for

#: origin → (label, icon, endpoint, permission, screen)
_origins: dict[str, tuple[object, str, str, str, str]] = {}


def leads(origin: str, label: object, *, icon: str, endpoint: str, right: tuple[str, str]) -> None:
    """Say what opens the records that deals of an origin follow from. Said again, it is the same."""
    _origins[origin] = (label, icon, endpoint, *right)


def button(origin: str, origin_id: int | None) -> Mapping[str, Any] | None:
    """Return the button that opens the source of a deal, for who may; None for one entered by hand."""
    known = _origins.get(origin)
    if known is None or origin_id is None:
        return None
    label, icon, endpoint, permission, screen = known
    if not current_app.extensions["house"].sm.has_access(permission, screen):
        return None
    return {"label": label, "icon": icon, "url": url_for(endpoint, pk=origin_id)}
