"""Into the bin, out of it, and away for good: through the services."""

import io

import pytest
from flask_appbuilder import Model
from sqlalchemy import func, select

from app.base import recycle
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.history import change_set_class, versions_of
from app.base.recycle import Why
from app.base.scope import unscoped, with_deleted
from app.crm.customers import services as customers
from app.crm.customers.models import Contact, ContactLink, Customer, PhoneEntry
from app.extensions import db
from app.system.audit import queries as audit
from app.system.files import services as files
from app.system.files.rules import FAMILIES, Limits
from app.system.logs.models import Entry
from app.system.recycle import services
from app.system.recycle.models import BinEntry
from app.system.runs import queries as runs
from tests.cast import ANRAN, EVE, LIN, SAM
from tests.factories import a_contact, a_customer
from tests.system.recycle.steps import (
    CODE,
    a_deleted_contact,
    a_deleted_customer,
    alive,
    entry,
    entry_of,
    in_bin,
    is_alive,
    is_there,
    run,
    taken_back,
)

NUMBER = "+8613800138000"

pytestmark = pytest.mark.usefixtures("in_app")


def restore(key, **given):
    with acting(SYSTEM):
        services.restore(entry(key), actor=SYSTEM, **given)


def purge(key, typed):
    with acting(ANRAN.actor):
        services.purge(entry(key), typed=typed, actor=ANRAN.actor)


# ── in ──


def test_a_deleted_customer_stands_in_the_bin_with_who_when_and_why():
    gone = a_deleted_customer(actor=SAM.actor, why=Why("duplicate", "与总店重复"))
    found = entry(gone.entry)
    assert (found.kind, found.record_id, found.name) == ("customer", gone.id, "河南晨光商贸有限公司")
    assert (found.reason, found.words, found.binned_by_id) == ("duplicate", "与总店重复", SAM.id)
    assert found.binned_at is not None


def test_the_reason_is_told_in_the_history_too():
    gone = a_deleted_customer(why=Why("duplicate", "与总店重复"))
    with acting(SYSTEM), with_deleted():
        assert audit.sets(Customer, gone.id)[0].note == "Entered twice · 与总店重复"


def test_many_deleted_at_once_stand_in_the_bin_and_leave_it_when_that_is_undone(app):
    from tests.system.runs.steps import done, many  # noqa: PLC0415 - of another domain's tests
    from tests.system.runs.steps import taken_back as undone  # noqa: PLC0415 - the same

    many(3)
    made = done(app, {"reason": "other", "words": "试录"}, action="delete", shown=3)
    assert in_bin() == ["客户0", "客户1", "客户2"]
    with acting(SYSTEM):
        assert set(db.session.execute(select(BinEntry.reason, BinEntry.words)).all()) == {("other", "试录")}
        notes = set(db.session.scalars(select(change_set_class().note)))
        assert "Change many · Other · 试录" in notes
    undone(made.id)
    assert (in_bin(), len(alive())) == ([], 3)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Say why it is deleted."),
        ({"reason": "other"}, "“Other” needs a word of explanation."),
        ({"reason": "other", "words": "  "}, "“Other” needs a word of explanation."),
    ],
)
def test_many_are_not_deleted_without_a_reason(app, given, sentence):
    from tests.system.runs.steps import done, many  # noqa: PLC0415 - of another domain's tests

    many(1)
    with pytest.raises(InvalidFields, match=sentence):
        done(app, given, action="delete", shown=1)
    assert in_bin() == []


def test_a_contact_stands_in_the_bin_too_and_is_deleted_once():
    gone = a_deleted_contact()
    assert entry(gone.entry).name == "王小明"
    with acting(SYSTEM), with_deleted(), pytest.raises(Invalid, match="deleted already"):
        customers.delete_contact(db.session.get(Contact, gone.id), actor=SYSTEM)


# ── out ──


def test_a_restored_record_is_back_with_all_that_hung_on_it():
    customer = a_customer(tags=("old_customer",))
    a_contact(customer=customer, phones=(NUMBER,))
    with acting(SYSTEM):
        customers.delete(customer, actor=SYSTEM)
    restore(entry_of("customer", customer.id))
    assert (in_bin(), alive()) == ([], ["河南晨光商贸有限公司"])
    with acting(SYSTEM):
        assert [tag.code for tag in db.session.get(Customer, customer.id).tags] == ["old_customer"]
        assert db.session.scalar(select(func.count(PhoneEntry.id)).where(PhoneEntry.number == NUMBER)) == 1
        assert audit.sets(Customer, customer.id)[0].note == "Restored from the recycle bin"


