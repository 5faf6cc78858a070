"""What was refused today, on the first page of those who look after the house."""

import json

from flask import url_for

from app.base import choices, clock
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Card, Content, Line, Nothing
from app.system.logs import queries, rules
from app.system.logs.models import Entry

MOST_LINES = 5
LIST = ("can_list", "LogView")


def _refusals(_actor: Actor) -> Content:
    found, count = queries.refused_since(clock.midnight(), limit=MOST_LINES)
    is_one = {"field": "kind", "op": "in", "value": list(rules.REFUSALS)}
    asked = {"all": [is_one, {"field": "at", "op": "on", "value": f"{clock.today()}"}]}
    words = f"{queries.MOST_COUNTED}+" if count > queries.MOST_COUNTED else f"{count}"
    nothing = Nothing(_("Nobody was refused anything today."), _("Open the log"), url_for("LogView.list"))
    lines = [_line(one) for one in found]
    return Content(lines, nothing, url_for("LogView.list", filter=json.dumps(asked)), words if count else "")


def _line(entry: Entry) -> Line:
    kind = choices.values("log_kind").by_code[entry.kind]
    who = str(entry.person) if entry.person else str(entry.title)
    text = f"{entry.title}" if entry.person else entry.address or ""
    side = f"{clock.local(entry.at):%H:%M}"
    return Line(who, url_for("LogView.show", pk=entry.id), text=text, side=side, chip=(kind.label, kind.color))


PARTS = (Card("refusals", _refusals, LIST, ("admin", "auditor"), 80, _("Refused today"), icon="shield-x"),)
