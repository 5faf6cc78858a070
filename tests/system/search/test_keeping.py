"""The index follows every change in the same transaction, whichever way it is written, and can be built anew."""

from dataclasses import replace
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.history import delete_versioned, insert_versioned, update_versioned
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.customers import services
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer
from app.extensions import db
from app.system.imports import services as imports
from app.system.search import queries
from app.system.search.models import IndexEntry
from app.system.search.services import check, keeping, rebuild, unknown
from tests.cast import ANRAN, EVE
from tests.factories import a_contact, a_customer
from tests.system.imports.steps import imported, workbook

TRUE = {"missing": 0, "stale": 0, "orphaned": 0}


@pytest.fixture
def seen(found):
    """Return what the administrator finds."""
    return lambda words, **more: found(ANRAN, words, **more)


# ── every way in which a record changes ──


def test_a_new_name_is_found_and_the_old_one_no_longer(in_app, seen):
    customer = a_customer(name="蓝山商行")
    with acting(SYSTEM):
        services.change(customer, {"name": "红河商行"}, actor=SYSTEM, revision=None)
    assert (seen("蓝山"), seen("红河"), seen("hhsh")) == ([], [customer.id], [customer.id])


def test_a_change_that_is_rolled_back_leaves_no_trace(in_app, seen):
    customer = a_customer(name="蓝山商行")

    @transaction
    def fail():
        services.change(customer, {"name": "红河商行"}, actor=SYSTEM, revision=None)
        raise KeyError

    with acting(SYSTEM), pytest.raises(KeyError):
        fail()
    a_customer(name="另一家")
    assert (seen("蓝山"), seen("红河")) == ([customer.id], [])
    assert check() == TRUE


def test_a_deleted_customer_leaves_the_index_and_a_restored_one_returns(in_app, seen):
    customer = a_customer(name="蓝山商行", phone="+8613655510002")
    with acting(SYSTEM):
        services.delete(customer, actor=SYSTEM)
        assert entries() == 0
        assert seen("蓝山") == []
        services.restore(customer, actor=SYSTEM)
    assert seen("蓝山") == seen("5551") == [customer.id]


def test_contacts_are_found_where_they_are_and_nowhere_else(in_app, seen):
    one, two = a_customer(name="蓝山商行"), a_customer(name="红河商行")
    contact = a_contact(name="甘藏之", phones=("+8613655510003",), customer=one)
    assert seen("甘藏之") == seen("555100") == [one.id]
    with acting(SYSTEM):
        services.attach_contact(two, contact, actor=SYSTEM)
        assert seen("甘藏之") == [two.id, one.id]
        services.change_contact(contact, {"name": "甘露", "phones": ("+8613877776666",)}, actor=SYSTEM, revision=None)
        assert (seen("甘藏之"), seen("555100")) == ([], [])
        assert set(seen("甘露")) == set(seen("7777")) == {one.id, two.id}
        services.detach_contact(next(link for link in contact.links if link.customer_id == one.id), actor=SYSTEM)
        assert seen("甘露") == [two.id]
        services.delete_contact(contact, actor=SYSTEM)
        assert (seen("甘露"), seen("甘露", kind="contact")) == ([], [])
        services.restore_contact(contact, actor=SYSTEM)
    assert (seen("甘露"), seen("甘露", kind="contact")) == ([two.id], [contact.id])
    assert check() == TRUE


def test_a_link_that_moves_takes_the_contact_along(in_app, seen):
    one, two = a_customer(name="蓝山商行"), a_customer(name="红河商行")
    a_contact(name="甘藏之", customer=one)
    with acting(SYSTEM):
        db.session.scalars(select(ContactLink)).one().customer_id = two.id
        db.session.commit()
    assert seen("甘藏之") == [two.id]


def test_what_is_taken_back_is_found_again(in_app, seen):
    customer = a_customer(name="蓝山商行")
    with acting(SYSTEM):
        first = db.session.scalar(text('SELECT max(id) FROM "transaction"'))
        services.change(customer, {"name": "红河商行"}, actor=SYSTEM, revision=None)
        services.take_back(customer, number=first, only=None, actor=SYSTEM)
    assert (seen("蓝山"), seen("红河")) == ([customer.id], [])


