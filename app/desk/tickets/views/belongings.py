"""Open tickets as something that people have, and hand over when they leave."""

import json
from typing import Any

from flask import current_app, url_for

from app.base import choices, wording
from app.base.actor import Actor
from app.base.background import AtOnce
from app.base.bulk import Given, Plan
from app.base.handover import Belonging
from app.base.i18n import _, ngettext
from app.desk.tickets import queries
from app.desk.tickets.views import bulk
from app.desk.tickets.views.asked import UNSOLVED_ONES
from app.system.runs import services as runs

SCREEN = "TicketView"
KEPT = ("people", "how", "weights", "words")


def _theirs(whose: int) -> str:
    return json.dumps({"all": [{"field": "assignee", "op": "is", "value": str(whose)}, UNSOLVED_ONES]})


def _given(given: Given) -> dict[str, Any]:
    found = {name: given[name] for name in KEPT if given.get(name)}
    return {"words": str(_("Handed over"))} | found


def _plan(whose: int, given: Given, actor: Actor) -> Plan:
    wanted = _given(given)
    bulk.HAND_OVER.check(wanted, actor)
    where = runs.subjects[SCREEN].meant(filter_text=_theirs(whose), ticked=None, actor=actor)
    assert bulk.HAND_OVER.plan is not None  # noqa: S101 - it has one
    return bulk.HAND_OVER.plan(where, queries.owned(whose, actor), wanted, actor)


def _begin(whose: int, shown: int, given: Given, actor: Actor) -> str:
    name = choices.labels("employee", [whose]).get(whose, str(whose))
    rows = ngettext("%(n)s ticket", "%(n)s tickets", shown, n=wording.number(shown))
    is_long = shown > current_app.config["ZHIKE"].background_from_rows
    run = runs.begin(
        runs.subjects[SCREEN],
        bulk.HAND_OVER,
        actor=actor,
        title=_("Handover of %(name)s · %(rows)s", name=name, rows=rows),
        filter_text=_theirs(whose),
        ticked=None,
        given=given,
        shown=shown,
        in_background=is_long,
    )
    if not is_long:
        runs.carry_out(run.id, AtOnce({}, actor))
    return url_for("RunView.show", pk=run.id)


TICKETS = Belonging(
    "tickets",
    _("Open tickets"),
    "ticket",
    queries.owned,
    _plan,
    _begin,
    lambda whose: url_for("TicketView.list", filter=_theirs(whose)),
    place=25,
)
