"""The customer list, page and form. They choose what to show and which service to call, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.filters import ME
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.customers import rules, services
from app.crm.customers.models import Customer


class CustomerView(DomainView):
    route_base = "/customers"
    model = Customer
    title, one, group, icon = _("Customer records"), _("Customer"), _("Customers"), "building-community"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_phones"]

    list_fields = ["name", "followup_status", "status", "owner", "phone", "region", "industry", "tags", "updated_at"]
    form_sections = [
        (
            "basics",
            _("Basic information"),
            ["kind", "name", "credit_code", "industry", "registered_on", "region", "operating_status", "address"]
            + ["sex", "birthday", "parent"],
        ),
        (
            "reach",
            _("How to reach them"),
            ["phone", "email", "wechat", "person_in_charge", "legal_person", "legal_phone"]
            + ["finance_name", "finance_phone", "cashier_name", "cashier_phone", "fax", "website"],
        ),
        (
            "business",
            _("Business"),
            ["level", "status", "type", "followup_status", "source", "tags", "owner", "needs", "notes"],
        ),
    ]
    form_fields = [name for _key, _title, names in form_sections for name in names]
    default_sort = "-updated_at"
    quick_segments = [
        ("mine", _("Mine"), {"all": [{"field": "owner", "op": "is", "value": ME}]}),
        ("unassigned", _("Not assigned"), {"all": [{"field": "owner", "op": "empty"}]}),
        ("companies", _("Companies"), {"all": [{"field": "kind", "op": "not_is", "value": rules.PERSON}]}),
        ("persons", _("Persons"), {"all": [{"field": "kind", "op": "is", "value": rules.PERSON}]}),
    ]
    create, change, remove = services.create, services.change, services.delete

    def form_names(self, record: Any) -> Sequence[str]:
        kind = record.kind if record is not None else None
        names = [name for name in self.form_fields if kind is None or rules.belongs(self.specs[name].only, kind)]
        return names if record is None else [name for name in names if name != "owner"]

    def row_level(self, record: Any) -> Mapping[str, str] | None:
        item = self.specs["level"].values.by_code.get(record.level)  # type: ignore[attr-defined]
        return {"text": item.label[:1], "color": item.color, "title": item.label} if item else None