def test_rows_written_in_sets_are_found(in_app, seen):
    customer = a_customer(name="蓝山商行")
    other = a_customer(name="绿水商行")

    @transaction
    def write():
        people = insert_versioned(Contact, [_person("甘藏之"), _person("甘露")])
        insert_versioned(ContactPhone, [{"contact_id": people[0], "number": "+8613655510003"}])
        places = [
            {"customer_id": customer.id, "contact_id": key, "position": None, "is_primary": False} for key in people
        ]
        insert_versioned(ContactLink, places)
        return people

    with acting(SYSTEM):
        people = write()
        assert seen("甘") == seen("555100") == [customer.id]
        assert seen("甘", kind="contact") == [people[1], people[0]]
        transaction(lambda: delete_versioned(ContactPhone, db.session.scalars(select(ContactPhone.id)).all()))()
        assert seen("555100") == []
        transaction(lambda: delete_versioned(ContactLink, db.session.scalars(select(ContactLink.id)).all()))()
        assert (seen("甘"), seen("绿水")) == ([], [other.id])
    assert check() == TRUE


def test_rows_updated_in_sets_are_found_as_they_are_now(in_app, seen, statements):
    ids = [a_customer(name=name).id for name in ("蓝山商行", "红河商行", "白云商行")]
    with acting(SYSTEM):
        transaction(lambda: update_versioned(Customer, ids[:2], {"name": "绿水商行"}))()
        assert (seen("绿水"), seen("蓝山"), seen("白云")) == ([ids[1], ids[0]], [], [ids[2]])
        transaction(lambda: update_versioned(Customer, ids[1:], {"deleted_at": clock.now()}))()
        assert seen("商行") == [ids[0]]
        transaction(lambda: update_versioned(Customer, ids[1:], {"deleted_at": None}))()
        assert len(seen("商行")) == 3
        with statements() as said:
            transaction(lambda: update_versioned(Customer, ids, {"owner_id": EVE.id}))()
    assert [one for one in said if "search_" in one] == []
    assert check() == TRUE


def _person(name):
    empty = dict.fromkeys(["sex", "email", "wechat", "preferred_channel", "birthday", "notes", "deleted_at"])
    return empty | {"name": name, "created_at": clock.now(), "updated_at": clock.now(), "created_by_id": None}


def test_an_import_is_found_and_no_longer_once_it_is_taken_back(in_app, seen, tmp_path):
    lines = (["蓝山商行", "13655551000"], ["红河商行", "13655551001"])
    file = workbook(tmp_path, ["企业名称", "电话"], *lines)
    run = imported(file, ANRAN)
    assert len(seen("商行")) == len(seen("55551")) == 2
    with acting(ANRAN.actor) as actor:
        imports.undo(run, actor=actor)
    assert seen("商行") == []
    assert check() == TRUE


def test_what_no_text_depends_on_writes_no_entry(in_app, statements):
    customer = a_customer(name="蓝山商行")
    with acting(SYSTEM), statements() as said:
        services.change(customer, {"level": "a"}, actor=SYSTEM, revision=None)
    assert [one for one in said if "search_" in one] == []


# ── building anew ──


def entries():
    with acting(SYSTEM):
        return db.session.scalar(select(func.count()).select_from(IndexEntry))


def _spoil(*ids):
    """Write past everything that keeps the index true: one name, one entry gone, one customer deleted."""
    table = Customer.__table__
    with acting(SYSTEM):
        db.session.execute(update(table).where(table.c.id == ids[0]).values(name="绿水商行"))
        db.session.execute(IndexEntry.__table__.delete().where(IndexEntry.record_id == ids[1]))
        db.session.execute(update(table).where(table.c.id == ids[3]).values(deleted_at=clock.now()))
        db.session.commit()


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_rebuilding_makes_the_index_true(in_app, seen, monkeypatch, chunk):
    monkeypatch.setattr("app.system.search.services.rebuilding.CHUNK", chunk)
    ids = [a_customer(name=name).id for name in ("蓝山商行", "红河商行", "白云商行", "旧店")]
    _spoil(*ids)
    with acting(SYSTEM):
        assert rebuild() == 4
    assert (seen("绿水"), seen("蓝山"), seen("红河"), entries()) == ([ids[0]], [], [ids[1]], 3)


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_the_nightly_check_counts_and_mends(in_app, seen, monkeypatch, chunk):
    monkeypatch.setattr("app.system.search.services.rebuilding.CHUNK", chunk)
    ids = [a_customer(name=name).id for name in ("蓝山商行", "红河商行", "白云商行", "旧店")]
    _spoil(*ids)
    with acting(SYSTEM):
        assert check() == {"missing": 1, "stale": 1, "orphaned": 1}
        assert check() == TRUE
    assert (seen("绿水"), seen("红河"), entries()) == ([ids[0]], [ids[1]], 3)


