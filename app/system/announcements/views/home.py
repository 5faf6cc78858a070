"""Announcements on the first page: what is not read yet stands first."""

from flask import url_for

from app.base import clock
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Line, Nothing
from app.system.announcements import queries

MOST_LINES = 4


def _current(actor: Actor) -> Content | None:
    found = queries.current(actor, today=clock.today(), limit=MOST_LINES)
    if not found:
        return None
    lines = [
        Line(
            one.title,
            url_for("AnnouncementView.show", pk=one.id),
            side=markup.moment(one.published_at),
            icon="speakerphone",
            color="gray" if receipt.read_at else "blue",
            chip=(_("To be confirmed"), "amber") if one.asks_receipt and not receipt.read_at else None,
            is_new=receipt.read_at is None,
        )
        for one, receipt in found
    ]
    return Content(lines, Nothing(""), url_for("AnnouncementView.list"))


PARTS = (
    Card(
        "announcements",
        _current,
        ("can_list", "AnnouncementView"),
        (),
        20,
        _("Announcements"),
        icon="speakerphone",
    ),
)
