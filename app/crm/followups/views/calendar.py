"""The calendar of planned contacts: month, week or day, one's own or a person's in scope; and its feed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
from flask import Response, abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response as AnyResponse

from app.base import choices, clock, wording
from app.base.actor import Level, acting
from app.base.i18n import _
from app.base.screens import calendar
from app.base.screens.asking import whole
from app.base.screens.view import current_actor
from app.crm.followups import queries, services
from app.crm.followups.views.entering import address, view

MOST_EVENTS, MOST_IN_FEED = 2000, 1000
FEED_ICONS = {"rss"}  # for the sprite
HALF_AN_HOUR = timedelta(minutes=30)
BEHIND, AHEAD = timedelta(days=90), timedelta(days=366)
Planned = tuple[int, str, datetime]


class CalendarView(BaseView):
    route_base = "/calendar"
    default_view = "list"
    title, group = _("Calendar"), _("Follow-ups")
    menu_place = 20
    base_permissions = ["can_list", "can_feed"]

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str:
        """Show the planned contacts of a ``day``, its week or its month. ``person``: whose; else one's own."""
        asked = calendar.asked("CalendarView.list")
        person = whole(request.args.get("person")) if _chooses() else None
        first, last = asked.span
        found = queries.planned(current_actor(), person=person, first=first, last=last, limit=MOST_EVENTS)
        page = {
            "title": _("Calendar"),
            "crumbs": [{"label": _("Follow-ups"), "url": None}],
            **asked.page([(one[2], one) for one in found], _event),
            "people": _people(person),
            "nothing": _("Nothing is planned."),
            "feed_url": url_for(".feed") if self.appbuilder.sm.has_access("can_feed", "CalendarView") else None,
        }
        return self.render_template("zhike/followups/calendar.html", page=page)

    # ── the feed ──

    @expose("/feed")
    @has_access
    @permission_name("feed")
    def feed(self) -> str:
        """Show whether one has a feed."""
        return self._feed_page()

    @expose("/feed", methods=["POST"])
    @has_access
    @permission_name("feed")
    def make_feed(self) -> str:
        """Make one's feed, or give it another address, and show the address, this once."""
        return self._feed_page(secret=services.make_feed(actor=current_actor()))

    @expose("/feed/revoke", methods=["POST"])
    @has_access
    @permission_name("feed")
    def revoke_feed(self) -> AnyResponse:
        """Close one's feed."""
        services.revoke_feed(actor=current_actor())
        flash(str(_("The feed is closed: its address opens nothing any more.")), "success")
        return redirect(url_for(".feed"))

    def _feed_page(self, *, secret: str = "") -> str:
        own = queries.feed(current_actor())
        page = {
            "title": _("Calendar feed"),
            "crumbs": [{"label": _("Follow-ups"), "url": None}, {"label": _("Calendar"), "url": url_for(".list")}],
            "made": wording.instant(own.made_at) if own else "",
            "address": url_for("FeedView.read", token=secret, _external=True) if secret else "",
        }
        return self.render_template("zhike/followups/feed.html", page=page)


class FeedView(BaseView):
    """The feed itself: whoever knows its address reads one person's planned contacts, and no numbers."""

    route_base = "/followups/feed"
    default_view = "read"
    base_permissions: Sequence[str] = []  # the token is the key

    @expose("/<token>.ics")
    def read(self, token: str) -> Response:
        """Answer a person's planned contacts as iCalendar (RFC 5545), in their scope of this moment."""
        actor = queries.feed_of(token)
        if actor is None:
            abort(404)
        today = clock.today()
        with acting(actor):
            found = queries.planned(actor, person=None, first=today - BEHIND, last=today + AHEAD, limit=MOST_IN_FEED)
            text = as_icalendar(found)
        return Response(text, mimetype="text/calendar", headers={"Content-Disposition": "inline; filename=zhike.ics"})


def as_icalendar(found: Sequence[Planned]) -> bytes:
    """Return planned contacts as iCalendar."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Zhike//Follow-ups//")
    made.add("version", "2.0")
    made.add("x-wr-calname", str(_("Planned contacts")))
    for key, name, at in found:
        event = icalendar.Event()
        event.add("uid", f"next-contact-{key}@{request.host}")
        event.add("summary", str(_("Contact %(name)s")) % {"name": name})
        event.add("dtstart", _utc(at))
        event.add("dtend", _utc(at + HALF_AN_HOUR))
        event.add("dtstamp", _utc(clock.now()))
        event.add("url", url_for("CustomerView.show", pk=key, tab="followups", _external=True))
        made.add_component(event)
    text: bytes = made.to_ical()
    return text


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


# ── whose, and what is drawn ──


def _chooses() -> bool:
    """Tell whether this person sees other people's customers, and so may look at their calendar."""
    return current_actor().reach("customers").read > Level.OWN


def _event(one: Planned) -> dict[str, Any]:
    key, name, at = one
    may_add = view().may("add")
    shows = url_for("CustomerView.show", pk=key, tab="followups")
    return {
        "name": name,
        "time": wording.time_of_day(at),
        "is_overdue": at < clock.midnight(),
        "url": address(key) if may_add else shows,
    }


def _people(person: int | None) -> dict[str, Any] | None:
    """Return the choice of whose calendar it is; None for who sees only their own."""
    if not _chooses():
        return None
    names = choices.labels("employee", [person])
    chosen = [(str(person), names[person])] if person in names else []
    return {"url": url_for("CustomerView.choices", field="owner"), "chosen": chosen, "none": _("My own")}
