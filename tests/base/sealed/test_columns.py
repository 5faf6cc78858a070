"""Sealed columns are named as what they are, and no statement compares with them by mistake."""

import pytest
from flask_appbuilder import Model
from sqlalchemy import func, select

from app.base.sealed import Sealed, SealedComparisonError
from app.base.sealed.blind import blinds_in
from app.crm.customers.models import Customer

pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.one_database]


def sealed():
    tables = Model.metadata.sorted_tables
    return [(table, column) for table in tables for column in table.columns if isinstance(column.type, Sealed)]


def test_every_sealed_column_is_sealed_for_its_own_name_and_its_history_for_the_same():
    assert ("customers_customer_version", "document_number") in {(table.name, one.name) for table, one in sealed()}
    for table, column in sealed():
        assert column.type.place == f"{table.name.removesuffix('_version')}.{column.name}"


def test_no_history_holds_a_blind_index():
    assert {table.name for table, _column in sealed() if blinds_in(table)} == {
        "customers_customer",
        "reconciliation_account",  # has no history
    }
    assert "document_index" not in Model.metadata.tables["customers_customer_version"].c


@pytest.mark.parametrize(
    "compare",
    [
        lambda column: column == "11010519491231002X",
        lambda column: column.in_(["11010519491231002X"]),
        lambda column: column.icontains("1101"),
        lambda column: column < "2",
        lambda column: column.desc(),
        lambda column: column.is_distinct_from("11010519491231002X"),
        lambda column: column.is_distinct_from(Customer.name),
    ],
)
def test_a_statement_that_would_silently_find_nothing_is_refused(compare):
    with pytest.raises(SealedComparisonError, match=r"customers_customer\.document_number"):
        compare(Customer.document_number)


def test_whether_there_is_a_value_may_be_asked():
    asked = select(func.count()).where(Customer.document_number.is_not(None), ~Customer.document_number.is_(None))
    assert "IS NOT NULL" in str(asked)
