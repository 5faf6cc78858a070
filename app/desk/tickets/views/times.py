"""Time per step: a type's flow drawn with how long tickets stay in each state, and how often each way is gone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup

from app.base import choices, clock, wording
from app.base.i18n import _
from app.base.screens import markup
from app.desk.tickets import queries
from app.desk.tickets.queries import times
from app.desk.tickets.queries.times import Standing, Stay
from app.desk.tickets.rules.seeds import USUAL
from app.desk.tickets.views import flowdrawing

#: How far back: (code, words, days; None: from the beginning).
PERIODS: Sequence[tuple[str, object, int | None]] = (
    ("7", _("7 days"), 7),
    ("30", _("30 days"), 30),
    ("90", _("90 days"), 90),
    ("365", _("12 months"), 365),
    ("all", _("All"), None),
)
USUAL_PERIOD = "30"


class StepTimesView(BaseView):
    route_base = "/ticket-times"
    class_permission_name = "TicketMoveView"
    base_permissions = ["can_list"]
    default_view = "list"
    title, group = _("Time per step"), _("Tickets")
    menu_place = 65

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str:
        """Show how long steps take. ``type``: of tickets; ``period``: how many days back, or "all"."""
        kind, period, days = _asked()
        since = clock.midnight() - timedelta(days=days - 1) if days is not None else None
        flow = queries.edition_for(kind).flow
        (stays, ways), now = times.course(kind, since=since), times.standing(kind)
        page = {
            "title": _("Time per step"),
            "crumbs": [{"label": _("Tickets"), "url": None}],
            "types": [_tab(item.label, item.code == kind, type=item.code, period=period) for item in _types()],
            "periods": [_tab(words, code == period, type=kind, period=code) for code, words, _days in PERIODS],
            "picture": flowdrawing.picture(flow, notes=_notes(stays), counts=ways),
            "rows": _rows(kind, stays, now),
            "ways": _ways(kind, ways),
            "records_url": url_for("TicketMoveView.list"),
        }
        return self.render_template("zhike/tickets/times.html", page=page)


def _types() -> Sequence[Any]:
    return choices.values("ticket_type").active


def _asked() -> tuple[str, str, int | None]:
    kind, period = request.args.get("type", ""), request.args.get("period", "")
    known = [item.code for item in _types()]
    kind = kind if kind in known else USUAL if USUAL in known else known[0]
    found = {code: days for code, _words, days in PERIODS}
    period = period if period in found else USUAL_PERIOD
    return kind, period, found[period]


def _tab(label: object, current: bool, **asked: str) -> dict[str, Any]:  # noqa: FBT001 - a mark of the tab
    return {"label": label, "url": url_for("StepTimesView.list", **asked), "current": current}


def _notes(stays: Mapping[str, Stay]) -> Mapping[str, str]:
    """Return what stands in the drawing under each state: how long a ticket stays in it."""
    return {code: wording.span(one.average) for code, one in stays.items() if one.average is not None}


def _rows(kind: str, stays: Mapping[str, Stay], now: Mapping[str, Standing]) -> Sequence[Mapping[str, Any]]:
    """Return the states of the flow in their order, and behind them those of older versions that tickets were in."""
    known = [one.code for one in queries.edition_for(kind).flow.states]
    older = [code for code in dict.fromkeys([*stays, *now]) if code not in known]
    words = _words(kind)
    return [_row(words[code], stays.get(code), now.get(code)) for code in [*known, *older] if code in words]


def _words(kind: str) -> Mapping[str, Markup]:
    """Return every state as it is drawn, by code: as the type's flow names it, else as another does."""
    own = {one.code: one for one in queries.edition_for(kind).flow.states}
    return {code: markup.chip(queries.label(one), one.color) for code, one in (queries.states_of(kind) | own).items()}


def _row(state: Markup, stay: Stay | None, now: Standing | None) -> Mapping[str, Any]:
    return {
        "chip": state,
        "left": wording.number(stay.left) if stay else "",
        "average": wording.span(stay.average) if stay else "",
        "longest": wording.span(stay.longest) if stay else "",
        "whole": wording.span(stay.seconds) if stay else "",
        "now": wording.number(now.number) if now else "",
        "since": wording.span(_seconds(now.since)) if now else "",
    }


def _seconds(since: datetime) -> int:
    return max(0, round((clock.now() - since).total_seconds()))


def _ways(kind: str, ways: Mapping[tuple[str, str], int]) -> Sequence[Mapping[str, Any]]:
    words = _words(kind)
    places = {one.code: place for place, one in enumerate(queries.edition_for(kind).flow.states)}
    last, total = len(places), sum(ways.values())
    ordered = sorted(ways, key=lambda way: (places.get(way[0], last), places.get(way[1], last)))
    return [
        {
            "source": words[source],
            "target": words[target],
            "count": wording.number(ways[source, target]),
            "share": f"{round(100 * ways[source, target] / total)}%",
            "back": places.get(target, last) < places.get(source, last),
        }
        for source, target in ordered
        if source in words and target in words
    ]
