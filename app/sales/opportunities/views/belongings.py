"""Open opportunities as something that people own, and hand over."""

import json

from app.base import wording
from app.base.i18n import _, ngettext
from app.crm.assignments.views import handing
from app.sales.opportunities import queries
from app.sales.opportunities.views import bulk
from app.sales.opportunities.views.page import OPEN


def _theirs(whose: int) -> str:
    return json.dumps({"all": [{"field": "owner", "op": "is", "value": str(whose)}, OPEN]})


OPPORTUNITIES = handing.ByRun(
    "opportunities",
    _("Open opportunities"),
    "target-arrow",
    screen="OpportunityView",
    action=bulk.HAND_OVER,
    count=queries.owned,
    theirs=_theirs,
    rows=lambda n: ngettext("%(n)s opportunity", "%(n)s opportunities", n, n=wording.number(n)),
    place=20,
).belonging