def test_a_record_deleted_again_stands_in_the_bin_again():
    gone = a_deleted_customer()
    restore(gone.entry)
    with acting(SYSTEM):
        customers.delete(db.session.get(Customer, gone.id), actor=SYSTEM, why=Why("trial"))
    again = entry_of("customer", gone.id)
    assert again != gone.entry
    assert entry(again).reason == "trial"


def test_what_has_left_the_bin_is_not_restored_a_second_time():
    gone = a_deleted_customer()
    found = entry(gone.entry)
    restore(gone.entry)
    with acting(SYSTEM), pytest.raises(WrongState, match="not in the recycle bin any more"):
        services.restore(found, actor=SYSTEM)


def test_a_code_in_use_hinders_the_return_and_the_way_round_it_drops_the_code():
    gone = a_deleted_customer(credit_code=CODE)
    a_customer(name="新来的", credit_code=CODE)
    with pytest.raises(Invalid, match=f"Another customer has the credit code {CODE} now."):
        restore(gone.entry)
    assert in_bin() == ["河南晨光商贸有限公司"]
    restore(gone.entry, ways=["without_code"])
    with acting(SYSTEM):
        assert db.session.get(Customer, gone.id).credit_code is None


def test_a_deleted_parent_hinders_the_return_and_the_way_round_it_drops_the_parent():
    parent = a_customer(name="母公司")
    child = a_customer(name="子公司", parent=parent.id)
    with acting(SYSTEM):
        customers.delete(child, actor=SYSTEM)
        customers.delete(parent, actor=SYSTEM)
    key = entry_of("customer", child.id)
    with pytest.raises(Invalid, match="Its parent company is in the recycle bin itself"):
        restore(key)
    restore(key, ways=["without_parent"])
    with acting(SYSTEM):
        assert db.session.get(Customer, child.id).parent_id is None


def test_many_are_restored_in_one_run_and_that_is_taken_back(app):
    gone = [a_deleted_customer(name=f"客户{n}") for n in range(3)]
    contact = a_deleted_contact()
    done = run(app, "restore", [*(one.entry for one in gone), contact.entry])
    assert (done.changed_count, done.refused_count, in_bin()) == (4, 0, [])
    assert is_alive(Contact, contact.id)
    back = taken_back(done.id)
    assert (back.restored_count, back.kept_count) == (4, 0)
    assert in_bin() == ["客户0", "客户1", "客户2", "王小明"]
    assert (alive(), alive(Contact)) == ([], [])
    assert entry(gone[0].entry).reason == "mistake"


def test_taking_a_restoring_back_keeps_what_was_edited_since(app):
    first, second = [a_deleted_customer(name=f"客户{n}") for n in range(2)]
    done = run(app, "restore", [first.entry, second.entry])
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, first.id), {"address": "新址"}, actor=SYSTEM, revision=None)
    back = taken_back(done.id)
    assert (back.restored_count, back.kept_count) == (1, 1)
    assert (alive(), in_bin()) == (["客户0"], ["客户1"])
    with acting(SYSTEM):
        assert [row.reason for row in runs.left_alone(done.id, limit=9)] == ["Edited since."]


def test_of_two_with_the_same_code_one_is_restored_and_the_other_is_named(app):
    first = a_deleted_customer(name="甲", credit_code=CODE)
    second = a_deleted_customer(name="乙", credit_code=CODE)
    done = run(app, "restore", [first.entry, second.entry])
    assert (done.changed_count, done.refused_count) == (1, 1)
    assert (alive(), in_bin()) == (["甲"], ["乙"])


def test_a_parent_and_its_child_are_restored_together(app):
    parent = a_customer(name="母公司")
    child = a_customer(name="子公司", parent=parent.id)
    with acting(SYSTEM):
        customers.delete(child, actor=SYSTEM)
        customers.delete(parent, actor=SYSTEM)
    done = run(app, "restore", [entry_of("customer", child.id), entry_of("customer", parent.id)])
    assert (done.changed_count, done.refused_count) == (2, 0)


