"""What lists can be asked of assignments: who held a customer, when it was let go, and how it stands now."""

import json

import pytest
from sqlalchemy import select

from app.base import filters
from app.base.actor import SYSTEM, acting
from app.base.bulk import set_columns
from app.base.derived import set_derived
from app.base.history import versions_of
from app.base.screens.listing import filterable
from app.base.transaction import transaction
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from tests.cast import DAI, LIN, MEI
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("in_app")


@transaction
def pass_on(customer, owner_id, how, actor):
    with services.because(how):
        set_columns(Customer, [customer.id], {"owner_id": owner_id}, actor)


@pytest.fixture
def three():
    """Customers by name: never held, held by Lin, recalled from Lin, and handed from Lin to Mei."""
    made = {name: a_customer(name=name) for name in ("林晓的客户", "收回的客户", "移交的客户")}
    made["公海的客户"] = a_customer(name="公海的客户", owner=None)
    with acting(DAI.actor) as dai:
        pass_on(made["收回的客户"], None, "recall", dai)
        pass_on(made["移交的客户"], MEI.id, "handover", dai)
    return made


def found(field, op, value=None):
    text = json.dumps({"all": [{"field": field, "op": op, "value": value}]})
    with acting(DAI.actor) as dai:
        where = filters.parse(text, filterable(Customer)).sql(Customer, dai)
        return sorted(db.session.scalars(select(Customer.name).where(where)))


@pytest.mark.parametrize(
    ("field", "op", "value", "names"),
    [
        ("once_held_by", "is", LIN.id, ["收回的客户", "林晓的客户", "移交的客户"]),
        ("once_held_by", "not_is", LIN.id, ["公海的客户"]),
        ("once_held_by", "is", MEI.id, ["移交的客户"]),
        ("once_held_by", "empty", None, ["公海的客户"]),
        ("assignment_state", "is", "unassigned", ["公海的客户"]),
        ("assignment_state", "is", "assigned", ["林晓的客户", "移交的客户"]),
        ("assignment_state", "is", "recalled", ["收回的客户"]),
        ("assignment_state", "not_in", ["recalled", "assigned"], ["公海的客户"]),
        ("let_go_at", "last_days", 1, ["收回的客户", "移交的客户"]),
        ("let_go_at", "not_last_days", 1, ["公海的客户", "林晓的客户"]),
    ],
)
def test_assignments_are_asked_and_their_negation_is_the_rest(three, field, op, value, names):
    assert found(field, op, value) == sorted(names)


def test_what_is_derived_is_set_without_a_version_and_leaves_open_forms_fresh():
    customer, versions = a_customer(), versions_of(Customer)

    @transaction
    def note():
        set_derived(Customer, [customer.id], {"last_followup_at": customer.created_at})

    with acting(SYSTEM):
        before = customer.revision, len(db.session.scalars(select(versions)).all())
        note()
        after = customer.revision, len(db.session.scalars(select(versions)).all())

    assert customer.last_followup_at == customer.created_at
    assert before == after


def test_a_column_with_a_history_is_not_set_that_way():
    customer = a_customer()

    with acting(SYSTEM), pytest.raises(AssertionError, match="these columns have a history"):
        set_derived(Customer, [customer.id], {"name": "无痕"})
