"""Accounts on the administrator's first page: those that are locked, and those that are new."""

from datetime import datetime, timedelta

from flask import url_for

from app.base import clock
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Line, Nothing
from app.system.sign_in import queries, rules
from app.system.sign_in.views import words
from app.system.sign_in.views.door import settings

MOST_LINES, NEW_FOR_DAYS = 5, 7
LIST = ("can_list", "EmployeeView")


def _accounts(_actor: Actor) -> Content:
    locked = queries.locked_now(terms=rules.Lockout.of(settings()))
    fresh = queries.newest_accounts(MOST_LINES, clock.midnight() - timedelta(days=NEW_FOR_DAYS))
    lines = [_locked(key, name) for key, name in locked.items()][:MOST_LINES]
    lines += [_new(*one) for one in fresh if one[0] not in locked]
    count = str(_("%(n)s locked") % {"n": len(locked)}) if locked else ""
    nothing = Nothing(_("No account is locked, and none was made in the last seven days."))
    return Content(lines[:MOST_LINES], nothing, url_for("EmployeeView.list"), count)


def _locked(key: int, name: str) -> Line:
    label, color = words.STATES["locked"]
    text = _("Too many wrong passwords: ask them, then unlock the account")
    return Line(name, url_for("EmployeeView.show", pk=key), text=text, chip=(label, color), icon="lock", color="red")


def _new(key: int, name: str, at: datetime) -> Line:
    """``at``: in the time of this machine, as upstream keeps it."""
    return Line(
        name,
        url_for("EmployeeView.show", pk=key),
        text=_("New account"),
        side=markup.moment(clock.stored(at.astimezone())),
        icon="user",
    )


PARTS = (Card("accounts", _accounts, LIST, ("admin", "hr"), 70, _("Accounts"), icon="users", first_for=("admin",)),)
