"""Customers as something that people own, and hand over."""

import json

from flask import url_for
from sqlalchemy import ColumnElement

from app.base import wording
from app.base.actor import Actor
from app.base.bulk import Given, Plan
from app.base.handover import Belonging
from app.base.i18n import _, ngettext
from app.crm.assignments import queries
from app.crm.assignments.views import bulk, handing
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


def _rows(count: int) -> object:
    return ngettext("%(n)s customer", "%(n)s customers", count, n=wording.number(count))


def _begin(whose: int, shown: int, given: Given, actor: Actor) -> str:
    about = {"title": handing.title(whose, _rows(shown)), "filter_text": theirs(whose), "given": given, "shown": shown}
    return handing.begun(SCREEN, bulk.HAND_OVER, **about, actor=actor)


def along(whose: int, shown: int, *, actor: Actor) -> str:
    """Let the customers of a person stand in their present department; return the address of the run."""
    elsewhere = {"field": "department", "op": "not_is", "value": queries.house_of(whose)}
    filter_text = json.dumps({"all": [{"field": "owner", "op": "is", "value": whose}, elsewhere]})
    given = {"person": whose}
    bulk.MOVE_ALONG.check(given, actor)
    said = _("%(rows)s move along with %(name)s", name=handing.name_of(whose), rows=_rows(shown))
    about = {"title": said, "filter_text": filter_text, "given": given, "shown": shown}
    return handing.begun(SCREEN, bulk.MOVE_ALONG, **about, actor=actor)


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
