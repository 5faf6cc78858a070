"""Bank lines and statements over REST, to read: what is decided about them is decided on the screens."""

from typing import ClassVar

from flask_appbuilder import AppBuilder

from app.base.screens.api import DomainApi
from app.crm.reconciliation.models import Line, Statement

LINE = "booked_on amount payer payer_account summary serial state points customer reason reason_text account statement"
STATEMENT = "file_name bank account first_on last_on line_count known_count problem_count sum_in sum_out imported_at"


class BankLineApi(DomainApi):
    resource_name = "bank-lines"
    class_permission_name = subject = "BankLineView"
    model = Line
    base_permissions = ["can_list", "can_show"]
    exclude_route_methods: ClassVar[set[str]] = {"post", "put", "delete"}
    read_fields = [*LINE.split(), "decided_by", "decided_at"]


class BankStatementApi(DomainApi):
    resource_name = "bank-statements"
    class_permission_name = subject = "BankStatementView"
    model = Statement
    base_permissions = ["can_list", "can_show"]
    exclude_route_methods: ClassVar[set[str]] = {"post", "put", "delete"}
    read_fields = [*STATEMENT.split(), "uploaded_by"]


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(BankLineApi)
    appbuilder.add_api(BankStatementApi)
