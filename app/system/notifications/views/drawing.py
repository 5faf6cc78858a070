"""Messages as sentences in the reader's language; what the reader cannot see any more is not named."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, url_for

from app.base import choices
from app.base.i18n import _
from app.base.inbox import Kind, kinds
from app.base.screens import markup
from app.base.sentences import restored
from app.system.notifications.models import Message

UNKNOWN = Kind(_("Message"), "bell", _("Message"))
#: For the sprite: those of the kinds there are.
ICONS = ("arrow-back-up", "bell", "message-question", "share", "user-shield")


def drawn(messages: Sequence[Message], people: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Return messages as pages draw them; names are asked for once per kind of record. ``people``: who is known."""
    people = choices.labels("employee", {one.sender_id for one in messages}) if people is None else people
    named = _names(messages)
    return [_drawn(one, people, named) for one in messages]


def _names(messages: Sequence[Message]) -> Mapping[str, Mapping[int, str]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in messages:
        kind = kinds.get(one.kind, UNKNOWN)
        if kind.names and one.record_id:
            wanted[kind.names].add(one.record_id)
    return {name: choices.labels(name, ids) for name, ids in wanted.items()}


def _drawn(one: Message, people: Mapping[int, str], named: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    kind = kinds.get(one.kind, UNKNOWN)
    name = named.get(kind.names, {}).get(one.record_id or 0)
    values = {code: kind.read.get(code, str)(restored(said)) for code, said in one.params.items()}
    values |= {"who": people.get(one.sender_id or 0, str(_("System")))}
    values |= {"what": name or str(_("a record you cannot see now"))} if kind.names else {}
    can_open = address_of(one) is not None and not (kind.names and name is None)
    return {
        "id": one.id,
        "icon": kind.icon,
        "label": kind.label,
        "title": str(kind.title) % values,
        "text": str(kind.text) % values if kind.text else "",
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