def test_setting_up_fills_an_empty_index(app, saved, found):
    key = saved(a_customer, name="蓝山商行")
    with app.app_context(), acting(SYSTEM):
        db.session.execute(IndexEntry.__table__.delete())
        db.session.commit()
        assert unknown() == ["customer"]
        db.session.remove()
    answer = app.test_cli_runner().invoke(args=["setup"])
    assert answer.exit_code == 0, answer.output
    assert found(ANRAN, "蓝山") == [key]


def test_the_command_says_how_many_can_be_found(app, saved):
    saved(a_customer, name="蓝山商行")
    answer = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert answer.output == "1 records can be found.\n"


# ── two at once ──


@pytest.fixture
def pair(in_app, watch):
    """A customer with a contact, without numbers (their index locks): two rows to edit at once, one entry."""
    watch.touched.update({"search_entry", "customers_customer", "customers_contact"})
    customer = a_customer(name="蓝山商行", phone=None, credit_code="91410300MA9K2R4TXA")
    return customer.id, a_contact(name="甘藏之", phones=(), customer=customer).id


class Pause:
    """The texts of customers as they are, but the first who reads them waits before going on."""

    def __init__(self, kind):
        self.kind, self.has_read, self.may_go_on = kind, Event(), Event()

    def __call__(self, ids):
        found = self.kind.texts(ids)
        if not self.has_read.is_set():
            self.has_read.set()
            assert self.may_go_on.wait(30)
        return found


@pytest.fixture
def two_at_once(in_app, pair, monkeypatch):
    """Run ``first``; when it has read the texts, run ``second`` until it is done or waits; then let both finish."""
    pause = Pause(queries.kinds["customer"])
    monkeypatch.setitem(queries.kinds, "customer", replace(pause.kind, texts=pause))

    def run(first, second):
        failures: list[Exception] = []
        threads = [Thread(target=_alone, args=(in_app, work, failures)) for work in (first, second)]
        threads[0].start()
        assert pause.has_read.wait(30)
        threads[1].start()
        while threads[1].is_alive() and not _somebody_waits():
            threads[1].join(0.05)
        pause.may_go_on.set()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        return failures

    return run


def _alone(app, work, failures):
    with app.app_context(), acting(SYSTEM):
        try:
            work()
        except DBAPIError as failure:
            failures.append(failure)
        db.session.remove()


def _somebody_waits():
    waiting = db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    db.session.rollback()
    return bool(waiting)


def _rename_contact(key):
    contact = db.session.get(Contact, key)
    services.change_contact(contact, {"name": "甘露"}, actor=SYSTEM, revision=None)


def _rename_customer(key):
    services.change(customers.by_id(key), {"name": "红河商行"}, actor=SYSTEM, revision=None)


def _make_stale():
    with acting(SYSTEM):
        db.session.execute(update(IndexEntry.__table__).values(words={"cn2旧的"}))
        db.session.commit()


def _empty():
    with acting(SYSTEM):
        db.session.execute(IndexEntry.__table__.delete())
        db.session.commit()


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize("spoil", [_make_stale, _empty, lambda: None])
def test_rebuilding_during_an_edit_does_not_bring_the_old_text_back(two_at_once, pair, seen, spoil):
    spoil()
    assert two_at_once(rebuild, lambda: _rename_contact(pair[1])) == []
    assert (seen("甘藏之"), seen("甘露")) == ([], [pair[0]])


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize("spoil", [_make_stale, _empty])
def test_an_edit_during_rebuilding_counts(two_at_once, pair, seen, spoil):
    spoil()
    assert two_at_once(lambda: _rename_contact(pair[1]), rebuild) == []
    assert (seen("甘藏之"), seen("甘露")) == ([], [pair[0]])


@pytest.mark.one_database("postgresql")
def test_two_who_edit_what_one_entry_holds_are_both_found(two_at_once, pair, seen):
    assert two_at_once(lambda: _rename_contact(pair[1]), lambda: _rename_customer(pair[0])) == []
    assert seen("红河") == seen("甘露") == [pair[0]]
    assert check() == TRUE


@pytest.mark.one_database("postgresql")
def test_without_the_lock_the_old_text_would_come_back(two_at_once, pair, seen, monkeypatch):
    monkeypatch.setattr(keeping, "lock", lambda _kind, _ids: None)
    _make_stale()
    two_at_once(rebuild, lambda: _rename_contact(pair[1]))
    assert seen("甘露") == []
