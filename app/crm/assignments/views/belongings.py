"""Customers as something that people own, and hand over."""

import json
from typing import Any

from flask import current_app, url_for
from sqlalchemy import ColumnElement

from app.base import choices, wording
from app.base.actor import Actor
from app.base.background import AtOnce
from app.base.bulk import Action, Given, Plan
from app.base.handover import Belonging
from app.base.i18n import _, ngettext
from app.crm.assignments import queries
from app.crm.assignments.views import bulk
from app.system.runs import services as runs

SCREEN = "CustomerView"


def theirs(whose: int) -> str:
    """Return the filter of the customers of a person."""
    return json.dumps({"all": [{"field": "owner", "op": "is", "value": whose}]})


def _meant(filter_text: str, actor: Actor) -> ColumnElement[bool]:
    return runs.subjects[SCREEN].meant(filter_text=filter_text, ticked=None, actor=actor)


def _plan(whose: int, given: Given, actor: Actor) -> Plan:
    bulk.HAND_OVER.check(given, actor)
    return bulk.plan(_meant(theirs(whose), actor), queries.owned(whose, actor), {**given, "why": "handover"}, actor)


def begun(action: Action, about: Any, whose: int, shown: int, given: Given, *, filter_text: str, actor: Actor) -> str:
    """Begin an action over customers of a person; return the address of the run. ``about``: a sentence of name, rows.

    Raises WrongState if other customers are meant by now than were shown.
    """
    name = choices.labels("employee", [whose]).get(whose, str(whose))
    rows = ngettext("%(n)s customer", "%(n)s customers", shown, n=wording.number(shown))
    is_long = shown > current_app.config["ZHIKE"].background_from_rows
    run = runs.begin(
        runs.subjects[SCREEN],
        action,
        actor=actor,
        title=about(name, rows),
        filter_text=filter_text,
        ticked=None,
        given=given,
        shown=shown,
        in_background=is_long,
    )
    if not is_long:
        runs.carry_out(run.id, AtOnce({}, actor))
    return url_for("RunView.show", pk=run.id)


def _begin(whose: int, shown: int, given: Given, actor: Actor) -> str:
    filter_text = theirs(whose)
    return begun(bulk.HAND_OVER, _title, whose, shown, given, filter_text=filter_text, actor=actor)


def _title(name: str, rows: object) -> object:
    return _("Handover of %(name)s · %(rows)s", name=name, rows=rows)


def along(whose: int, shown: int, *, actor: Actor) -> str:
    """Let the customers of a person stand in their present department; return the address of the run."""
    house = queries.house_of(whose)
    elsewhere = {"field": "department", "op": "not_is", "value": house}
    owner = {"field": "owner", "op": "is", "value": whose}
    filter_text = json.dumps({"all": [owner, elsewhere]})
    bulk.MOVE_ALONG.check({"person": whose}, actor)
    given = {"person": whose}
    return begun(bulk.MOVE_ALONG, _moved, whose, shown, given, filter_text=filter_text, actor=actor)


def _moved(name: str, rows: object) -> object:
    return _("%(rows)s move along with %(name)s", name=name, rows=rows)


CUSTOMERS = Belonging(
    "customers",
    _("Customers"),
    "building-community",
    queries.owned,
    _plan,
    _begin,
    lambda whose: url_for("CustomerView.list", filter=theirs(whose)),
    place=10,
)
