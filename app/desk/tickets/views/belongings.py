"""Open tickets as something that people have, and hand over when they leave."""

import json

from app.base import wording
from app.base.i18n import _, ngettext
from app.crm.assignments.views import handing
from app.desk.tickets import queries
from app.desk.tickets.views import bulk
from app.desk.tickets.views.asked import UNSOLVED_ONES


def _theirs(whose: int) -> str:
    return json.dumps({"all": [{"field": "assignee", "op": "is", "value": str(whose)}, UNSOLVED_ONES]})


TICKETS = handing.ByRun(
    "tickets",
    _("Open tickets"),
    "ticket",
    screen="TicketView",
    action=bulk.HAND_OVER,
    count=queries.owned,
    theirs=_theirs,
    rows=lambda n: ngettext("%(n)s ticket", "%(n)s tickets", n, n=wording.number(n)),
    usual={"words": _("Handed over")},
    place=25,
).belonging
