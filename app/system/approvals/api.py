"""Approvals over REST, to be read: what was submitted, by whom, and how far it is. Decisions are made by people."""

from typing import Any

from flask_appbuilder import AppBuilder

from app.base.screens.api import DomainApi
from app.system.approvals.models import Case


class CaseApi(DomainApi):
    resource_name = "approvals"
    class_permission_name = subject = "CaseView"
    model = Case
    read_fields = ["subject", "state", "applicant", "department", "amount", "place", "opened_at", "due_at", "ended_at"]
    base_permissions = ["can_list", "can_show"]
    exclude_route_methods = {"post", "put", "delete"}

    def drawn(self, record: Case) -> dict[str, Any]:
        """Return a case as JSON, with the record that it is about."""
        values = {name: self._value(self.specs[name], record) for name in self.read_fields}
        return {"id": record.id, "record_id": record.record_id} | values


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(CaseApi)
