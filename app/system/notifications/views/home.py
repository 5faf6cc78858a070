"""The inbox on the first page: what was not read yet stands first."""

from typing import Any

from flask import g, url_for

from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Card, Content, Line, Nothing
from app.system.notifications import queries, rules
from app.system.notifications.views import drawing

MOST_LINES = 5


def unread(actor: Actor) -> int:
    """Return how many messages were not read, asked once for card and bell."""
    if "unread" not in g:
        g.unread = queries.unread(actor)
    return int(g.unread)


def _inbox(actor: Actor) -> Content:
    found = queries.unread_first(actor, limit=MOST_LINES)
    fresh = sum(1 for one, _sender in found if one.read_at is None)
    if fresh < MOST_LINES:
        g.unread = fresh  # all of them are here: nothing is left to count
    count = unread(actor)
    people = {one.sender_id: sender for one, sender in found if one.sender_id and sender}
    lines = [_line(one) for one in drawing.drawn([one for one, _sender in found], people)]
    words = str(_("%(n)s unread") % {"n": rules.count_text(count)}) if count else ""
    nothing = Nothing(_("Nothing has been told to you yet. What concerns you appears here and at the bell."))
    return Content(lines, nothing, url_for("InboxView.list"), words)


def _line(one: dict[str, Any]) -> Line:
    return Line(
        one["title"],
        opens=one["open_url"] or "",
        text=one["text"],
        side=one["at"],
        icon=one["icon"],
        color="blue" if one["is_unread"] else "gray",
        is_new=one["is_unread"],
    )


PARTS = (Card("inbox", _inbox, None, (), 50, _("Messages"), icon="bell"),)
