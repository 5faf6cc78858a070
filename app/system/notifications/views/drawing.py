"""Messages as pages draw them, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, url_for

from app.base.screens import markup
from app.system.notifications import queries
from app.system.notifications.models import Message
from app.system.notifications.queries import Told

#: For the sprite: those of the kinds there are.
ICONS = ("arrow-back-up", "bell", "message-question", "share", "user-shield")


def drawn(messages: Sequence[Message], people: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Return messages as pages draw them. ``people``: who is known."""
    return [_drawn(one) for one in queries.told(messages, people)]


def _drawn(told: Told) -> dict[str, Any]:
    one = told.message
    can_open = address_of(one) is not None and told.is_named
    return {
        "id": one.id,
        "icon": told.kind.icon,
        "label": told.kind.label,
        "title": told.title,
        "text": told.text,
        "at": markup.moment(one.created_at),
        "is_unread": one.read_at is None,
        "open_url": url_for("InboxView.open", pk=one.id) if can_open else None,
        "read_url": url_for("InboxView.read", pk=one.id) if one.read_at is None else None,
    }


def address_of(message: Message) -> str | None:
    """Return where a message leads, if that screen is there still."""
    if message.endpoint not in current_app.view_functions:
        return None
    return url_for(message.endpoint, pk=message.record_id) if message.record_id else url_for(message.endpoint)
