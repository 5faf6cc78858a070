"""Everything comes under the current key while people work; nothing is lost, and nothing stays behind."""

import json

import pytest
from sqlalchemy import Text, select, text, type_coerce, update

from app.base import background, kept_filters
from app.base.actor import SYSTEM, acting
from app.base.errors import Missing
from app.base.filters import parse
from app.base.screens.listing import filterable
from app.base.sealed import KeyRing, ring
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.imports.models import ImportRow
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.keys import queries, services
from app.system.logs.models import Entry
from tests.cast import ANRAN, LIN
from tests.factories import a_customer
from tests.system.cut_off import CutOffError, CutsOff
from tests.system.imports.steps import imported, workbook

CARD, OTHER_CARD = "11010519491231002X", "440524188001010014"
OLD, NEW = "k1:" + "A" * 43 + "=", "k2:" + "B" * 42 + "A="

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.fixture
def having(app):
    """Change the keys of the installation, the current one first."""
    kept = app.extensions["key_ring"]
    yield lambda *keys: app.extensions.update(key_ring=KeyRing.of(keys))
    app.extensions["key_ring"] = kept


@pytest.fixture
def person(in_app):
    """A person with three versions, two of them with the same number."""
    made = a_customer(kind="person", name="李文博", document_number=OTHER_CARD)
    change(made.id, document_number=CARD)
    change(made.id, address="文化路 1 号")
    return made.id


@pytest.fixture
def rows_of_a_file(in_app, tmp_path):
    rows = [["王小明", "13800138000", OTHER_CARD], ["坏", "1", CARD[:-1] + "1"]]
    return imported(workbook(tmp_path, ["姓名", "手机", "身份证号"], *rows), ANRAN, template="person").id


def change(key, **values):
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, key), values, actor=SYSTEM, revision=None)


def rotated():
    with acting(SYSTEM):
        job_id = services.begin_rotation(actor=SYSTEM)
    jobs.work(job_id, lease_seconds=60)
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get(Job, job_id)


def under():
    """Return the keys under which anything at all is sealed."""
    with acting(SYSTEM):
        return {key for place in queries.places() for key in queries.used(place)}


def number_of(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get(Customer, key).document_number


def found_by(number):
    fields = filterable(Customer)
    asked = parse(json.dumps({"all": [{"field": "document_number", "op": "is", "value": number}]}), fields)
    with acting(LIN.actor) as lin:
        return list(db.session.scalars(select(Customer.id).where(asked.sql(Customer, lin))))


def tokens(table):
    order = "transaction_id" if table.endswith("_version") else "id"
    wanted = f"SELECT document_number FROM {table} WHERE document_number IS NOT NULL ORDER BY {order}"
    found = db.session.scalars(text(wanted))
    return list(found)


@pytest.mark.usefixtures("rows_of_a_file")
def test_nothing_is_left_under_the_former_key_which_may_then_go(person, having):
    assert under() == {"k1"}
    having(NEW, OLD)

    job = rotated()

    assert (job.state, job.problem, under()) == ("done", None, {"k2"})
    assert job.done_count == job.total_count > 5
    having(NEW)
    assert number_of(person) == CARD
    assert found_by(CARD) == [person]
    with acting(SYSTEM):
        assert CARD[:-1] in json.dumps([row.raw for row in db.session.scalars(select(ImportRow))])


def test_values_that_were_equal_in_the_history_still_are(person, having):
    having(NEW, OLD)
    assert rotated().state == "done"
    former, *same = tokens("customers_customer_version")
    assert tokens("customers_customer") == [same[0]]
    assert same[0] == same[1] != former


def test_what_is_found_is_found_before_the_rotation_and_in_the_middle(person, having):
    having(NEW, OLD)
    assert found_by(CARD) == [person]
    fresh = a_customer(kind="person", name="王小明", document_number=CARD).id
    assert sorted(found_by(CARD)) == sorted([person, fresh])
    rotated()
    assert sorted(found_by(CARD)) == sorted([person, fresh])


def test_an_edit_between_reading_and_writing_is_not_lost(person, having):
    having(NEW, OLD)
    place = next(one for one in queries.places() if str(one) == "customers_customer.document_number")
    with acting(SYSTEM):
        rows = queries.next_stale(place, ring(), after=None, limit=10)
        changes, _left = services.resealed(place, rows, ring())
        db.session.rollback()
    change(person, document_number=OTHER_CARD)

    background.AtOnce({}, SYSTEM).step(lambda: services.write(place, changes), done=1)

    assert number_of(person) == OTHER_CARD
    assert found_by(OTHER_CARD) == [person]
    assert found_by(CARD) == []


def test_an_edit_during_a_rotation_keeps_its_revision_and_its_other_fields(person, having):
    with acting(SYSTEM):
        revision = db.session.get(Customer, person).revision
        db.session.rollback()
    having(NEW, OLD)
    rotated()
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, person), {"address": "新址"}, actor=SYSTEM, revision=revision)
    assert number_of(person) == CARD
    assert under() == {"k2"}


