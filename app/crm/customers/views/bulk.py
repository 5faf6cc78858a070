"""What can be done with many customers at once."""

from dataclasses import replace

from app.base.bulk import Action
from app.base.fields import Choices, Field, fields_of
from app.base.i18n import _
from app.base.screens.why import ASKED
from app.crm.customers import services
from app.crm.customers.models import Customer

NAMES = services.CHANGED_FOR_MANY


def changed_fields() -> tuple[Field, ...]:
    """Return the inputs of the action "change": nothing is required, an empty one leaves the rows as they are."""
    specs = fields_of(Customer)
    inputs = [replace(specs[name], required=False, help="") for name in NAMES]
    emptied = Choices(
        _("Fields to empty"), name="emptied", dictionary="customer_fields_for_many", through="", column=""
    )
    return (*inputs, emptied)


CHANGE = Action(
    "bulk_edit",
    _("Change many"),
    services.change_many,
    services.changed_columns,
    icon="edit",
    check=services.check_change,
    after=services.told,
    fields=changed_fields(),
)
DELETE = Action(
    "delete",
    _("Delete"),
    services.delete_many,
    lambda _given: ["deleted_at"],
    icon="trash",
    danger=True,
    fields=ASKED,
    check=services.check_delete,
    asks=_("Why"),
    hint=_("It stands in the recycle bin and in the history."),
    after=services.reindex,
    hinder=services.with_taken_codes,
    finds_deleted=True,
)
ACTIONS = (CHANGE, DELETE)
