"""What a reckoned condition is told of the conditions beside it: values that every row found must hold, or nothing."""

import json

import pytest
from sqlalchemy import true

from app.base import filters
from app.base.actor import SYSTEM
from app.base.fields import Choice, Reckoned
from app.base.screens.listing import filterable
from app.crm.customers.models import Customer
from tests.cast import LIN, MEI

pytestmark = pytest.mark.usefixtures("in_app")
OWN = {"field": "owner", "op": "is", "value": LIN.id}
TWO = {"field": "owner", "op": "in", "value": [LIN.id, MEI.id]}
ASKS = {"field": "asks", "op": "empty"}
OTHER = {"field": "name", "op": "contains", "value": "河"}


def told(asked):
    """Return what the reckoned condition of a filter was told of owners: None if nothing."""
    seen = []

    def how(_table, _code, _values, beside=None):
        seen.append(beside)
        return true()

    spec = Reckoned("Asks", name="asks", inner=Choice("Asks", name="asks", dictionary="sex"), how=how, beside="owner")
    known = {**filterable(Customer), "asks": spec}
    filters.parse(json.dumps(asked), known).sql(Customer, SYSTEM)
    (beside,) = seen
    return beside


@pytest.mark.parametrize(
    ("asked", "owners"),
    [
        ({"all": [OWN, ASKS]}, (LIN.id,)),
        ({"all": [ASKS, TWO]}, (LIN.id, MEI.id)),
        ({"all": [OWN, {"any": [ASKS, OTHER]}]}, (LIN.id,)),
        ({"all": [OWN, {"field": "asks", "op": "not_empty"}]}, (LIN.id,)),
        ({"any": [OWN, ASKS]}, None),
        ({"all": [ASKS, {"any": [OWN, OTHER]}]}, None),
        ({"all": [OWN | {"op": "not_is"}, ASKS]}, None),
        ({"all": [TWO | {"op": "not_in"}, ASKS]}, None),
        ({"all": [ASKS, OTHER]}, None),
    ],
)
def test_only_what_must_be_true_of_every_row_is_told(asked, owners):
    assert told(asked) == owners
