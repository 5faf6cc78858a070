"""The work list: whom to contact today, what is overdue and planned, and who is past the cycle."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base.filters import ME
from app.base.i18n import _
from app.base.screens.rows import Row
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.customers.views import calling, parts
from app.crm.followups import rules
from app.crm.followups.views import customer as customer_part

Asked = Mapping[str, Any]
MINE = {"field": "owner", "op": "is", "value": ME}


def asked(*states: str, mine: bool = True) -> Asked:
    """Return the filter of the work list for some places in it."""
    state = {"field": "work_state", "op": "in", "value": list(states)}
    return {"all": [MINE, state] if mine else [state]}


TODAY = asked(rules.OVERDUE, rules.DUE, rules.PAST_CYCLE)


class Waiting(parts.Rows):
    """A page of the work list: who waits longest stands first, those with whom nothing is planned last."""

    empty_is_smallest = False


class TodayView(DomainView):
    route_base = "/today"
    default_view = "day"
    model = Customer
    title, one, group, icon = _("Work of today"), _("Customer"), _("Follow-ups"), "calendar-due"
    menu_place = 10
    has_segments = False
    base_permissions = ["can_list", "can_export"]
    when_empty = _("Nobody waits for a contact.")
    list_fields = [
        "name",
        "next_contact_at",
        "followup_status",
        "last_followup_at",
        "level",
        "phone",
        "owner",
        "region",
    ]
    rows_as = Waiting
    default_sort = "next_contact_at"
    quick_segments = [
        ("today", _("Today"), TODAY),
        ("overdue", rules.WORK_STATES[rules.OVERDUE][0], asked(rules.OVERDUE)),
        ("due", rules.WORK_STATES[rules.DUE][0], asked(rules.DUE)),
        ("past_cycle", _("Past the cycle"), asked(rules.PAST_CYCLE)),
        ("planned", _("Next 7 days"), asked(rules.PLANNED)),
        ("mine", _("All of mine"), {"all": [MINE]}),
        ("team", _("Overdue, all people"), asked(rules.OVERDUE, mine=False)),
    ]

    @expose("/day")
    @has_access
    @permission_name("list")
    def day(self) -> Response:
        """Lead to what is to be done today."""
        return redirect(url_of(TODAY))

    def _may(self, permission: str) -> bool:
        if permission == "show":  # a row leads to the customer
            return bool(self.appbuilder.sm.has_access("can_show", "CustomerView"))
        return super()._may(permission)

    def row_url(self, method: str, record: Any, **values: str) -> str:
        if method == "show":
            return url_for("CustomerView.show", pk=record.id, tab="followups")
        return super().row_url(method, record, **values)

    @property
    def row_needs(self) -> Sequence[str]:  # type: ignore[override] # how customers are marked is known once all is
        return ["level", "next_contact_at", *calling.NEEDED, *customers.mark_needs()]

    def row_level(self, record: Any) -> Mapping[str, str] | None:
        item = self.specs["level"].values.by_code.get(record.level)  # type: ignore[attr-defined]
        return {"text": item.label[:1], "color": item.color, "title": item.label} if item else None

    def row_more(self, record: Any) -> Row:
        return {"overdue": customer_part.is_overdue(record)}

    def row_chips(self, record: Any) -> Sequence[tuple[str, str]]:
        words, color = rules.WORK_STATES[rules.OVERDUE]
        late = [(str(words), color)] if customer_part.is_overdue(record) else []
        return [*late, *customers.marks(record)]

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        return list(parts.gathered("row_actions", self, record))


def url_of(wanted: Asked) -> str:
    """Return the address of the work list with these conditions."""
    return url_for("TodayView.list", filter=json.dumps(wanted, ensure_ascii=False))
