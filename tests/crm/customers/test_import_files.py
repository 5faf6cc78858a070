"""The two files of a real office: the messy one comes out as expected, ten thousand rows come in."""

import csv
import resource

from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.history import change_set_class, versions_of
from app.crm.customers.models import Customer, PhoneEntry, PhoneNumber
from app.crm.customers.rules import PHONE_COLUMNS
from app.extensions import db
from tests.cast import ANRAN
from tests.system.imports.steps import DATA, imported, rows_of

MOST_MEGABYTES = 250  # how long it takes: make bench


def expected_rows():
    with (DATA / "customers-messy.expected.csv").open(encoding="utf-8-sig") as file:
        return {int(row["row"]): row for row in csv.DictReader(file)}


def test_the_messy_file_comes_out_exactly_as_expected(in_app):
    run = imported(DATA / "customers-messy.xlsx", ANRAN)

    expected, staged = expected_rows(), None
    with acting(SYSTEM):
        staged = rows_of(run)
        stored = {row.number: db.session.get(Customer, row.record_id) for row in staged.values() if row.record_id}
        fields = {column["heading"]: column["field"] for column in run.columns} | {"": None}
        assert set(staged) == {number for number, row in expected.items() if row["verdict"] != "skip"}
        for number, row in expected.items():
            if row["verdict"] == "skip":
                continue
            wrong = {problem["field"] for problem in staged[number].problems or ()}
            assert staged[number].verdict == row["verdict"], row
            assert wrong == ({fields[row["field"]]} if row["verdict"] == "reject" else set()), (
                row,
                staged[number].problems,
            )
            assert (number in stored) == (row["verdict"] == "accept")
            if row["verdict"] == "accept" and row["field"]:
                assert str(getattr(stored[number], fields[row["field"]])) == row["stored"], row
        assert db.session.scalar(select(func.count(Customer.id))) == len(stored)


def test_ten_thousand_rows_come_in_with_their_history_in_little_memory(in_app):
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    run = imported(DATA / "customers-10k.xlsx", ANRAN)

    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    assert run.counts == {"create": 10_000, "update": 0, "skip": 0, "reject": 0}
    with acting(SYSTEM):
        versions = versions_of(Customer)
        sets = change_set_class()
        told = (versions.operation_type, sets.user_id, sets.channel, sets.note)
        written = select(*told, func.count()).join(sets, sets.id == versions.transaction_id).group_by(*told)
        assert db.session.execute(written).all() == [(0, ANRAN.id, "import", "Import of customers-10k.xlsx", 10_000)]
        check_the_phone_index()
    assert megabytes <= MOST_MEGABYTES


def check_the_phone_index():
    """Compare index and 任职企业数 with a count in plain Python."""
    places: dict[str, set[int]] = {}
    entries = 0
    columns = [getattr(Customer, column) for column in PHONE_COLUMNS]
    for key, *numbers in db.session.execute(select(Customer.id, *columns)):
        for number in filter(None, numbers):
            places.setdefault(number, set()).add(key)
            entries += 1
    known = dict(db.session.execute(select(PhoneNumber.number, PhoneNumber.customer_count)).all())
    assert db.session.scalar(select(func.count(PhoneEntry.id))) == entries
    assert known == {number: len(customers) for number, customers in places.items()}
