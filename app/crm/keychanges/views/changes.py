"""Changes of key data: the list, the page of one, and what hangs on the customer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import current_app, render_template, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.base.screens.view import DomainView, current_actor
from app.crm.customers.queries import Customer
from app.crm.customers.views.parts import Tab, once
from app.crm.keychanges import queries, services
from app.crm.keychanges.models import Change
from app.crm.keychanges.rules import State
from app.system.approvals.views import section, standing

NAME = "keychanges"
MOST_SHOWN = 20
BUTTON_ICONS = {"shield-check"}  # for the sprite


class KeyChangeView(DomainView):
    route_base = "/key-changes"
    model = Change
    title, one, group, icon = _("Changes of key data"), _("Change of key data"), _("Customers"), "shield-check"
    menu_place = 1060  # behind what one works with
    has_segments = False
    when_empty = _("Where the house wants it (settings), key data changes only once somebody approved it.")
    base_permissions = ["can_list", "can_show", "can_export"]
    list_fields = ["customer", "state", "reason", "by", "department", "created_at", "decided_at"]
    form_fields: ClassVar[Sequence[str]] = ["customer", "reason", "by", "department", "created_at"]

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a change: old and new, and where its approval stands."""
        change = self.record(pk)
        page = listpage.record_page(self, change) | {"body": _drawn(change, self.actor(), self.url("show", pk=pk))}
        return self.render_template("zhike/record.html", page=page)


def _drawn(change: Change, actor: Actor, back: str) -> Markup:
    """Return a change with its differences, when it is over; while it waits the approval shows them."""
    lines = [] if change.state == State.WAITING else standing.drawn_differences(queries.lines(change), change, actor)
    told = {"lines": lines, "section": section(services.CODE, change, actor, back=back)}
    return Markup(render_template("zhike/keychanges/change.html", one=told))  # noqa: S704 - the template escapes


def may_look() -> bool:
    """Tell whether this person may look at changes of key data."""
    return bool(current_app.appbuilder.sm.has_access("can_show", "KeyChangeView"))  # type: ignore[attr-defined]


# ── on the customer ──


def _newest(customer: Customer) -> Sequence[Change]:
    found: Sequence[Change] = once(NAME, customer, lambda: queries.of(customer.id, limit=MOST_SHOWN))
    return found


def chips(_view: Any, customer: Customer) -> Sequence[Mapping[str, Any]]:
    """Return the mark of a change that waits."""
    waits = any(one.state == State.WAITING for one in _newest(customer))
    return [{"text": _("Key data waits for approval"), "color": "amber"}] if waits else []


def tab(_view: Any, customer: Customer, *, is_mine: bool, is_open: bool) -> Tab | None:  # noqa: ARG001 - as all tabs
    """Return the tab of a customer's changes of key data, where there are any."""
    found = _newest(customer) if may_look() else []
    if not found:
        return None
    return Tab(_("Key data"), len(found), _body(customer, found) if is_open else None)


def _body(customer: Customer, found: Sequence[Change]) -> Markup:
    actor, back = current_actor(), url_for("CustomerView.show", pk=customer.id, tab=NAME)
    page = [
        {
            "at": markup.moment(one.created_at),
            "by": markup.person(str(one.by)) if one.by is not None else "",
            "state": markup.draw_value(KeyChangeView.specs_of()["state"], one.state),
            "reason": one.reason,
            "url": url_for("KeyChangeView.show", pk=one.id),
            "lines": standing.drawn_differences(queries.lines(one), one, actor),
            "section": section(services.CODE, one, actor, back=back) if one.state == State.WAITING else None,
        }
        for one in found
    ]
    return Markup(render_template("zhike/keychanges/tab.html", changes=page))  # noqa: S704 - the template escapes


def url_of(key: int) -> str:
    return url_for("KeyChangeView.show", pk=key)