class Stops(CutsOff):
    """Also ends."""

    def close_with(self, change):
        change()


def test_what_was_cut_off_goes_on_with_what_is_left(person, having, monkeypatch):
    monkeypatch.setattr(services, "CHUNK", 1)
    having(NEW, OLD)
    with acting(SYSTEM), pytest.raises(CutOffError):
        services.rotate(Stops(SYSTEM, after=2))
    assert under() == {"k1", "k2"}
    assert number_of(person) == CARD

    assert rotated().state == "done"
    assert under() == {"k2"}


class Behind(Stops):
    """While it works, a process with the former setting writes once more."""

    def step(self, change, *, done, total=None):
        result = super().step(change, done=done, total=total)
        if self.key:
            key, self.key = self.key, None
            table = Customer.__table__
            token = KeyRing.of([OLD]).seal(OTHER_CARD, place="customers_customer.document_number")
            late = update(table).where(table.c.id == key).values(document_number=type_coerce(token, Text))
            db.session.connection().execute(late)
            db.session.commit()
        return result


def test_what_a_process_with_the_former_setting_writes_behind_is_caught_too(person, having):
    having(NEW, OLD)
    with acting(SYSTEM):
        progress = Behind(SYSTEM, after=100)
        progress.key = person
        services.rotate(progress)
    assert under() == {"k2"}
    assert number_of(person) == OTHER_CARD


def test_without_the_former_key_the_job_says_so_and_every_value_stays(person, having):
    before = tokens("customers_customer_version")
    having(NEW)

    job = rotated()

    assert job.state == "failed"
    assert "4 values could not be opened and stay as they are: add the right key k1." in job.problem
    assert tokens("customers_customer_version") == before
    having(NEW, OLD)
    assert number_of(person) == CARD
    assert rotated().state == "done"


def test_another_key_under_the_same_name_harms_nothing(person, having):
    having(NEW, "k1:" + "C" * 42 + "A=")
    with acting(SYSTEM), pytest.raises(Missing, match="add the right key k1"):
        services.rotate(Stops(SYSTEM, after=100))
    having(OLD)
    assert number_of(person) == CARD


def test_rows_that_were_stored_before_they_were_sealed_are_read_and_then_sealed(rows_of_a_file, having):
    db.session.execute(text("UPDATE imports_row SET raw = :raw"), {"raw": '["旧的行"]'})
    db.session.commit()
    with acting(SYSTEM):
        assert db.session.scalars(select(ImportRow.raw)).first() == ["旧的行"]
        assert "" in under()

    assert rotated().state == "done"

    with acting(SYSTEM):
        assert db.session.scalars(select(ImportRow.raw)).first() == ["旧的行"]
    assert under() == {"k1"}


def test_what_jobs_and_kept_filters_say_is_sealed_too(person, having):
    conditions = json.dumps({"all": [{"field": "document_number", "op": "is", "value": CARD}]})
    with acting(SYSTEM):
        key = kept_filters.keep(conditions)
    rotated()
    stored = db.session.scalars(text("SELECT text FROM base_kept_filter UNION ALL SELECT given FROM jobs_job")).all()
    assert len(stored) == 2
    assert all(token.startswith("v1|k1|") for token in stored)
    having(NEW, OLD)
    assert rotated().state == "done"
    assert kept_filters.text_of(key) == conditions
    assert under() == {"k2"}


def test_a_rotation_is_told_in_the_log_and_nothing_of_the_values(person, having):
    having(NEW, OLD)
    job = rotated()
    with acting(SYSTEM):
        [said] = db.session.scalars(select(Entry).where(Entry.kind == "settings_changed"))
        assert said.title == "Encrypted anew with key k2"
    assert job.title == "Encrypting anew with key k2"
    assert (job.given, job.result) == ({}, {"rows": 4})


def test_a_second_rotation_finds_nothing_to_do(person, having):
    having(NEW, OLD)
    rotated()
    before = tokens("customers_customer_version")
    assert rotated().result == {"rows": 0}
    assert tokens("customers_customer_version") == before