def test_who_may_not_delete_customers_does_not_restore_them_by_a_run(app):
    gone = a_deleted_customer()
    done = run(app, "restore", [gone.entry], who=LIN)
    assert (done.changed_count, done.refused_count) == (0, 1)
    with acting(LIN.actor):
        sentences = [row.reason for row in runs.left_alone(done.id, limit=9)]
    assert sentences == ["You may not delete such records, nor restore them."]
    assert len(in_bin()) == 1


# ── for good ──


def a_full_customer():
    """A customer with everything that can hang on one."""
    customer = a_customer(tags=("old_customer",), phone=NUMBER, credit_code=CODE)
    a_contact(customer=customer, name="独此一家", phones=("+8613800138001",))
    shared = a_contact(customer=customer, name="两头跑", phones=("+8613800138002",))
    other = a_customer(name="另一家", phone="+8637165001299")
    with acting(SYSTEM):
        customers.attach_contact(other, shared, actor=SYSTEM)
        customers.share(customer, employee_id=EVE.id, can_write=False, until_on=None, actor=SYSTEM)
        customers.change(customer, {"tags": ("vip",), "address": "旧址"}, actor=SYSTEM, revision=None)
        limits = Limits(size_mb=1, per_record=9, families=frozenset(FAMILIES))
        content = files.take_in(io.BytesIO("合同".encode()), name="合同.txt", limits=limits)
        files.attach(customer, content, kind="customer", actor=SYSTEM, limits=limits)
        customers.delete(customer, actor=SYSTEM, why=Why("requested"))
    return customer.id


def traces(record_id, kind):
    """Return the tables, those of versions too, that hold a row of a record or of what hung on it."""
    return [table.name for table in Model.metadata.sorted_tables if any(_holds(table, record_id, kind))]


def _holds(table, record_id, kind):
    own = {f"customers_{kind}", f"customers_{kind}_version"}
    for column in table.c:
        hangs = column.name == f"{kind}_id" or (column.name == "id" and table.name in own)
        of_kind = column.name == "record_id" and "kind" in table.c
        if hangs or of_kind:
            where = [column == record_id] + ([table.c.kind == kind] if of_kind else [])
            with unscoped("a test looks everywhere"):
                yield db.session.scalar(select(func.count()).select_from(table).where(*where))


def test_nothing_of_a_purged_customer_is_left_but_the_log():
    key = a_full_customer()
    assert {"customers_customer", "customers_tag_version", "files_file", "customers_collaborator_version"} <= set(
        traces(key, "customer")
    )
    purge(entry_of("customer", key), "河南晨光商贸有限公司")
    assert traces(key, "customer") == []
    with unscoped("a test looks everywhere"):
        numbers = Model.metadata.tables["customers_phone_number"]
        assert db.session.scalar(select(func.count()).select_from(numbers).where(numbers.c.number == NUMBER)) == 0


def test_the_log_keeps_that_it_was_there_who_deleted_it_and_why():
    gone = a_deleted_customer(actor=SAM.actor, why=Why("requested", "来函"))
    purge(gone.entry, "河南晨光商贸有限公司")
    with acting(SYSTEM):
        noted = db.session.scalars(select(Entry).where(Entry.kind == "purged")).one()
        assert (noted.person_id, noted.subject_kind, noted.subject_id) == (ANRAN.id, "customers_customer", gone.id)
        (line,) = noted.details["purged"]
    assert line.startswith(f"#{gone.id} 河南晨光商贸有限公司 · 沈萌 · ")
    assert line.endswith("Asked for by the customer · 来函")


def test_contacts_who_were_nowhere_else_go_to_the_bin_and_the_others_stay():
    key = a_full_customer()
    purge(entry_of("customer", key), "河南晨光商贸有限公司")
    assert alive(Contact) == ["两头跑"]
    assert in_bin() == ["独此一家"]
    with acting(SYSTEM):
        assert db.session.scalars(select(BinEntry.reason)).one() == "with_parent"


def test_a_purged_contact_leaves_its_customers_and_the_index():
    customer = a_customer()
    gone = a_deleted_contact(customer=customer, phones=(NUMBER,))
    purge(gone.entry, "王小明")
    assert traces(gone.id, "contact") == []
    with acting(SYSTEM):
        assert db.session.scalar(select(func.count(ContactLink.id))) == 0
        assert audit.sets(Customer, customer.id)  # its history can still be read


@pytest.mark.parametrize("typed", ["", "晨光", "河南晨光商贸有限公司2"])
def test_another_name_than_its_own_purges_nothing(typed):
    gone = a_deleted_customer()
    with pytest.raises(InvalidFields, match="That is not the name"):
        purge(gone.entry, typed)
    assert is_there(Customer, gone.id)


@pytest.mark.parametrize("typed", ["郑州（东区）商行", "郑州(东区)商行", " 郑州(东区) 商行 "])
def test_brackets_and_blanks_of_the_typed_name_do_not_matter(typed):
    gone = a_deleted_customer(name="郑州（东区）商行")
    purge(gone.entry, typed)
    assert not is_there(Customer, gone.id)


@pytest.fixture
def fees(monkeypatch):
    """A domain that forbids to purge a customer with approved fees."""
    owing = {}
    monkeypatch.setitem(recycle._forbids, ("customer", "fees"), lambda ids: {k: owing[k] for k in ids if k in owing})
    return owing


def test_what_a_domain_forbids_is_not_purged_and_the_sentence_says_why(app, fees):
    first, second = a_deleted_customer(name="欠费"), a_deleted_customer(name="两清")
    fees[first.id] = "It has 2 approved fees."
    with pytest.raises(Invalid, match="It has 2 approved fees"):
        purge(first.entry, "欠费")
    done = run(app, "purge", [first.entry, second.entry])
    assert (done.changed_count, done.refused_count) == (1, 1)
    assert in_bin() == ["欠费"]
    with acting(SYSTEM):
        assert [row.reason for row in runs.left_alone(done.id, limit=9)] == ["It has 2 approved fees."]


def test_two_domains_that_forbid_are_both_told(fees, monkeypatch):
    gone = a_deleted_customer()
    fees[gone.id] = "It has fees."
    monkeypatch.setitem(recycle._forbids, ("customer", "tickets"), lambda ids: dict.fromkeys(ids, "It has tickets."))
    assert recycle.forbidden("customer", [gone.id]) == {gone.id: "It has fees. It has tickets."}
    assert recycle.forbidden("contact", [gone.id]) == {}


def test_a_parent_company_is_not_purged_while_others_name_it():
    parent = a_customer(name="母公司")
    a_customer(name="子公司", parent=parent.id)
    with acting(SYSTEM):
        customers.delete(parent, actor=SYSTEM)
    with pytest.raises(Invalid, match=r"Other customers \(1\) name it as their parent company"):
        purge(entry_of("customer", parent.id), "母公司")


def test_a_parent_company_and_all_below_it_are_purged_together(app):
    parent = a_customer(name="母公司")
    child = a_customer(name="子公司", parent=parent.id)
    with acting(SYSTEM):
        customers.delete(child, actor=SYSTEM)
        customers.delete(parent, actor=SYSTEM)
    done = run(app, "purge", [entry_of("customer", parent.id), entry_of("customer", child.id)])
    assert (done.changed_count, in_bin()) == (2, [])


def test_a_purging_of_many_is_logged_with_every_id_and_name_and_cannot_be_taken_back(app):
    gone = [a_deleted_customer(name=f"客户{n}") for n in range(3)]
    done = run(app, "purge", [one.entry for one in gone])
    with acting(SYSTEM):
        noted = db.session.scalars(select(Entry).where(Entry.kind == "purged")).one()
        told = noted.details
        assert told["rows"] == 3
        assert [line.split(" · ")[0] for line in told["purged"]] == [f"#{one.id} 客户{n}" for n, one in enumerate(gone)]
    with pytest.raises(WrongState, match="cannot be brought back"):
        taken_back(done.id)


def test_who_restored_it_by_its_history_has_it_out_of_the_bin():
    gone = a_deleted_customer()
    with acting(SYSTEM), with_deleted():
        customers.restore(db.session.get(Customer, gone.id), actor=SYSTEM)
    assert in_bin() == []


def test_the_history_of_the_bin_itself_is_gone_with_a_purged_record():
    gone = a_deleted_customer()
    purge(gone.entry, "河南晨光商贸有限公司")
    versions = versions_of(BinEntry).__table__
    with unscoped("a test looks everywhere"):
        assert db.session.scalar(select(func.count()).select_from(versions)) == 0
